"""A newsroom for benchmarks: realistic campaigns, page views, and readers with little or much history."""

from datetime import UTC, datetime, timedelta
from typing import Any

from schemas.decide import DecideSchema
from service.campaigns.documents import load_campaign, load_site
from service.campaigns.snapshot.assemble import site_snapshot
from service.campaigns.snapshot.snapshot import Snapshot
from service.decisions.compile import CompiledSite, compile_site
from service.decisions.view import ViewRequest, reading_of
from service.readers.history import record_view
from service.readers.impressions import PromptEvent, record_event
from service.readers.reader import Reader, new_reader
from service.readers.site_time import site_time_at

SITE = "courier"
ORIGIN = "https://courier.example"
NOW = datetime(2026, 11, 18, 10, 30, tzinfo=UTC)
SECTIONS = ("news", "politics", "environment", "culture", "sport", "business")
SITE_DOCUMENT: dict[str, Any] = {
    "key": SITE,
    "name": "The Carrowmere Courier",
    "timezone": "Europe/Dublin",
    "home_url": f"{ORIGIN}/",
    "origins": [ORIGIN],
    "languages": ["en"],
    "currency": "EUR",
    "ask": {"intervals": {"one_off": {"EUR": {"amounts": [5, 10, 25], "default": 10}}}},
}


def campaign_document(number: int) -> dict[str, Any]:
    """Return the document of a campaign that uses about six rules.

    The first twenty campaigns are for whole sections and the others for a desk, like an editor's list after some years.
    """
    section = SECTIONS[number % len(SECTIONS)] if number < 20 else f"region-{number}"
    return {
        "key": f"campaign-{number}",
        "name": f"Campaign {number}",
        "site": SITE,
        "kind": "epic",
        "placement": ("article_top", "article_end", "page_bottom")[number % 3],
        "status": "live",
        "priority": number,
        "schedule": {"starts": "2026-01-01", "ends": "2026-12-31"},
        "page": {"types": ["article"], "sections": {"any": [section, f"desk-{number}"], "none": ["obituaries"]}},
        "reader": {
            "supporter": "non_supporters",
            "article_count": {"min": 5 + number % 40, "weeks": 51},
            "countries": {"any": ["IE", "GB"]},
        },
        "frequency": {"caps": {"impressions": 4, "days": 30}},
        "cool_off": {"after_dismissal": {"days": [14, 30]}},
        "variants": [
            {
                "key": key,
                "is_control": key == "control",
                "copy": {
                    "en": {"heading": "Keep the Courier open", "paragraphs": ["A reason. " * 20], "button": "Give"}
                },
                "ask": {
                    "default_interval": "one_off",
                    "intervals": {
                        interval: {"EUR": {"amounts": [5, 10, 25], "default": 10}}
                        for interval in ("one_off", "month", "year")
                    },
                },
            }
            for key in ("control", "warm")
        ],
    }


def snapshot_of(campaign_count: int) -> Snapshot:
    campaigns = [load_campaign(campaign_document(number)) for number in range(campaign_count)]
    site = load_site(SITE_DOCUMENT)
    return Snapshot(number=1, sites={SITE: site_snapshot(site, campaigns)})


def compiled_newsroom(campaign_count: int) -> CompiledSite:
    return compile_site(snapshot_of(campaign_count).site(SITE))


def page_view(number: int) -> dict[str, Any]:
    """Return the body of a decide request, about 600 bytes as JSON."""
    return {
        "site": SITE,
        "view_id": f"{number:032x}",
        "page_id": f"articles/2026/11/18/harbour-wall-{number % 200}",
        "page_type": "article",
        "section": SECTIONS[number % len(SECTIONS)],
        "tags": ["harbour", "council", "flooding", "engineering", "public works"],
        "is_sensitive": False,
        "is_paid_content": False,
        "hide_appeals": False,
        "access": "metered",
        "placements": ["article_top", "article_end", "page_bottom", "over_article"],
        "consent": "full",
        "language": "en-IE",
        "device": "android",
        "referrer": "https://search.example/",
    }


def heavy_reader(site: CompiledSite) -> Reader:
    """Build a reader who read three articles a day for a year, saw many prompts and dismissed some."""
    schema = DecideSchema()
    reader = new_reader(int((NOW - timedelta(days=370)).timestamp()), 424_242, 7)
    for day in range(366, 0, -1):
        at = site_time_at(NOW - timedelta(days=day), site.zone)
        for number in range(3):
            body = {**page_view(day * 3 + number), "page_id": f"{day}-{number}"}
            view: ViewRequest = schema.load(body)
            reader = record_view(reader, reading_of(view, site.wanted_topics), at)
    for number, candidate in enumerate(site.appeals[:15]):
        seen_at = int((NOW - timedelta(days=number + 31)).timestamp())
        reader = record_event(reader, PromptEvent.SEEN, candidate.fingerprint, 1, seen_at)
        if number % 3 == 0:
            reader = record_event(reader, PromptEvent.DISMISSED, candidate.fingerprint, 1, seen_at)
    return reader
