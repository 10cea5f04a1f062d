"""What a passport holds about its reader, in words and as data, for the reader's own page and download."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from service.readers.fingerprints import PAGE_BYTES, REQUEST_BYTES, numbers
from service.readers.reader import Giving, PromptRecord, Reader, RecurringState
from service.readers.site_time import as_datetime

Held = str | int | date  # the key of a text, a count, a day


@dataclass(frozen=True, slots=True)
class MyDataPage:
    """What the template `my_data.html` needs."""

    language: str | None
    items: tuple[tuple[str, Held], ...]
    download_url: str
    erase_url: str
    is_erased: bool


def held_in_words(reader: Reader, zone: ZoneInfo) -> tuple[tuple[str, Held], ...]:
    """Everything that is held and not empty: the key of its name among the pages' texts, and its value."""
    history, giving = reader.history, reader.giving
    found: list[tuple[str, Held | None]] = [
        ("held_first_seen", _day(reader.first_seen_at, zone)),
        ("held_views", history.view_count),
        ("held_articles", sum(history.weeks)),
        ("held_topics", len(history.topics)),
        ("held_bucket", reader.bucket),
        ("held_seen", sum(record.seen_count for record in reader.prompts)),
        ("held_closed", sum(record.dismissed_count for record in reader.prompts)),
        ("held_free", sum(len(use.reads) + use.older_used for use in reader.pools)),
        ("held_recurring", _recurring(giving)),
        ("held_one_off", _day(giving.one_off_at, zone)),
        ("held_checkout", _day(giving.checkout_at, zone)),
    ]
    return tuple((name, value) for name, value in found if value is not None)


def held_as_data(reader: Reader) -> dict[str, Any]:
    """Everything in the passport, for the reader's download. Topics, pages and campaigns are fingerprints there too."""
    history = reader.history
    return {
        "bucket": reader.bucket,
        "first_seen_at": _instant(reader.first_seen_at),
        "page_views": history.view_count,
        "newest_day": date.fromordinal(history.day).isoformat() if history.day else None,
        "articles_per_day_newest_first": list(history.days),
        "articles_per_week_newest_first": list(history.weeks),
        "articles_per_topic_and_week": [
            [one.topic, week, count]
            for one in history.topics
            for week, count in zip(one.weeks, one.counts, strict=True)
        ],
        "page_fingerprints_this_week": numbers(history.pages, PAGE_BYTES),
        "prompts": [_prompt(record) for record in reader.prompts],
        "free_articles": [
            [use.pool, read.page, _instant(read.expires_at)] for use in reader.pools for read in use.reads
        ],
        "free_articles_counted_only": [[use.pool, use.older_used] for use in reader.pools if use.older_used],
        "giving": _giving(reader.giving),
        "recent_request_fingerprints": numbers(reader.recent, REQUEST_BYTES),
    }


def _prompt(record: PromptRecord) -> dict[str, Any]:
    return {
        "campaign_fingerprint": record.campaign,
        "variant_fingerprint": record.variant,
        "seen": record.seen_count,
        "seen_at": [_instant(at) for at in record.seen_at],
        "dismissed": record.dismissed_count,
        "dismissed_at": _instant(record.dismissed_at),
        "contributed": record.contributed_count,
    }


def _giving(giving: Giving) -> dict[str, Any]:
    return {
        "recurring": giving.recurring.value,
        "recurring_interval": giving.recurring_interval.value if giving.recurring_at else None,
        "recurring_at": _instant(giving.recurring_at),
        "past_due_at": _instant(giving.past_due_at),
        "paid_until": _instant(giving.paid_until),
        "ended_at": _instant(giving.ended_at),
        "one_off_at": _instant(giving.one_off_at),
        "checkout_at": _instant(giving.checkout_at),
        "checkout_interval": giving.checkout_interval.value if giving.checkout_at else None,
    }


def _instant(instant: int) -> str | None:
    return as_datetime(instant).isoformat() if instant else None


def _recurring(giving: Giving) -> str | None:
    return None if giving.recurring is RecurringState.NONE else f"held_recurring_{giving.recurring.value}"


def _day(instant: int, zone: ZoneInfo) -> date | None:
    return as_datetime(instant).astimezone(zone).date() if instant else None
