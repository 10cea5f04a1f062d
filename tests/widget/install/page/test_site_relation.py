"""How close the service is to the page."""

import pytest

from service.widget.install.page.site_relation import SiteRelation, is_other_network, relation_of


@pytest.mark.parametrize(
    ("page", "service", "relation"),
    [
        ("https://courier.ie/a", "https://courier.ie/support-api", SiteRelation.SAME_ORIGIN),
        ("https://www.courier.ie/a", "https://support.courier.ie", SiteRelation.SAME_SITE),
        ("https://www.courier.co.uk", "https://support.courier.co.uk", SiteRelation.SAME_SITE),
        ("https://www.courier.co.uk", "https://support.herald.co.uk", SiteRelation.CROSS_SITE),
        ("https://www.courier.ie", "https://courier.example", SiteRelation.CROSS_SITE),
        ("http://www.courier.ie", "https://support.courier.ie", SiteRelation.CROSS_SITE),
        ("http://127.0.0.1:1", "http://127.0.0.1:2", SiteRelation.SAME_SITE),
        ("http://localhost:1", "http://127.0.0.1:1", SiteRelation.CROSS_SITE),
        ("https://co.uk", "https://x.co.uk", SiteRelation.CROSS_SITE),
    ],
)
def test_names_show_how_close_two_addresses_are(page: str, service: str, relation: SiteRelation) -> None:
    assert relation_of(page, service) is relation


def test_safari_compares_the_first_half_of_an_address() -> None:
    assert not is_other_network("192.0.2.1", "192.0.99.9")
    assert is_other_network("192.0.2.1", "192.1.2.1")
    assert is_other_network("2001:db8::1", "2001:db8:0:1::1")
    assert not is_other_network("2001:db8::1", "2001:db8::2")


def test_an_unknown_network_is_not_another_network() -> None:
    assert not is_other_network("", "192.0.2.1")
    assert not is_other_network("192.0.2.1", "2001:db8::1")
