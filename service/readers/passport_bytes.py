"""Encode a reader as the bytes inside a passport, and decode these bytes.

The bytes are a version, a head of fixed width, then the reader's lists as tables (`passport_tables.py`). Topics,
prompts and pools are decoded when they are first read. A list that did not change is encoded by copying its bytes, so
that the length of a reader's history hardly slows a page view.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import accumulate, chain
from struct import Struct, error

from service.money import Interval
from service.readers.fingerprints import PAGE_BYTES, REQUEST_BYTES
from service.readers.passport_tables import ListLayout, Section, join, pack, share_out, split, split_all, unpack, within
from service.readers.reader import (
    COUNT_LIMIT,
    NO_SUPPORT,
    UNCHOSEN,
    CountingChoice,
    FreeRead,
    History,
    PoolUse,
    PromptRecord,
    PromptRecords,
    Reader,
    RecurringState,
    Support,
    TopicHistory,
)
from service.readers.site_time import week_of

VERSION = 1
_RECURRING = tuple(RecurringState)
_INTERVALS = tuple(Interval)
_NO_BUCKET = 0xFFFFFF

# version, issued at, bucket (high byte, low bytes), salt, first seen at, day, view count, link (high byte, low bytes);
# when the reader chose whether articles count, plus one if they do not; lengths of days, weeks, topics, pages, recent,
# prompts, pools, support
_HEAD = Struct(">BIBHIIIIBHI8B")
_HEAD_BYTES = _HEAD.size
_SUPPORT = Struct(">BBB7I3s")


class UnreadablePassportError(ValueError):
    """The bytes are not a passport of this version."""


# topic (high byte, low bytes), number of its weeks; weeks ago, count
_TOPICS = ListLayout("BHB", 2, "BB")
# campaign (high byte, low bytes), variant, seen count, number of seen_at kept, dismissed count, contributed count,
# dismissed at; seen at
_PROMPTS = ListLayout("BHHHBBBI", 4, "I")
# pool (high byte, low bytes), number of its reads, older used, older expires at; page, expires at
_POOLS = ListLayout("BHBHI", 2, "HI")


def encode(reader: Reader, issued_at: int) -> bytes:
    """Return the bytes of a reader. `issued_at`: now, in seconds since 1970."""
    history = reader.history
    days = history.days if isinstance(history.days, bytes) else pack("B", [history.days])
    weeks = history.weeks if isinstance(history.weeks, bytes) else pack("B", [history.weeks])
    bucket = _NO_BUCKET if reader.bucket is None else reader.bucket
    support = b"" if reader.support is NO_SUPPORT else _pack_support(reader.support)
    head = (
        VERSION,
        issued_at,
        *split(bucket),
        reader.salt,
        reader.first_seen_at,
        history.day,
        history.view_count,
        *split(reader.link),
        reader.counting.chosen_at + reader.counting.is_stopped,
        len(days),
        len(weeks),
        len(history.topics),
        len(history.pages) // PAGE_BYTES,
        len(reader.recent) // REQUEST_BYTES,
        len(reader.prompts),
        len(reader.pools),
        len(support),
    )
    topics = _pack_topics(history.topics, week_of(history.day)) if history.topics else b""
    prompts = _pack_prompts(reader.prompts) if reader.prompts else b""
    pools = _pack_pools(reader.pools) if reader.pools else b""
    return b"".join(
        (_pack_head(head), days, weeks, topics, history.pages, reader.recent, prompts, pools, support),
    )


def decode(data: bytes) -> tuple[Reader, int]:
    """Return the reader and the instant the passport was issued. Raise UnreadablePassportError if that fails."""
    if not data or data[0] != VERSION:
        raise UnreadablePassportError("unknown version")
    try:
        return _decode(data)
    except (IndexError, ValueError, error) as problem:
        raise UnreadablePassportError("cut short or out of bounds") from problem


def _decode(data: bytes) -> tuple[Reader, int]:
    _, issued_at, high, low, salt, first_seen_at, day, view_count, link_high, link_low, *rest = _HEAD.unpack_from(data)
    chosen, days, weeks, topics, pages, recent, prompts, pools, support = rest
    weeks_at = _HEAD_BYTES + days
    topics_at = weeks_at + weeks
    pages_at = topics_at + (_TOPICS.size(data, topics_at, topics) if topics else 0)
    recent_at = pages_at + PAGE_BYTES * pages
    prompts_at = recent_at + REQUEST_BYTES * recent
    pools_at = prompts_at + (_PROMPTS.size(data, prompts_at, prompts) if prompts else 0)
    support_at = pools_at + (_POOLS.size(data, pools_at, pools) if pools else 0)
    if support_at + support != len(data) or support not in {0, _SUPPORT.size}:
        raise ValueError("cut short or too long")
    history = History(
        day,
        data[_HEAD_BYTES:weeks_at],
        data[weeks_at:topics_at],
        Section(data[topics_at:pages_at], topics, _unpack_topics, week_of(day)) if topics else (),
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
        Section(data[pools_at:support_at], pools, _unpack_pools) if pools else (),
        _unpack_support(data[support_at:]) if support else NO_SUPPORT,
        data[recent_at:prompts_at],
        link_high << 16 | link_low,
        CountingChoice(chosen % 2 == 1, chosen - chosen % 2) if chosen else UNCHOSEN,
    )
    return reader, issued_at


def _pack_topics(topics: Sequence[TopicHistory], this_week: int) -> bytes:
    if isinstance(topics, Section) and topics.week == this_week:
        return topics.data
    names, weeks, counts = zip(*topics, strict=True)
    ago = [this_week - week for week in chain.from_iterable(weeks)]
    lengths = [len(own) for own in weeks]
    return _TOPICS.pack((*split_all(names), lengths), (ago, list(chain.from_iterable(counts))))


def _unpack_topics(section: Section[TopicHistory]) -> tuple[TopicHistory, ...]:
    (highs, lows, lengths), (ago, counts) = _TOPICS.unpack(section)
    weeks = tuple([section.week - weeks_ago for weeks_ago in ago])
    return tuple(map(TopicHistory, join(highs, lows), share_out(weeks, lengths), share_out(counts, lengths)))


@lru_cache(maxsize=4096)
def first_article(topics: tuple[int, ...], week: int) -> Section[TopicHistory]:
    """Return the topics of a reader's first article, encoded once for all new readers of a page (about 10 µs)."""
    counted = tuple(TopicHistory(topic, (week,), (1,)) for topic in topics)
    return Section(_pack_topics(counted, week), len(topics), _unpack_topics, week)


def with_article_counted(topics: Section[TopicHistory], read: Iterable[int]) -> Section[TopicHistory] | None:
    """Count one more article this week on each topic that was read, in the bytes.

    Return None if a topic has no article yet this week. Most views of a busy week need no decoding then, which would
    cost about 30 µs.
    """
    highs, lows, lengths = unpack("BHB", topics.length, topics.data, 0)
    names, begins = list(zip(highs, lows, strict=True)), [0, *accumulate(lengths)]
    weeks_at = _TOPICS.record_bytes * topics.length
    counts_at = (weeks_at + len(topics.data)) // 2
    counted = bytearray(topics.data)
    for name in map(split, read):
        if name not in names:
            return None
        newest_at = begins[names.index(name)]
        if counted[weeks_at + newest_at]:
            return None
        if counted[counts_at + newest_at] < COUNT_LIMIT:
            counted[counts_at + newest_at] += 1
    return Section(bytes(counted), topics.length, _unpack_topics, topics.week)


def _pack_prompts(prompts: Sequence[PromptRecord]) -> bytes:
    if isinstance(prompts, Section):
        return prompts.data
    campaigns, seen, seen_at, dismissed, dismissed_at, contributed, variants = zip(*prompts, strict=True)
    lengths = [len(instants) for instants in seen_at]
    records = (*split_all(campaigns), variants, seen, lengths, dismissed, contributed, dismissed_at)
    return _PROMPTS.pack(records, (list(chain.from_iterable(seen_at)),))


class PromptSection(Section[PromptRecord], PromptRecords):
    """A passport's prompts. Making one campaign's record without all the others saves about 10 µs of a page view."""

    __slots__ = ("_found", "_table")

    def __init__(self, data: bytes, length: int) -> None:
        super().__init__(data, length, lambda section: tuple(map(self._record_at, range(section.length))))
        self._table: tuple[list[tuple[int, int]], list[tuple[int, ...]], tuple[int, ...]] | None = None
        self._found: dict[int, PromptRecord] = {}

    def record(self, campaign: int) -> PromptRecord:
        found = self._found.get(campaign)
        if found is None:
            campaigns, name = self._columns()[0], split(campaign)
            found = self._record_at(campaigns.index(name)) if name in campaigns else PromptRecord(campaign)
            self._found[campaign] = found
        return found

    @property
    def dismissed_at(self) -> Sequence[int]:
        return self._columns()[1][-1]

    def _columns(self) -> tuple[list[tuple[int, int]], list[tuple[int, ...]], tuple[int, ...]]:
        """Return the campaigns (split), the other columns of the records, and the instants of all impressions."""
        if self._table is None:
            (highs, lows, *columns), (all_seen_at,) = _PROMPTS.unpack(self)
            self._table = list(zip(highs, lows, strict=True)), columns, all_seen_at
        return self._table

    def _record_at(self, place: int) -> PromptRecord:
        campaigns, (variants, seen, lengths, dismissed, contributed, dismissed_at), all_seen_at = self._columns()
        high, low = campaigns[place]
        seen_from = sum(lengths[:place])
        return PromptRecord(
            high << 16 | low,
            seen[place],
            all_seen_at[seen_from : seen_from + lengths[place]],
            dismissed[place],
            dismissed_at[place],
            contributed[place],
            variants[place],
        )


def _pack_pools(pools: Sequence[PoolUse]) -> bytes:
    if isinstance(pools, Section):
        return pools.data
    names, reads, older_used, older_expires_at = zip(*pools, strict=True)
    records = (*split_all(names), [len(own) for own in reads], older_used, older_expires_at)
    every = list(chain.from_iterable(reads))
    return _POOLS.pack(records, ([read.page for read in every], [read.expires_at for read in every]))


def _unpack_pools(section: Section[PoolUse]) -> tuple[PoolUse, ...]:
    (highs, lows, lengths, older_used, older_expires_at), items = _POOLS.unpack(section)
    reads = share_out(tuple(map(FreeRead, *items)), lengths)
    return tuple(map(PoolUse, join(highs, lows), reads, older_used, older_expires_at))


def _pack_head(values: tuple[int, ...]) -> bytes:
    try:
        return _HEAD.pack(*values)
    except error:
        return _HEAD.pack(*map(within, values))


def _pack_support(support: Support) -> bytes:
    if support == NO_SUPPORT:
        return b""
    return _SUPPORT.pack(
        _RECURRING.index(support.recurring),
        _INTERVALS.index(support.recurring_interval),
        _INTERVALS.index(support.checkout_interval),
        within(support.recurring_at),
        within(support.past_due_at),
        within(support.paid_until),
        within(support.ended_at),
        within(support.one_off_at),
        within(support.checkout_at),
        within(support.recurring_minor),
        support.recurring_currency.encode(),
    )


def _unpack_support(packed: bytes) -> Support:
    recurring, interval, checkout_interval, *instants, recurring_minor, currency = _SUPPORT.unpack(packed)
    recurring_at, past_due_at, paid_until, ended_at, one_off_at, checkout_at = instants
    return Support(
        _RECURRING[recurring],
        _INTERVALS[interval],
        recurring_at,
        past_due_at,
        paid_until,
        ended_at,
        one_off_at,
        checkout_at,
        _INTERVALS[checkout_interval],
        recurring_minor,
        currency.rstrip(b"\0").decode(),
    )
