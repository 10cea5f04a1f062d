"""A site with campaigns in the database of a service, for tests of the console's screens."""

from typing import Any

from service.campaigns.editing import Author, Release, publish, save_campaign, save_site
from service.campaigns.snapshot.holder import SnapshotHolder
from service.campaigns.store import DocumentKind
from service.services import Services
from tests.decisions.world import AUTUMN, TIDE

HOSTILE = '<script>alert("x")</script>'
APPEAL = {
    **AUTUMN,
    "name": f"Autumn {HOSTILE}",
    "reader": {"countries": ["IE"]},
    "cool_off": {"after_dismissal": {"days": [14]}},
}
CAMPAIGNS: list[dict[str, Any]] = [
    {**APPEAL, "name": "Open for all", "frequency": {"caps": {"impressions": 3, "days": 14}}},
    {
        **APPEAL,
        "key": "culture",
        "name": "Culture fund",
        "kind": "banner",
        "placement": "page_bottom",
        "page": {"sections": ["culture"]},
    },
    {
        **APPEAL,
        "key": "members",
        "name": "Five free articles",
        "kind": "gate",
        "placement": "over_article",
        "gate": {"type": "payment"},
        "meter": {"anonymous": {"allowance": 9, "period": "month"}},
    },
]


def publish_site(services: Services, *campaigns: dict[str, Any], **site: Any) -> None:
    author = Author("tests", services.clock())
    save_site(services.engine, {**TIDE, **site}, author)
    for campaign in campaigns:
        save_campaign(services.engine, campaign, author)
        publish(services.engine, DocumentKind.CAMPAIGN, campaign["key"], Release(), author)
    services.part(SnapshotHolder).refresh()
