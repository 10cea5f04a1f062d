"""An editor's list of campaigns for benchmarks: a few that everyone meets, and the many that gather over the years."""

from typing import Any

from infra.bench.newsroom import SITE, SITE_DOCUMENT
from service.campaigns.documents import load_campaign, load_site
from service.campaigns.snapshot.assemble import site_snapshot
from service.campaigns.snapshot.snapshot import Snapshot

LIVELY_SITE: dict[str, Any] = {
    **SITE_DOCUMENT,
    "frequency": {"gap": {"hours": 4}, "caps": {"impressions": 6, "days": 7}},
    "silence_after_closing_minutes": 2_880,
    "holdout": {"share": 0.05},
    "exclusions": [{"sections": ["obituaries"]}, {"tags": ["tag 7"], "reason": "a court case"}],
}
ARTICLE = {"types": ["article", "liveblog"]}
_AIMS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"sections": {"any": ["politics", "news"], "none": ["obituaries"]}}, {}),
    ({"tags": {"any": ["tag 3", "tag 11", "tag 24", "tag 52"], "none": ["tag 7", "tag 9"]}}, {}),
    ({}, {"countries": {"any": ["GB", "US"]}}),
    ({}, {"devices": ["mobile"], "countries": ["IE", "GB"]}),
    ({}, {"article_count": {"min": 3, "weeks": 12, "topics": ["tag 4", "environment"]}}),
    ({}, {"referrers": {"any": [f"referrer-{number}.example" for number in (2, 9, 17, 30, 44)]}}),
    ({}, {"supporter": ["one_off", "lapsed"]}),
    ({}, {"article_count": {"min": 2, "days": 30}, "languages": ["de"]}),
    ({}, {"favourite_topics": ["culture", "tag 3"]}),
    ({}, {"consent": ["full", "meter"]}),
]
CURRENT = 20  # campaigns in force; those beyond are mostly for few pages, few readers, or other days


def lively_snapshot(campaign_count: int) -> Snapshot:
    """Return a snapshot of one site with this many campaigns."""
    campaigns = [load_campaign(campaign(number)) for number in range(campaign_count)]
    return Snapshot(number=1, sites={SITE: site_snapshot(load_site(LIVELY_SITE), campaigns)})


def campaign(number: int) -> dict[str, Any]:
    """Return the document of the campaign at this place of the list. A campaign has about six conditions."""
    return _current(number) if number < CURRENT else _gathered(number)


def _current(number: int) -> dict[str, Any]:
    """Return one of the twenty campaigns in force: by section, tag, topic, country, device, weekday and history."""
    pages, reader = _AIMS[number % len(_AIMS)]
    count = {"article_count": {"min": 3 + number, "weeks": 51}, "supporter": "non_supporters"}
    return _document(number, page=ARTICLE | pages, reader=count | reader, schedule=_schedule(number))


def _gathered(number: int) -> dict[str, Any]:
    """Return a campaign of former days, of a region, of a desk, or for a country that few readers are from."""
    rules: dict[str, Any] = {"page": dict(ARTICLE), "reader": {"supporter": "non_supporters"}}
    match number % 5:
        case 0 | 1:
            rules["schedule"] = {"starts": "2025-01-01", "ends": f"2025-{number % 12 + 1:02}-20"}
        case 2:
            rules["page"]["sections"] = {"any": [f"region-{number}"]}
        case 3:
            rules["page"]["tags"] = {"any": [f"tag {60 + number % 245}", f"desk {number}"]}
        case _:
            rules["reader"]["countries"] = {"any": ["NZ", "ZA"]}
    return _document(number, **rules)


def _schedule(number: int) -> dict[str, Any]:
    schedule: dict[str, Any] = {"starts": "2026-01-01", "ends": "2026-12-31"}
    if number % 6 == 5:
        schedule["weekdays"] = ["mon", "tue", "wed", "thu"]
    if number % 7 == 6:
        schedule["hours"] = "07:00-22:00"
    return schedule


def _document(number: int, **rules: Any) -> dict[str, Any]:
    amounts = {interval: {"EUR": {"amounts": [5, 10, 25], "default": 10}} for interval in ("one_off", "month", "year")}
    words = {"heading": "Keep the Courier open", "paragraphs": ["A reason to give. " * 20], "button": "Contribute"}
    return {
        "key": f"campaign-{number}",
        "name": f"Campaign {number}",
        "site": SITE,
        "kind": "banner" if number % 3 == 2 else "epic",
        "placement": ("article_top", "article_end", "page_bottom")[number % 3],
        "priority": 1000 - number,
        **rules,
        "frequency": {"caps": {"impressions": 4, "days": 30}, "gap": {"days": 3}},
        "cool_off": {"after_dismissal": {"days": [14, 30]}},
        "variants": [
            {"key": key, "copy": {"en": words}, "ask": {"default_interval": "one_off", "intervals": amounts}}
            for key in ("control", "warm")
        ],
    }
