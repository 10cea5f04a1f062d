"""The check says how long the deployment lets a browser keep the reader's history."""

import pytest

from service.widget.install.checks.cookie import check_cookie
from service.widget.install.finding import Code
from service.widget.install.page.site_relation import SiteRelation

SAME_NETWORK, OTHER_NETWORK = ("192.0.2.1", "192.0.2.2"), ("192.0.2.1", "198.51.100.1")


@pytest.mark.parametrize(
    ("relation", "is_local", "networks", "code"),
    [
        (SiteRelation.CROSS_SITE, False, SAME_NETWORK, Code.THIRD_PARTY_COOKIE),
        (SiteRelation.CROSS_SITE, True, SAME_NETWORK, Code.THIRD_PARTY_STORAGE),
        (SiteRelation.SAME_SITE, False, OTHER_NETWORK, Code.SAFARI_SEVEN_DAYS),
        (SiteRelation.SAME_ORIGIN, True, SAME_NETWORK, Code.LOCAL_NEEDLESS),
        (SiteRelation.SAME_SITE, False, SAME_NETWORK, Code.LOOKS_RIGHT),
        (SiteRelation.SAME_ORIGIN, False, OTHER_NETWORK, Code.LOOKS_RIGHT),
    ],
)
def test_the_deployment_decides_how_long_the_history_lasts(
    relation: SiteRelation, is_local: bool, networks: tuple[str, str], code: Code
) -> None:
    finding = check_cookie(relation, is_local, networks)

    assert finding.code is code
    assert "Safari" in finding.what + finding.remedy
