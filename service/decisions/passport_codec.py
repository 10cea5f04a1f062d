"""The bytes inside a passport: a version byte, a head of fixed width, then the lists as tables.

Whole tables are packed at once: a page view must hardly pay for the length of a reader's history. Encoding always
uses the newest version; an older one is decoded for as long as a passport lives. Fingerprints of three bytes lie in
two columns.
"""

from collections.abc import Sequence
from itertools import accumulate, chain
from struct import Struct, error
from typing import TypeVar

from service.campaigns.variant import Interval
from service.decisions.passport_bytes import Tables, joined, split, split_all, table, within
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

V = TypeVar("V")
VERSION = 2
_RECURRING = tuple(RecurringState)
_INTERVALS = tuple(Interval)
_NO_BUCKET = 0xFFFFFF
_NOTHING_GIVEN = Giving()

# version, issued at, bucket (high byte, low bytes), salt, first seen at, day, view count, link (high byte, low bytes);
# lengths of days, weeks, topics, pages, recent, prompts, pools, giving
_HEAD = Struct(">BIBHIIIIBH8B")
_GIVING = Struct(">BBB6I")
_TOPICS = "BHB"  # topic, number of its weeks
_WEEKS = "BB"  # weeks ago, count
# campaign, variant, seen count, number of seen_at kept, dismissed count, contributed count, dismissed at
_PROMPTS = "BHHHBBBI"
_POOLS = "BHBHI"  # pool, number of its reads, older used, older expires at
_READS = "HI"  # page, expires at


class UnreadablePassportError(ValueError):
    """The bytes are not a passport of a version known here."""


def encode(reader: Reader, issued_at: int) -> bytes:
    history = reader.history
    bucket = _NO_BUCKET if reader.bucket is None else reader.bucket
    giving = b"" if reader.giving == _NOTHING_GIVEN else _giving(reader.giving)
    head = _HEAD.pack(
        VERSION,
        within(issued_at),
        *split(bucket),
        reader.salt,
        within(reader.first_seen_at),
        within(history.day),
        within(history.view_count),
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
    tables = (
        head,
        table("B", history.days),
        table("B", history.weeks),
        _topics(history),
        table("H", history.pages),
        table("BH", *split_all(reader.recent)),
        _prompts(reader.prompts),
        _pools(reader.pools),
        giving,
    )
    return b"".join(tables)


def decode(data: bytes) -> tuple[Reader, int]:
    """The reader and the instant the passport was issued. Raises UnreadablePassportError."""
    if not data or data[0] not in _DECODERS:
        raise UnreadablePassportError("unknown version")
    try:
        return _DECODERS[data[0]](data)
    except (IndexError, ValueError, error) as problem:
        raise UnreadablePassportError("cut short or out of bounds") from problem


def _topics(history: History) -> bytes:
    topics = history.topics
    if not topics:
        return b""
    this_week = (history.day - 1) // 7
    ago = [this_week - week for one in topics for week in one.weeks]
    counts = [count for one in topics for count in one.counts]
    names = split_all([one.topic for one in topics])
    return table(_TOPICS, *names, [len(one.weeks) for one in topics]) + table(_WEEKS, ago, counts)


def _prompts(prompts: tuple[PromptRecord, ...]) -> bytes:
    if not prompts:
        return b""
    campaigns, seen, seen_at, dismissed, dismissed_at, contributed, variants = zip(*prompts, strict=True)
    lengths = [len(instants) for instants in seen_at]
    records = table(_PROMPTS, *split_all(campaigns), variants, seen, lengths, dismissed, contributed, dismissed_at)
    return records + table("I", list(chain.from_iterable(seen_at)))


def _pools(pools: tuple[PoolUse, ...]) -> bytes:
    if not pools:
        return b""
    names, reads, older_used, older_expires_at = zip(*pools, strict=True)
    uses = table(_POOLS, *split_all(names), [len(own) for own in reads], older_used, older_expires_at)
    every = list(chain.from_iterable(reads))
    return uses + table(_READS, [read.page for read in every], [read.expires_at for read in every])


def _giving(giving: Giving) -> bytes:
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


def _decode_version_2(data: bytes) -> tuple[Reader, int]:
    _, issued_at, high, low, salt, first_seen_at, day, view_count, link_high, link_low, *lengths = _HEAD.unpack_from(
        data
    )
    days, weeks, topics, pages, recent, prompts, pools, giving = lengths
    tables, bucket = Tables(data, _HEAD.size), high << 16 | low
    history = History(
        day=day,
        days=tables.take("B", days)[0],
        weeks=tables.take("B", weeks)[0],
        topics=_take_topics(tables, topics, (day - 1) // 7),
        pages=tables.take("H", pages)[0],
        view_count=view_count,
    )
    reader = Reader(
        bucket=None if bucket == _NO_BUCKET else bucket,
        salt=salt,
        first_seen_at=first_seen_at,
        history=history,
        recent=joined(*tables.take("BH", recent)),
        prompts=_take_prompts(tables, prompts),
        pools=_take_pools(tables, pools),
        giving=_take_giving(data[-giving:]) if giving else _NOTHING_GIVEN,
        link=link_high << 16 | link_low,
    )
    return reader, issued_at


def _take_topics(tables: Tables, length: int, this_week: int) -> tuple[TopicHistory, ...]:
    if not length:
        return ()
    highs, lows, lengths = tables.take(_TOPICS, length)
    ago, counts = tables.take(_WEEKS, sum(lengths))
    weeks = tuple([this_week - weeks_ago for weeks_ago in ago])
    return tuple(map(TopicHistory, joined(highs, lows), _shared_out(weeks, lengths), _shared_out(counts, lengths)))


def _take_prompts(tables: Tables, length: int) -> tuple[PromptRecord, ...]:
    if not length:
        return ()
    highs, lows, variants, seen, lengths, dismissed, contributed, dismissed_at = tables.take(_PROMPTS, length)
    seen_at = _shared_out(tables.take("I", sum(lengths))[0], lengths)
    return tuple(map(PromptRecord, joined(highs, lows), seen, seen_at, dismissed, dismissed_at, contributed, variants))


def _take_pools(tables: Tables, length: int) -> tuple[PoolUse, ...]:
    if not length:
        return ()
    highs, lows, lengths, older_used, older_expires_at = tables.take(_POOLS, length)
    reads = tuple(map(FreeRead, *tables.take(_READS, sum(lengths))))
    return tuple(map(PoolUse, joined(highs, lows), _shared_out(reads, lengths), older_used, older_expires_at))


def _take_giving(packed: bytes) -> Giving:
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


def _shared_out(values: tuple[V, ...], lengths: Sequence[int]) -> list[tuple[V, ...]]:
    """Each owner's part of values that lie one owner's after the other's."""
    return [values[end - own : end] for own, end in zip(lengths, accumulate(lengths), strict=True)]


_DECODERS = {1: decode_version_1, VERSION: _decode_version_2}
