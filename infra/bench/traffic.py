"""Traffic like that of a newspaper, for benchmarks: uneven pages, readers with little or much history, a running clock.

Everything is drawn from a seed, so that two runs measure the same requests.
"""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Any, NamedTuple

from msgspec.structs import replace

from infra.bench.newsroom import SITE
from schemas.decide import DecideSchema
from service.decisions.compile import CompiledSite
from service.decisions.view import ViewRequest, reading_of
from service.readers.history import record_view
from service.readers.impressions import PromptEvent, record_event
from service.readers.reader import Reader, bucket_of, new_reader
from service.readers.site_time import site_time_at

BEGINS_AT = datetime(2026, 11, 18, 10, 30, tzinfo=UTC)
VIEWS_PER_SECOND = 200
READERS = 2_000
TAGS = 305
SECTIONS = ("news", "politics", "environment", "culture", "sport", "business", "opinion", "travel", "food", "science")
SECTION_WEIGHTS = (30, 14, 6, 10, 18, 9, 6, 2, 3, 2)
TYPES, TYPE_WEIGHTS = ("article", "liveblog", "section", "front"), (78, 6, 8, 8)
REFERRERS = tuple(f"https://referrer-{number}.example/" for number in range(45))
USER_AGENTS = (
    "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/142.0 Mobile Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 Version/19.1 Mobile Safari/604.1",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/142.0 Safari/537.36",
    "Mozilla/5.0 (iPad; CPU OS 19_1 like Mac OS X) AppleWebKit/605.1.15 Version/19.1 Safari/604.1",
)
COUNTRIES, COUNTRY_WEIGHTS = ("IE", "GB", "US", "DE", "FR", "AU", "XX"), (60, 18, 9, 4, 3, 3, 3)
LANGUAGES, LANGUAGE_WEIGHTS = ("en-IE", "en-GB", "de"), (70, 25, 5)
CONSENTS, CONSENT_WEIGHTS = ("full", "meter", "none"), (70, 12, 18)


class View(NamedTuple):
    """A page view to send. `reader`: an index into the readers, or None for a reader who was never here before."""

    body: bytes
    reader: int | None
    country: str
    user_agent: str
    seconds: float


def popularity(count: int) -> list[float]:
    """Return weights to draw from, added up: rank n, from 0, is drawn in proportion to 1 / (n + 1) (Zipf's law)."""
    return list(accumulate(1 / (rank + 1) for rank in range(count)))


def pages(count: int, seed: int = 1) -> list[dict[str, Any]]:
    """Return the facts of pages, the most popular first."""
    chance, names, popular = random.Random(seed), [f"tag {tag}" for tag in range(TAGS)], popularity(TAGS)
    found = []
    for number in range(count):
        tags = set(chance.choices(names, cum_weights=popular, k=chance.randint(3, 8)))
        found.append(
            {
                "page_id": f"articles/2026/11/{number % 28 + 1}/a-headline-of-some-words-{number}",
                "page_type": chance.choices(TYPES, TYPE_WEIGHTS)[0],
                "section": chance.choices(SECTIONS, SECTION_WEIGHTS)[0],
                "tags": sorted(tags),
                "is_sensitive": chance.random() < 0.03,
                "is_paid_content": chance.random() < 0.02,
                "hide_appeals": False,
                "access": "metered",
                "placements": ["article_top", "article_end", "page_bottom", "over_article"],
            }
        )
    return found


def views(page_count: int, reader_count: int = READERS, new_share: float = 0.3, seed: int = 2) -> Iterator[View]:
    """Draw page views without end. `new_share`: the share of views of readers who bring no passport."""
    chance, found, popular = random.Random(seed), pages(page_count), popularity(page_count)
    at = 0.0
    while True:
        at += chance.expovariate(VIEWS_PER_SECOND)
        browser = {
            "consent": chance.choices(CONSENTS, CONSENT_WEIGHTS)[0],
            "language": chance.choices(LANGUAGES, LANGUAGE_WEIGHTS)[0],
            "referrer": chance.choice(REFERRERS) if chance.random() < 0.6 else None,
        }
        page = chance.choices(found, cum_weights=popular)[0]
        body = {"site": SITE, "view_id": f"{chance.getrandbits(128):032x}", **page, **browser}
        yield View(
            json.dumps(body, separators=(",", ":")).encode(),
            None if chance.random() < new_share else chance.randrange(reader_count),
            chance.choices(COUNTRIES, COUNTRY_WEIGHTS)[0],
            chance.choice(USER_AGENTS),
            at,
        )


def readers(site: CompiledSite, count: int = READERS, seed: int = 3, *, ends_at: datetime = BEGINS_AT) -> list[Reader]:
    """Return readers from almost new to full, sorted by the articles they read: the median read about 40.

    Their history ends at this instant.
    """
    chance, popular = random.Random(seed), popularity(3_000)
    schema = DecideSchema()
    found = [schema.load({"site": SITE, "view_id": "0", **page, "consent": "full"}) for page in pages(3_000)]
    articles = sorted(min(700, round(40 * chance.lognormvariate(0, 1.2))) for _ in range(count))
    return [_reader(site, chance, number, (found, popular), ends_at) for number in articles]


def _reader(
    site: CompiledSite,
    chance: random.Random,
    articles: int,
    popular_pages: tuple[list[ViewRequest], list[float]],
    ends_at: datetime,
) -> Reader:
    """Return a reader who read this many articles over the last year, and saw a prompt on about every twelfth."""
    found, popular = popular_pages
    days = sorted((chance.randint(0, 7 + min(359, 4 * articles)) for _ in range(articles)), reverse=True)
    reader = new_reader(
        _instant(ends_at, days[0] if days else 0), bucket_of(chance.randrange(1_000_000)), chance.getrandbits(32)
    )
    for number, day in enumerate(days):
        view = replace(chance.choices(found, cum_weights=popular)[0], view_id=f"{number}-{day}")
        now = site_time_at(ends_at - timedelta(days=day, minutes=chance.randint(1, 600)), site.zone)
        reader = record_view(reader, reading_of(view, site.wanted_topics), now)
        if number % 12 == 5 and site.appeals:
            seen = chance.choice(site.appeals).fingerprint
            reader = record_event(reader, PromptEvent.SEEN, seen, 1, now.instant)
            if chance.random() < 0.2:
                reader = record_event(reader, PromptEvent.DISMISSED, seen, 1, now.instant)
    return reader


def _instant(ends_at: datetime, days_ago: int) -> int:
    return int((ends_at - timedelta(days=days_ago)).timestamp())
