"""Encode a reader as the bytes inside a passport, and decode these bytes.

The bytes are a version, a head of fixed width, then the reader's lists (`passport_sections.py`). A number of 24 bits is
written as a high byte and two low bytes. A number that does not fit its width is written as the nearest number that
does.
"""

from struct import Struct, error

from service.money import Interval
from service.readers.fingerprints import PAGE_BYTES, REQUEST_BYTES
from service.readers.passport_sections import (
    POOLS,
    PROMPTS,
    TOPICS,
    PromptSection,
    Section,
    pack_pools,
    pack_prompts,
    pack_table,
    pack_topics,
    unpack_pools,
    unpack_topics,
    within,
)
from service.readers.reader import (
    NOTHING_GIVEN,
    Giving,
    History,
    Reader,
    RecurringState,
)
from service.readers.site_time import week_of

VERSION = 1
_RECURRING = tuple(RecurringState)
_INTERVALS = tuple(Interval)
_NO_BUCKET = 0xFFFFFF

# version, issued at, bucket (high byte, low bytes), salt, first seen at, day, view count, link (high byte, low bytes);
# lengths of days, weeks, topics, pages, recent, prompts, pools, giving
_HEAD = Struct(">BIBHIIIIBH8B")
_HEAD_BYTES = _HEAD.size
_GIVING = Struct(">BBB6I")


class UnreadablePassportError(ValueError):
    """The bytes are not a passport of this version."""


def encode(reader: Reader, issued_at: int) -> bytes:
    history = reader.history
    days = history.days if isinstance(history.days, bytes) else pack_table("B", [history.days])
    weeks = history.weeks if isinstance(history.weeks, bytes) else pack_table("B", [history.weeks])
    bucket = _NO_BUCKET if reader.bucket is None else reader.bucket
    giving = b"" if reader.giving is NOTHING_GIVEN else _pack_giving(reader.giving)
    head = (
        VERSION,
        issued_at,
        *_split(bucket),
        reader.salt,
        reader.first_seen_at,
        history.day,
        history.view_count,
        *_split(reader.link),
        len(days),
        len(weeks),
        len(history.topics),
        len(history.pages) // PAGE_BYTES,
        len(reader.recent) // REQUEST_BYTES,
        len(reader.prompts),
        len(reader.pools),
        len(giving),
    )
    topics = pack_topics(history.topics, week_of(history.day)) if history.topics else b""
    prompts = pack_prompts(reader.prompts) if reader.prompts else b""
    pools = pack_pools(reader.pools) if reader.pools else b""
    return b"".join(
        (_pack_head(head), days, weeks, topics, history.pages, reader.recent, prompts, pools, giving),
    )


def decode(data: bytes) -> tuple[Reader, int]:
    """Return the reader and the instant the passport was issued. Raises UnreadablePassportError."""
    if not data or data[0] != VERSION:
        raise UnreadablePassportError("unknown version")
    try:
        return _decode(data)
    except (IndexError, ValueError, error) as problem:
        raise UnreadablePassportError("cut short or out of bounds") from problem


def _decode(data: bytes) -> tuple[Reader, int]:
    _, issued_at, high, low, salt, first_seen_at, day, view_count, link_high, link_low, *lengths = _HEAD.unpack_from(
        data
    )
    days, weeks, topics, pages, recent, prompts, pools, giving = lengths
    weeks_at = _HEAD_BYTES + days
    topics_at = weeks_at + weeks
    pages_at = topics_at + (TOPICS.size(data, topics_at, topics) if topics else 0)
    recent_at = pages_at + PAGE_BYTES * pages
    prompts_at = recent_at + REQUEST_BYTES * recent
    pools_at = prompts_at + (PROMPTS.size(data, prompts_at, prompts) if prompts else 0)
    giving_at = pools_at + (POOLS.size(data, pools_at, pools) if pools else 0)
    if giving_at + giving != len(data) or giving not in {0, _GIVING.size}:
        raise ValueError("cut short or too long")
    history = History(
        day,
        data[_HEAD_BYTES:weeks_at],
        data[weeks_at:topics_at],
        Section(data[topics_at:pages_at], topics, unpack_topics, week_of(day)) if topics else (),
        data[pages_at:recent_at],
        view_count,
    )
    bucket = high << 16 | low
    reader = Reader(
        None if bucket == _NO_BUCKET else bucket,
        salt,
        first_seen_at,
        history,
        PromptSection(data[prompts_at:pools_at], prompts) if prompts else (),
        Section(data[pools_at:giving_at], pools, unpack_pools) if pools else (),
        _unpack_giving(data[giving_at:]) if giving else NOTHING_GIVEN,
        data[recent_at:prompts_at],
        link_high << 16 | link_low,
    )
    return reader, issued_at


def _pack_head(values: tuple[int, ...]) -> bytes:
    try:
        return _HEAD.pack(*values)
    except error:
        return _HEAD.pack(*map(within, values))


def _pack_giving(giving: Giving) -> bytes:
    if giving == NOTHING_GIVEN:
        return b""
    return _GIVING.pack(
        _RECURRING.index(giving.recurring),
        _INTERVALS.index(giving.recurring_interval),
        _INTERVALS.index(giving.checkout_interval),
        within(giving.recurring_at),
        within(giving.past_due_at),
        within(giving.paid_until),
        within(giving.ended_at),
        within(giving.one_off_at),
        within(giving.checkout_at),
    )


def _unpack_giving(packed: bytes) -> Giving:
    recurring, interval, checkout_interval, *instants = _GIVING.unpack(packed)
    recurring_at, past_due_at, paid_until, ended_at, one_off_at, checkout_at = instants
    return Giving(
        _RECURRING[recurring],
        _INTERVALS[interval],
        recurring_at,
        past_due_at,
        paid_until,
        ended_at,
        one_off_at,
        checkout_at,
        _INTERVALS[checkout_interval],
    )


def _split(number: int) -> tuple[int, int]:
    return number >> 16, number & 0xFFFF
