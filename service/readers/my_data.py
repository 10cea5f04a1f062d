"""What a passport holds about its reader, in words for the page /my-data and as data for its download.

On that page readers also choose whether the articles they read are counted.
"""

import secrets
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from service.ids import random_bytes
from service.readers.additions import ChoiceAddition, added
from service.readers.fingerprints import PAGE_BYTES, REQUEST_BYTES, numbers
from service.readers.packed_records import PromptRecord
from service.readers.passports.passport import PassportSealer
from service.readers.passports.passport_cookie import RequestContext, carried_reader
from service.readers.passports.passport_notes import NO_CHANGES, NoteChanges, note_of
from service.readers.reader import Reader, RecurringState, Support, new_reader
from service.readers.site_time import as_datetime, week_of
from service.readers.topics import topic_counts
from service.services import Services

_SALT_BITS = 32
Held = str | int | date  # the key of a text, or a count, or a day


@dataclass(frozen=True, slots=True)
class MyDataPage:
    """The values of the template `my_data.html`. `code`: see `reader_code.py`."""

    language: str | None
    items: tuple[tuple[str, Held], ...]
    download_url: str
    erase_url: str
    is_erased: bool
    counting_url: str = ""
    counts_articles: bool = True
    code: str = ""


def held_in_words(reader: Reader, zone: ZoneInfo) -> tuple[tuple[str, Held], ...]:
    """Return everything the passport holds that is not empty: the key of a page text, and the value."""
    history, support = reader.history, reader.support
    found: list[tuple[str, Held | None]] = [
        ("held_first_seen", _day(reader.first_seen_at, zone)),
        ("held_views", history.view_count),
        ("held_articles", sum(history.weeks)),
        ("held_topics", len({topic for topic, _ in topic_counts(history.topics, week_of(history.day))})),
        ("held_bucket", reader.bucket),
        ("held_seen", sum(record.seen_count for record in reader.prompts)),
        ("held_closed", sum(record.dismissed_count for record in reader.prompts)),
        ("held_free", sum(len(use.reads) + use.older_used for use in reader.pools)),
        ("held_recurring", _recurring(support)),
        ("held_one_off", _day(support.one_off_at, zone)),
        ("held_checkout", _day(support.checkout_at, zone)),
    ]
    return tuple((name, value) for name, value in found if value is not None)


def held_as_data(reader: Reader) -> dict[str, Any]:
    """Return everything the passport holds, for the reader's download.

    Topics, pages and campaigns are fingerprints, because the passport holds nothing else about them.
    """
    history = reader.history
    return {
        "bucket": reader.bucket,
        "first_seen_at": _instant(reader.first_seen_at),
        "page_views": history.view_count,
        "newest_day": date.fromordinal(history.day).isoformat() if history.day else None,
        "counts_articles": not reader.counting.is_stopped,
        "articles_per_day_newest_first": list(history.days),
        "articles_per_week_newest_first": list(history.weeks),
        "articles_per_topic_and_week": [
            [int.from_bytes(topic, "big"), week, count]
            for (topic, week), count in topic_counts(history.topics, week_of(history.day)).items()
        ],
        "page_fingerprints_this_week": numbers(history.pages, PAGE_BYTES),
        "prompts": [_prompt(record) for record in reader.prompts],
        "free_articles": [
            [use.pool, read.page, _instant(read.expires_at)] for use in reader.pools for read in use.reads
        ],
        "free_articles_counted_only": [[use.pool, use.older_used] for use in reader.pools if use.older_used],
        "giving": _support(reader.support),
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


def _support(support: Support) -> dict[str, Any]:
    return {
        "recurring": support.recurring.value,
        "recurring_interval": support.recurring_interval.value if support.recurring_at else None,
        "recurring_at": _instant(support.recurring_at),
        "past_due_at": _instant(support.past_due_at),
        "recurring_amount_minor": support.recurring_minor or None,
        "recurring_currency": support.recurring_currency or None,
        "paid_until": _instant(support.paid_until),
        "ended_at": _instant(support.ended_at),
        "one_off_at": _instant(support.one_off_at),
        "checkout_at": _instant(support.checkout_at),
        "checkout_interval": support.checkout_interval.value if support.checkout_at else None,
    }


def _instant(instant: int) -> str | None:
    return as_datetime(instant).isoformat() if instant else None


def _recurring(support: Support) -> str | None:
    return None if support.recurring is RecurringState.NONE else f"held_recurring_{support.recurring.value}"


def _day(instant: int, zone: ZoneInfo) -> date | None:
    return as_datetime(instant).astimezone(zone).date() if instant else None


@dataclass(frozen=True, slots=True)
class CountingWish:
    """What the reader chose. `passport` None: the passport is in a cookie."""

    site: str
    counts_articles: bool
    passport: str | None = None


def choose_counting(services: Services, context: RequestContext, wish: CountingWish) -> tuple[str, NoteChanges]:
    """Return the passport with the choice, and the note of the choice. A reader without a passport gets one."""
    passports, instant = services.part(PassportSealer), int(services.clock().timestamp())
    if wish.passport is None:
        reader = carried_reader(passports, context, wish.site, instant)
    else:
        reader = passports.open(wish.passport, wish.site, instant)
    reader = reader or new_reader(instant, None, secrets.randbits(_SALT_BITS))
    choice = ChoiceAddition(random_bytes(REQUEST_BYTES), wish.counts_articles, instant)
    passport = passports.seal(added(reader, choice, instant), wish.site, instant)
    if wish.passport is not None:
        return passport, NO_CHANGES
    return passport, NoteChanges(note_of(services.keys, wish.site, reader, choice, instant))
