"""Encode a reader as the bytes inside a passport, and decode these bytes.

The bytes are a version, a head of fixed width that ends with the lengths of the sections, and then the sections. A list
of records that have items of their own is written as the number of records, the records, and then the items of all
records; each record says how many are its own. A number beyond its width is written as the nearest number that fits.
"""

from collections.abc import Iterable, Sequence
from itertools import accumulate, islice
from struct import Struct, error, unpack

from service.money import Interval
from service.readers.passports.packed import PackedRecords
from service.readers.passports.topic_weeks import TopicRuns, TopicWeeks
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
# (plus one if they do not); the lengths of days, weeks, topics, their weeks and counts, pages, recent ids, prompts,
# pools and support
_HEAD = Struct(">BIIIIIIII7BHHB")
_SUPPORT = Struct(">BBB7I")
UNREADABLE = (IndexError, ValueError, error)  # what `decode` raises
_CURRENCY_BYTES = 3  # after the numbers of the support
_new = tuple.__new__  # takes half the time of `PromptRecord(...)`
_PROMPT = Struct(">IHHBBI")  # campaign and number of impressions, variant, seen, dismissed, contributed, dismissed at
_POOL = Struct(">IHI")  # pool and number of free reads, older used, older expires at
_FREE_READ = Struct(">HI")  # page, expires at


def encode(reader: Reader, issued_at: int) -> bytes:
    """Return the bytes of a reader. `issued_at`: now, in seconds since 1970."""
    history = reader.history
    days = history.days if type(history.days) is bytes else _bytes(history.days)
    weeks = history.weeks if type(history.weeks) is bytes else _bytes(history.weeks)
    topics = TopicWeeks.of(history.topics, week_of(history.day)).runs if history.topics else _NO_TOPICS
    sections = (
        days,
        weeks,
        *topics,
        history.pages,
        reader.recent,
        _pack_prompts(reader.prompts) if reader.prompts else b"",
        _pack_pools(reader.pools) if reader.pools else b"",
        b"" if reader.support is NO_SUPPORT else _pack_support(reader.support),
    )
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
        *map(len, sections),
    )
    return b"".join((head, *sections))


def decode(data: bytes) -> tuple[Reader, int]:
    """Return the reader and the instant the passport was issued.

    Raise one of UNREADABLE if the bytes are not a passport of this version.
    """
    version, issued_at, bucket, link, salt, first_seen_at, day, views, chosen, *lengths = _HEAD.unpack_from(data)
    begins = accumulate(lengths, initial=_HEAD.size)
    days, weeks, heads, ago, counts, pages, recent, prompts, pools, support, end = begins
    if version != VERSION or end != len(data):
        raise ValueError("of another version, cut short or too long")
    runs = TopicRuns(data[heads:ago], data[ago:counts], data[counts:pages])
    topics = TopicWeeks(week_of(day), runs) if heads < ago else ()
    reader = Reader(
        None if bucket == _NO_BUCKET else bucket,
        salt,
        first_seen_at,
        History(day, data[days:weeks], data[weeks:heads], topics, data[pages:recent], views),
        PackedRecords(data[prompts:pools], _unpack_prompts) if prompts < pools else (),
        PackedRecords(data[pools:support], _unpack_pools) if pools < support else (),
        _unpack_support(data[support:]) if support < end else NO_SUPPORT,
        data[recent:prompts],
        link,
        CountingChoice(chosen % 2 == 1, chosen - chosen % 2) if chosen else UNCHOSEN,
    )
    return reader, issued_at


def _pack_prompts(prompts: Sequence[PromptRecord]) -> bytes:
    """Return the number of records, the records, and the instants of the impressions."""
    if isinstance(prompts, PackedRecords):
        return prompts.data
    packed = [bytes((len(prompts),))]
    seen_at: list[int] = []
    for campaign, seen, instants, dismissed, dismissed_at, contributed, variant in prompts:
        row = campaign << 8 | len(instants)
        packed.append(_packed(_PROMPT, row, variant, seen, dismissed, contributed, dismissed_at))
        seen_at += instants
    return b"".join(packed) + _packed(Struct(f">{len(seen_at)}I"), *seen_at)


def _unpack_prompts(data: bytes) -> tuple[PromptRecord, ...]:
    seen_from = 1 + _PROMPT.size * data[0]
    seen_at = unpack(f">{(len(data) - seen_from) // 4}I", data[seen_from:])
    records, at = [], 0
    for row, variant, seen, dismissed, contributed, dismissed_at in _PROMPT.iter_unpack(data[1:seen_from]):
        end = at + (row & 0xFF)
        fields = row >> 8, seen, seen_at[at:end], dismissed, dismissed_at, contributed, variant
        records.append(_new(PromptRecord, fields))
        at = end
    return tuple(records)


def _pack_pools(pools: Sequence[PoolUse]) -> bytes:
    """Return the number of pools, the pools, and the free reads."""
    if isinstance(pools, PackedRecords):
        return pools.data
    packed = [bytes((len(pools),))]
    for pool, own, older_used, older_expires_at in pools:
        packed.append(_packed(_POOL, pool << 8 | len(own), older_used, older_expires_at))
    return b"".join(packed + [_packed(_FREE_READ, *read) for pool in pools for read in pool.reads])


def _unpack_pools(data: bytes) -> tuple[PoolUse, ...]:
    reads_from = 1 + _POOL.size * data[0]
    reads = iter([FreeRead(*read) for read in _FREE_READ.iter_unpack(data[reads_from:])])
    pools = []
    for row, older_used, older_expires_at in _POOL.iter_unpack(data[1:reads_from]):
        pools.append(PoolUse(row >> 8, tuple(islice(reads, row & 0xFF)), older_used, older_expires_at))
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
