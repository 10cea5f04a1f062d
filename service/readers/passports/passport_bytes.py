"""Encode a reader as the bytes inside a passport, and decode these bytes.

The bytes are a version, a head of fixed width, then the reader's lists. A list of records that have items of their own
is written as its records and then the items of all records; each record says how many are its own. A number beyond its
width is written as the nearest number that fits.
"""

from collections.abc import Iterable
from struct import Struct, error, unpack_from

from service.money import Interval
from service.readers.fingerprints import PAGE_BYTES, REQUEST_BYTES
from service.readers.passports.packed import PackedRecords
from service.readers.passports.topic_weeks import TOPIC_BYTES, TopicRuns, TopicWeeks
from service.readers.reader import (
    NO_SUPPORT,
    UNCHOSEN,
    CountingChoice,
    FreeRead,
    History,
    PoolUse,
    PromptRecord,
    Reader,
    RecurringState,
    Support,
)
from service.readers.site_time import week_of

VERSION = 1
_RECURRING = tuple(RecurringState)
_INTERVALS = tuple(Interval)
_NO_BUCKET = 0xFFFFFFFF
_NO_TOPICS = TopicRuns()
_HIGHEST = {"B": 0xFF, "H": 0xFFFF, "I": 0xFFFFFFFF}

# version, issued at, bucket, link, salt, first seen at, day, view count, when the reader chose whether articles count
# (plus one if they do not); the numbers of days, weeks, topics, weeks of all topics, pages, recent ids, prompts,
# impressions, pools and free reads; the bytes of support
_HEAD = Struct(">BIIIIIIII11B")
_SUPPORT = Struct(">BBB7I")
UNREADABLE = (IndexError, ValueError, error)  # what `decode` raises
_CURRENCY_BYTES = 3  # after the numbers of the support
_PROMPT = Struct(">IHHBBI")  # campaign and number of impressions, variant, seen, dismissed, contributed, dismissed at
_POOL = Struct(">IHI")  # pool and number of free reads, older used, older expires at
_FREE_READ = Struct(">HI")  # page, expires at


def encode(reader: Reader, issued_at: int) -> bytes:
    """Return the bytes of a reader. `issued_at`: now, in seconds since 1970."""
    history = reader.history
    days = history.days if type(history.days) is bytes else _bytes(history.days)
    weeks = history.weeks if type(history.weeks) is bytes else _bytes(history.weeks)
    topics = TopicWeeks.of(history.topics, week_of(history.day)).runs if history.topics else _NO_TOPICS
    impressions, prompts = _pack_prompts(reader.prompts) if reader.prompts else (0, b"")
    free_reads, pools = _pack_pools(reader.pools) if reader.pools else (0, b"")
    support = b"" if reader.support is NO_SUPPORT else _pack_support(reader.support)
    head = _packed(
        _HEAD,
        VERSION,
        issued_at,
        _NO_BUCKET if reader.bucket is None else reader.bucket,
        reader.link,
        reader.salt,
        reader.first_seen_at,
        history.day,
        history.view_count,
        reader.counting.chosen_at + reader.counting.is_stopped,
        len(days),
        len(weeks),
        len(topics.heads) // TOPIC_BYTES,
        len(topics.ago),
        len(history.pages) // PAGE_BYTES,
        len(reader.recent) // REQUEST_BYTES,
        len(reader.prompts),
        impressions,
        len(reader.pools),
        free_reads,
        len(support),
    )
    return b"".join((head, days, weeks, *topics, history.pages, reader.recent, prompts, pools, support))


def decode(data: bytes) -> tuple[Reader, int]:
    """Return the reader and the instant the passport was issued.

    Raise one of UNREADABLE if the bytes are not a passport of this version.
    """
    version, issued_at, bucket, link, salt, first_seen_at, day, view_count, chosen, *numbers = _HEAD.unpack_from(data)
    days, weeks, topics, topic_weeks, pages, recent, prompts, impressions, pools, free_reads, support = numbers
    weeks_at = _HEAD.size + days
    topics_at = weeks_at + weeks
    ago_at = topics_at + TOPIC_BYTES * topics
    counts_at = ago_at + topic_weeks
    pages_at = counts_at + topic_weeks
    recent_at = pages_at + PAGE_BYTES * pages
    prompts_at = recent_at + REQUEST_BYTES * recent
    pools_at = prompts_at + _PROMPT.size * prompts + 4 * impressions
    support_at = pools_at + _POOL.size * pools + _FREE_READ.size * free_reads
    if version != VERSION or support_at + support != len(data) or support not in {0, _SUPPORT.size + _CURRENCY_BYTES}:
        raise ValueError("of another version, cut short or too long")
    history = History(
        day,
        data[_HEAD.size : weeks_at],
        data[weeks_at:topics_at],
        TopicWeeks(week_of(day), TopicRuns(data[topics_at:ago_at], data[ago_at:counts_at], data[counts_at:pages_at]))
        if topics
        else (),
        data[pages_at:recent_at],
        view_count,
    )
    reader = Reader(
        None if bucket == _NO_BUCKET else bucket,
        salt,
        first_seen_at,
        history,
        PackedRecords(data[prompts_at:pools_at], prompts, impressions, _unpack_prompts) if prompts else (),
        PackedRecords(data[pools_at:support_at], pools, free_reads, _unpack_pools) if pools else (),
        _unpack_support(data[support_at:]) if support else NO_SUPPORT,
        data[recent_at:prompts_at],
        link,
        CountingChoice(chosen % 2 == 1, chosen - chosen % 2) if chosen else UNCHOSEN,
    )
    return reader, issued_at


def _pack_prompts(prompts: Iterable[PromptRecord]) -> tuple[int, bytes]:
    """Return the number of impressions, and the bytes: the records, then the instants of the impressions."""
    if isinstance(prompts, PackedRecords):
        return prompts.items, prompts.data
    rows: list[bytes] = []
    seen_at: list[int] = []
    for campaign, seen, instants, dismissed, dismissed_at, contributed, variant in prompts:
        rows.append(
            _packed(_PROMPT, campaign << 8 | len(instants), variant, seen, dismissed, contributed, dismissed_at)
        )
        seen_at += instants
    return len(seen_at), b"".join(rows) + _packed(Struct(f">{len(seen_at)}I"), *seen_at)


def _unpack_prompts(data: bytes, count: int, impressions: int) -> tuple[PromptRecord, ...]:
    seen_from = _PROMPT.size * count
    seen_at = unpack_from(f">{impressions}I", data, seen_from)
    prompts, at = [], 0
    for row, variant, seen, dismissed, contributed, dismissed_at in _PROMPT.iter_unpack(data[:seen_from]):
        end = at + (row & 0xFF)
        prompts.append(PromptRecord(row >> 8, seen, seen_at[at:end], dismissed, dismissed_at, contributed, variant))
        at = end
    return tuple(prompts)


def _pack_pools(pools: Iterable[PoolUse]) -> tuple[int, bytes]:
    """Return the number of free reads, and the bytes: the pools, then the free reads."""
    if isinstance(pools, PackedRecords):
        return pools.items, pools.data
    rows: list[bytes] = []
    reads: list[bytes] = []
    for pool, own, older_used, older_expires_at in pools:
        rows.append(_packed(_POOL, pool << 8 | len(own), older_used, older_expires_at))
        reads += [_packed(_FREE_READ, *read) for read in own]
    return len(reads), b"".join((*rows, *reads))


def _unpack_pools(data: bytes, count: int, _free_reads: int) -> tuple[PoolUse, ...]:
    reads = tuple(FreeRead(*read) for read in _FREE_READ.iter_unpack(data[_POOL.size * count :]))
    pools, at = [], 0
    for row, older_used, older_expires_at in _POOL.iter_unpack(data[: _POOL.size * count]):
        end = at + (row & 0xFF)
        pools.append(PoolUse(row >> 8, reads[at:end], older_used, older_expires_at))
        at = end
    return tuple(pools)


def _pack_support(support: Support) -> bytes:
    if support == NO_SUPPORT:
        return b""
    numbers = _packed(
        _SUPPORT,
        _RECURRING.index(support.recurring),
        _INTERVALS.index(support.recurring_interval),
        _INTERVALS.index(support.checkout_interval),
        support.recurring_at,
        support.past_due_at,
        support.paid_until,
        support.ended_at,
        support.one_off_at,
        support.checkout_at,
        support.recurring_minor,
    )
    return numbers + support.recurring_currency.encode().ljust(_CURRENCY_BYTES, b"\0")


def _unpack_support(packed: bytes) -> Support:
    recurring, interval, checkout_interval, *instants, recurring_minor = _SUPPORT.unpack_from(packed)
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
        packed[_SUPPORT.size :].rstrip(b"\0").decode(),
    )


def _packed(layout: Struct, *numbers: int) -> bytes:
    try:
        return layout.pack(*numbers)
    except error:
        widths = "".join(_widths(layout.format))
        return layout.pack(*(within(number, width) for number, width in zip(numbers, widths, strict=True)))


def _widths(layout: str) -> Iterable[str]:
    """Return a letter for each number of a layout: `>B2H` has the letters B, H and H."""
    times = ""
    for letter in layout.removeprefix(">"):
        if letter.isdigit():
            times += letter
        else:
            yield letter * int(times or 1)
            times = ""


def within(number: int, width: str = "I") -> int:
    """Return the nearest number that fits a width."""
    return min(max(number, 0), _HIGHEST[width])


def _bytes(numbers: Iterable[int]) -> bytes:
    try:
        return bytes(numbers)
    except ValueError:
        return bytes(within(number, "B") for number in numbers)
