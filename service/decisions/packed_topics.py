"""Topics in the bytes of a passport: columns of the topics, then of how many weeks ago, then of how many articles."""

from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from itertools import accumulate
from struct import Struct, calcsize

from service.decisions.packed import Packed
from service.decisions.passport_bytes import Tables, joined, shared_out, split_all, table
from service.decisions.reader import COUNT_LIMIT, TopicHistory

_TOPICS = "BHB"  # topic (high byte, low bytes), number of its weeks
_WEEKS = "BB"  # weeks ago, count
_TOPIC_BYTES, _WEEK_BYTES = calcsize(">" + _TOPICS), calcsize(">" + _WEEKS)


class PackedTopics(Packed[TopicHistory]):
    """`week` is the one that is 0 weeks ago."""

    __slots__ = ("week",)

    def __init__(self, data: bytes, length: int, week: int) -> None:
        self.data, self.length, self._values, self.week = data, length, None, week

    def _read(self) -> tuple[TopicHistory, ...]:
        tables = Tables(self.data)
        highs, lows, lengths = tables.take(_TOPICS, self.length)
        ago, counts = tables.take(_WEEKS, sum(lengths))
        weeks = tuple([self.week - weeks_ago for weeks_ago in ago])
        return tuple(map(TopicHistory, joined(highs, lows), shared_out(weeks, lengths), shared_out(counts, lengths)))

    def one_more(self, topics: Iterable[int]) -> "PackedTopics | None":
        """One article more this week on each topic; None where one of them has none yet this week."""
        length = self.length
        columns = _columns(length).unpack_from(self.data)
        lows, begins = columns[length : 2 * length], [0, *accumulate(columns[2 * length :])]
        weeks_at = _TOPIC_BYTES * length
        counts_at = (weeks_at + len(self.data)) // 2
        changed = bytearray(self.data)
        for topic in topics:
            low = topic & 0xFFFF
            if low not in lows:
                return None
            place = lows.index(low)
            at = begins[place]
            if columns[place] != topic >> 16 or changed[weeks_at + at]:
                return None
            if changed[counts_at + at] < COUNT_LIMIT:
                changed[counts_at + at] += 1
        return PackedTopics(bytes(changed), length, self.week)


@lru_cache(maxsize=4096)
def first_read(topics: tuple[int, ...], week: int) -> PackedTopics:
    """What one article on these topics, the first of all, leaves behind."""
    return PackedTopics(*pack_topics([TopicHistory(topic, (week,), (1,)) for topic in topics], week), week)


def pack_topics(topics: Sequence[TopicHistory], this_week: int) -> tuple[bytes, int]:
    """The bytes, and how many topics they are."""
    if type(topics) is PackedTopics and topics.week == this_week:
        return topics.data, topics.length
    if not topics:
        return b"", 0
    ago = [this_week - week for one in topics for week in one.weeks]
    counts = [count for one in topics for count in one.counts]
    names = split_all([one.topic for one in topics])
    named = table(_TOPICS, *names, [len(one.weeks) for one in topics])
    return named + table(_WEEKS, ago, counts), len(topics)


def size_of_topics(data: bytes, at: int, length: int) -> int:
    """How many bytes the table that begins here takes."""
    lengths_at = at + 3 * length
    return _TOPIC_BYTES * length + _WEEK_BYTES * sum(data[lengths_at : lengths_at + length])


@cache
def _columns(length: int) -> Struct:
    return Struct(f">{length}B{length}H{length}B")
