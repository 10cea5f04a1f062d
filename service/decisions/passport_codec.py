"""The bytes inside a passport: a version byte, a head of fixed width, then the lists as tables.

Whole tables are packed at once: a page view must hardly pay for the length of a reader's history. Encoding always
uses the newest version; an older one is decoded for as long as a passport lives. Fingerprints of three bytes lie in
two columns.
"""

from collections.abc import Callable, Sequence
from itertools import accumulate, chain, pairwise
from struct import Struct, calcsize, error
from typing import TypeVar

from service.campaigns.variant import Interval
from service.decisions.packed import Packed, PackedCounts, PackedPages, PackedPrints
from service.decisions.packed_reader import PROMPT_COLUMNS, PackedPrompts, PackedTopics
from service.decisions.passport_bytes import Tables, joined, split_all, table, within
from service.decisions.passport_version_1 import decode_version_1
from service.decisions.reader import (
    NOTHING_GIVEN,
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

# version, issued at, bucket (high byte, low bytes), salt, first seen at, day, view count, link (high byte, low bytes);
# lengths of days, weeks, topics, pages, recent, prompts, pools, giving
_HEAD = Struct(">BIBHIIIIBH8B")
_GIVING = Struct(">BBB6I")
_TOPICS = "BHB"  # topic, number of its weeks
_WEEKS = "BB"  # weeks ago, count
_POOLS = "BHBHI"  # pool, number of its reads, older used, older expires at
_READS = "HI"  # page, expires at
# places of these lengths in the head
_TOPIC_COUNT, _PAGE_COUNT, _RECENT_COUNT, _PROMPT_COUNT, _POOL_COUNT = range(2, 7)
_TOPIC_BYTES, _WEEK_BYTES, _PROMPT_BYTES, _POOL_BYTES, _READ_BYTES = (
    calcsize(">" + widths) for widths in (_TOPICS, _WEEKS, PROMPT_COLUMNS, _POOLS, _READS)
)


class UnreadablePassportError(ValueError):
    """The bytes are not a passport of a version known here."""


def encode(reader: Reader, issued_at: int) -> bytes:
    history = reader.history
    giving = b"" if reader.giving is NOTHING_GIVEN or reader.giving == NOTHING_GIVEN else _giving(reader.giving)
    tables = (
        _head(reader, issued_at, len(giving)),
        _packed(history.days, _counts),
        _packed(history.weeks, _counts),
        _topics(history),
        _packed(history.pages, _pages),
        _packed(reader.recent, _recent),
        _packed(reader.prompts, _prompts),
        _packed(reader.pools, _pools),
        giving,
    )
    return b"".join(tables)


def _head(reader: Reader, issued_at: int, giving_bytes: int) -> bytes:
    history = reader.history
    bucket = _NO_BUCKET if reader.bucket is None else reader.bucket
    values = (
        VERSION,
        issued_at,
        bucket >> 16,
        bucket & 0xFFFF,
        reader.salt,
        reader.first_seen_at,
        history.day,
        history.view_count,
        reader.link >> 16,
        reader.link & 0xFFFF,
        len(history.days),
        len(history.weeks),
        len(history.topics),
        len(history.pages),
        len(reader.recent),
        len(reader.prompts),
        len(reader.pools),
        giving_bytes,
    )
    try:
        return _HEAD.pack(*values)
    except error:
        return _HEAD.pack(*map(within, values))


def decode(data: bytes) -> tuple[Reader, int]:
    """The reader and the instant the passport was issued. Raises UnreadablePassportError."""
    if not data or data[0] not in _DECODERS:
        raise UnreadablePassportError("unknown version")
    try:
        return _DECODERS[data[0]](data)
    except (IndexError, ValueError, error) as problem:
        raise UnreadablePassportError("cut short or out of bounds") from problem


def _packed(values: tuple[V, ...] | Packed[V], pack: Callable[[Sequence[V]], bytes]) -> bytes:
    """What still lies in an older passport's bytes goes on as it is."""
    if not isinstance(values, tuple):
        return values.data
    return pack(values) if values else b""


def _counts(counts: Sequence[int]) -> bytes:
    try:
        return bytes(counts)
    except ValueError:
        return table("B", counts)


def _pages(pages: Sequence[int]) -> bytes:
    return table("H", pages)


def _recent(recent: Sequence[int]) -> bytes:
    return table("BH", *split_all(recent))


def _topics(history: History) -> bytes:
    topics = history.topics
    this_week = (history.day - 1) // 7
    if type(topics) is PackedTopics and topics.week == this_week:
        return topics.data
    if not topics:
        return b""
    ago = [this_week - week for one in topics for week in one.weeks]
    counts = [count for one in topics for count in one.counts]
    names = split_all([one.topic for one in topics])
    return table(_TOPICS, *names, [len(one.weeks) for one in topics]) + table(_WEEKS, ago, counts)


def _prompts(prompts: Sequence[PromptRecord]) -> bytes:
    if not prompts:
        return b""
    campaigns, seen, seen_at, dismissed, dismissed_at, contributed, variants = zip(*prompts, strict=True)
    lengths = [len(instants) for instants in seen_at]
    records = table(
        PROMPT_COLUMNS, *split_all(campaigns), variants, seen, lengths, dismissed, contributed, dismissed_at
    )
    return records + table("I", list(chain.from_iterable(seen_at)))


def _pools(pools: Sequence[PoolUse]) -> bytes:
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
    bucket = high << 16 | low
    days, weeks, topics, pages, recent, prompts, pools, giving = _cut(data, lengths)
    history = History(
        day=day,
        days=PackedCounts(days) if days else (),
        weeks=PackedCounts(weeks) if weeks else (),
        topics=_packed_topics(topics, lengths[_TOPIC_COUNT], (day - 1) // 7) if topics else (),
        pages=PackedPages(pages, lengths[_PAGE_COUNT], _read_pages) if pages else (),
        view_count=view_count,
    )
    reader = Reader(
        bucket=None if bucket == _NO_BUCKET else bucket,
        salt=salt,
        first_seen_at=first_seen_at,
        history=history,
        recent=PackedPrints(recent, lengths[_RECENT_COUNT], _read_recent) if recent else (),
        prompts=_packed_prompts(prompts, lengths[_PROMPT_COUNT]) if prompts else (),
        pools=_packed_pools(pools, lengths[_POOL_COUNT]) if pools else (),
        giving=_take_giving(giving) if giving else NOTHING_GIVEN,
        link=link_high << 16 | link_low,
    )
    return reader, issued_at


def _cut(data: bytes, lengths: list[int]) -> list[bytes]:
    """Each table's own bytes. Raises ValueError unless all of them together are the data."""
    days, weeks, topics, pages, recent, prompts, pools, giving = lengths
    topics_at = _HEAD.size + days + weeks
    pages_at = topics_at + _TOPIC_BYTES * topics + _items(data, topics_at, topics, _WEEK_BYTES, before=3)
    recent_at = pages_at + 2 * pages
    prompts_at = recent_at + 3 * recent
    pools_at = prompts_at + _PROMPT_BYTES * prompts + _items(data, prompts_at, prompts, 4, before=7)
    giving_at = pools_at + _POOL_BYTES * pools + _items(data, pools_at, pools, _READ_BYTES, before=3)
    if giving_at + giving != len(data) or giving not in {0, _GIVING.size}:
        raise ValueError("cut short or too long")
    ends = (_HEAD.size, _HEAD.size + days, topics_at, pages_at, recent_at, prompts_at, pools_at, giving_at, len(data))
    return [data[start:end] for start, end in pairwise(ends)]


def _items(data: bytes, start: int, length: int, item_bytes: int, *, before: int) -> int:
    """Bytes of what belongs to the rows of a table; how much that is stands after `before` bytes for each row."""
    return item_bytes * sum(data[start + before * length : start + (before + 1) * length]) if length else 0


def _read_pages(data: bytes) -> tuple[int, ...]:
    return Tables(data, 0).take("H", len(data) // 2)[0]


def _read_recent(data: bytes) -> tuple[int, ...]:
    return joined(*Tables(data, 0).take("BH", len(data) // 3))


def _packed_topics(data: bytes, length: int, this_week: int) -> PackedTopics:
    return PackedTopics(data, length, this_week, lambda data: _take_topics(Tables(data, 0), length, this_week))


def _packed_prompts(data: bytes, length: int) -> PackedPrompts:
    return PackedPrompts(data, length, lambda data: _take_prompts(Tables(data, 0), length))


def _packed_pools(data: bytes, length: int) -> Packed[PoolUse]:
    return Packed(data, length, lambda data: _take_pools(Tables(data, 0), length))


def _take_topics(tables: Tables, length: int, this_week: int) -> tuple[TopicHistory, ...]:
    highs, lows, lengths = tables.take(_TOPICS, length)
    ago, counts = tables.take(_WEEKS, sum(lengths))
    weeks = tuple([this_week - weeks_ago for weeks_ago in ago])
    return tuple(map(TopicHistory, joined(highs, lows), _shared_out(weeks, lengths), _shared_out(counts, lengths)))


def _take_prompts(tables: Tables, length: int) -> tuple[PromptRecord, ...]:
    highs, lows, variants, seen, lengths, dismissed, contributed, dismissed_at = tables.take(PROMPT_COLUMNS, length)
    seen_at = _shared_out(tables.take("I", sum(lengths))[0], lengths)
    return tuple(map(PromptRecord, joined(highs, lows), seen, seen_at, dismissed, dismissed_at, contributed, variants))


def _take_pools(tables: Tables, length: int) -> tuple[PoolUse, ...]:
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
