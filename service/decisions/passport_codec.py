"""The bytes inside a passport: a version byte, a head of fixed width, then the lists, column by column, big-endian.

Whole columns are packed at once: a page view must hardly pay for the length of a reader's history. Encoding always
uses the newest version; an older one is decoded for as long as a passport lives.
"""

from itertools import accumulate, chain
from struct import Struct, error

from service.campaigns.variant import Interval
from service.decisions.passport_bytes import Columns, bytes_of, instant_of, longs, shorts, split, threes
from service.decisions.passport_version_1 import decode_version_1
from service.decisions.reader import (
    FreeRead,
    Giving,
    History,
    PoolUse,
    PromptRecord,
    Reader,
    RecurringState,
    TopicHistory,
)

VERSION = 2
_RECURRING = tuple(RecurringState)
_INTERVALS = tuple(Interval)
_NO_BUCKET = 0xFFFFFF
_NOTHING_GIVEN = Giving()

# version, issued at, bucket (high byte, low bytes), salt, first seen at, day, view count, link (high byte, low bytes);
# lengths of days, weeks, topics, pages, recent, prompts, pools, giving
_HEAD = Struct(">BIBHIIIIBH8B")
_GIVING = Struct(">BBB6I")


class UnreadablePassportError(ValueError):
    """The bytes are not a passport of a version known here."""


def encode(reader: Reader, issued_at: int) -> bytes:
    history = reader.history
    bucket = _NO_BUCKET if reader.bucket is None else reader.bucket
    giving = b"" if reader.giving == _NOTHING_GIVEN else _giving(reader.giving)
    head = _HEAD.pack(
        VERSION,
        instant_of(issued_at),
        *split(bucket),
        reader.salt,
        instant_of(reader.first_seen_at),
        instant_of(history.day),
        instant_of(history.view_count),
        *split(reader.link),
        len(history.days),
        len(history.weeks),
        len(history.topics),
        len(history.pages),
        len(reader.recent),
        len(reader.prompts),
        len(reader.pools),
        len(giving),
    )
    lists = (
        head,
        bytes_of(history.days),
        bytes_of(history.weeks),
        _topics(history),
        shorts(history.pages),
        threes(reader.recent),
        _prompts(reader.prompts),
        _pools(reader.pools),
        giving,
    )
    return b"".join(lists)


def decode(data: bytes) -> tuple[Reader, int]:
    """The reader and the instant the passport was issued. Raises UnreadablePassportError."""
    if not data or data[0] not in _DECODERS:
        raise UnreadablePassportError("unknown version")
    try:
        return _DECODERS[data[0]](data)
    except (IndexError, ValueError, error) as problem:
        raise UnreadablePassportError("cut short or out of bounds") from problem


def _topics(history: History) -> bytes:
    """Fingerprints, number of weeks of each; then of all weeks how long ago, and the counts."""
    topics = history.topics
    if not topics:
        return b""
    this_week = (history.day - 1) // 7
    return b"".join(
        (
            threes([one.topic for one in topics]),
            bytes([len(one.weeks) for one in topics]),
            bytes_of([this_week - week for one in topics for week in one.weeks]),
            bytes_of([count for one in topics for count in one.counts]),
        )
    )


def _prompts(prompts: tuple[PromptRecord, ...]) -> bytes:
    if not prompts:
        return b""
    campaigns, seen_counts, seen_at, dismissed_counts, dismissed_at, contributed_counts, variants = zip(
        *prompts, strict=True
    )
    return b"".join(
        (
            threes(campaigns),
            shorts(variants),
            shorts(seen_counts),
            bytes([len(instants) for instants in seen_at]),
            bytes_of(dismissed_counts),
            bytes_of(contributed_counts),
            longs(dismissed_at),
            longs(tuple(chain.from_iterable(seen_at))),
        )
    )


def _pools(pools: tuple[PoolUse, ...]) -> bytes:
    reads = [read for use in pools for read in use.reads]
    return b"".join(
        (
            threes([use.pool for use in pools]),
            bytes([len(use.reads) for use in pools]),
            shorts([use.older_used for use in pools]),
            longs([use.older_expires_at for use in pools]),
            shorts([read.page for read in reads]),
            longs([read.expires_at for read in reads]),
        )
    )


def _giving(giving: Giving) -> bytes:
    return _GIVING.pack(
        _RECURRING.index(giving.recurring),
        _INTERVALS.index(giving.recurring_interval),
        _INTERVALS.index(giving.checkout_interval),
        instant_of(giving.recurring_at),
        instant_of(giving.past_due_at),
        instant_of(giving.paid_until),
        instant_of(giving.ended_at),
        instant_of(giving.one_off_at),
        instant_of(giving.checkout_at),
    )


def _decode_version_2(data: bytes) -> tuple[Reader, int]:
    _, issued_at, high, low, salt, first_seen_at, day, view_count, link_high, link_low, *lengths = _HEAD.unpack_from(
        data
    )
    days, weeks, topics, pages, recent, prompts, pools, giving = lengths
    columns, bucket = Columns(data, _HEAD.size), high << 16 | low
    history = History(
        day=day,
        days=tuple(columns.bytes(days)),
        weeks=tuple(columns.bytes(weeks)),
        topics=_take_topics(columns, topics, (day - 1) // 7),
        pages=columns.shorts(pages),
        view_count=view_count,
    )
    reader = Reader(
        bucket=None if bucket == _NO_BUCKET else bucket,
        salt=salt,
        first_seen_at=first_seen_at,
        history=history,
        recent=columns.threes(recent),
        prompts=_take_prompts(columns, prompts),
        pools=_take_pools(columns, pools),
        giving=_take_giving(columns.bytes(giving)),
        link=link_high << 16 | link_low,
    )
    return reader, issued_at


def _take_topics(columns: Columns, length: int, this_week: int) -> tuple[TopicHistory, ...]:
    if not length:
        return ()
    topics, lengths = columns.threes(length), columns.bytes(length)
    total = sum(lengths)
    weeks = tuple([this_week - ago for ago in columns.bytes(total)])
    counts = tuple(columns.bytes(total))
    return tuple(
        [
            TopicHistory(topic, weeks[end - own : end], counts[end - own : end])
            for topic, own, end in zip(topics, lengths, accumulate(lengths), strict=True)
        ]
    )


def _take_prompts(columns: Columns, length: int) -> tuple[PromptRecord, ...]:
    if not length:
        return ()
    campaigns, variants, seen_counts = columns.threes(length), columns.shorts(length), columns.shorts(length)
    lengths, dismissed, contributed = columns.bytes(length), columns.bytes(length), columns.bytes(length)
    dismissed_at = columns.longs(length)
    seen_at = columns.longs(sum(lengths))
    seen = [seen_at[end - own : end] for own, end in zip(lengths, accumulate(lengths), strict=True)]
    return tuple(map(PromptRecord, campaigns, seen_counts, seen, dismissed, dismissed_at, contributed, variants))


def _take_pools(columns: Columns, length: int) -> tuple[PoolUse, ...]:
    if not length:
        return ()
    pools, lengths = columns.threes(length), columns.bytes(length)
    older_used, older_expires_at = columns.shorts(length), columns.longs(length)
    total = sum(lengths)
    reads = tuple(map(FreeRead, columns.shorts(total), columns.longs(total)))
    own = [reads[end - own : end] for own, end in zip(lengths, accumulate(lengths), strict=True)]
    return tuple(map(PoolUse, pools, own, older_used, older_expires_at))


def _take_giving(packed: bytes) -> Giving:
    if not packed:
        return _NOTHING_GIVEN
    recurring, interval, asked, *instants = _GIVING.unpack(packed)
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
        _INTERVALS[asked],
    )


_DECODERS = {1: decode_version_1, VERSION: _decode_version_2}
