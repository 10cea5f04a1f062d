"""Count articles per topic and week in runs of bytes, because nearly every article changes a few of many topics.

A reader's topics are three runs: four bytes for each topic, the last of which is its number of weeks; then for all
topics, newest week first, how many weeks ago it was; then the articles read in it. Unpacking them would take longer
than counting.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from itertools import accumulate, pairwise
from struct import unpack
from typing import NamedTuple

from service.readers.passports.packed import Packed
from service.readers.reader import COUNT_LIMIT, HISTORY_WEEKS, MAX_TOPIC_WEEKS, MAX_TOPICS, TopicHistory

TOPIC_BYTES = 4
_LENGTH_AT = 3
_AGO_LIMIT = 255
_LATER = bytes(range(_AGO_LIMIT + 1)) + bytes((_AGO_LIMIT,)) * _AGO_LIMIT  # from place n: what each byte is n later
_IN_HISTORY = bytes(range(HISTORY_WEEKS))
_NO_WEEK = -1 << 30  # less than the age of any week
_WANTED = 256  # wanted topics count as read so many weeks later than they were, so that they are dropped last


class TopicRuns(NamedTuple):
    """Topics as bytes. `heads`: the topics, with their numbers of weeks."""

    heads: bytes = b""
    ago: bytes = b""
    counts: bytes = b""


class TopicWeeks(Packed[TopicHistory]):
    """The topics of a reader, in the order in which they were first read. `week`: the week from which `ago` counts."""

    __slots__ = ("runs", "week")

    def __init__(self, week: int, runs: TopicRuns) -> None:
        self.week, self.runs = week, runs

    @classmethod
    def of(cls, topics: Iterable[TopicHistory], week: int) -> "TopicWeeks":
        """Return topics as of a week. Weeks that no rule reaches are left out. A count has at most a byte."""
        if isinstance(topics, cls) and topics.week == week:
            return topics
        heads, ago, counts = bytearray(), bytearray(), bytearray()
        for read in topics:
            length = sum(week - own < HISTORY_WEEKS for own in read.weeks)
            if length:
                heads += (read.topic << 8 | length).to_bytes(TOPIC_BYTES, "big")
                ago += bytes([max(week - own, 0) for own in read.weeks[:length]])
                counts += bytes([min(max(count, 0), COUNT_LIMIT) for count in read.counts[:length]])
        return cls(week, TopicRuns(bytes(heads), bytes(ago), bytes(counts)))

    @property
    def values(self) -> tuple[TopicHistory, ...]:
        heads, ago, counts = self.runs
        topics, begin = list[TopicHistory](), 0
        for head in _numbers(heads):
            end = begin + (head & 0xFF)
            weeks = tuple([self.week - weeks for weeks in ago[begin:end]])
            topics.append(TopicHistory(head >> 8, weeks, tuple(counts[begin:end])))
            begin = end
        return tuple(topics)

    def __len__(self) -> int:
        return len(self.runs.heads) // TOPIC_BYTES

    def in_week(self, week: int) -> "TopicWeeks":
        """Return the topics as of a later week. Weeks that no rule reaches are dropped."""
        heads, ago, counts = self.runs
        gone = min(week - self.week, _AGO_LIMIT)
        ago = ago.translate(_LATER[gone : gone + _AGO_LIMIT + 1])
        if not ago.translate(None, _IN_HISTORY):
            return TopicWeeks(week, TopicRuns(heads, ago, counts))
        return TopicWeeks.of(TopicWeeks(week, TopicRuns(heads, ago, counts)).values, week)

    def articles_since(self, week: int, topics: Iterable[int]) -> int:
        """Count the articles read on these topics in a week and after it."""
        total = 0
        heads, ago, counts = self.runs
        for topic in topics:
            at = _head_at(heads, topic)
            if at >= 0:
                begin = sum(heads[_LENGTH_AT:at:TOPIC_BYTES])
                end = begin + heads[at + _LENGTH_AT]
                total += sum(counts[begin : bisect_right(ago, self.week - week, begin, end)])
        return total

    def is_most_read(self, topics: Iterable[int]) -> bool:
        """Return True if one of these topics is the topic read most, or was read as often."""
        heads, _, counts = self.runs
        known = [at // TOPIC_BYTES for topic in topics if (at := _head_at(heads, topic)) >= 0]
        if not known:
            return False
        ends = accumulate(heads[_LENGTH_AT::TOPIC_BYTES], initial=0)
        articles = [sum(counts[begin:end]) for begin, end in pairwise(ends)]
        return max([articles[place] for place in known]) == max(articles)

    def with_article(self, read: Iterable[int], wanted: frozenset[int], ago: int = 0) -> "TopicWeeks":
        """Count an article on each topic, within the bounds of the passport. `ago`: how many weeks ago it was read."""
        heads, weeks, counts = map(bytearray, self.runs)
        for topic in read:
            at = heads.find(topic.to_bytes(_LENGTH_AT, "big"))
            if at > 0 and at % TOPIC_BYTES:  # the bytes of two heads
                at = _head_at(heads, topic)
            if at < 0:
                heads += (topic << 8 | 1).to_bytes(TOPIC_BYTES, "big")
                weeks.append(ago)
                counts.append(1)
                continue
            begin = sum(heads[_LENGTH_AT:at:TOPIC_BYTES])
            end = begin + heads[at + _LENGTH_AT]
            place = bisect_left(weeks, ago, begin, end)
            if place == end or weeks[place] != ago:
                heads[at + _LENGTH_AT] += 1
                weeks.insert(place, ago)
                counts.insert(place, 1)
            elif counts[place] < COUNT_LIMIT:
                counts[place] += 1
        return TopicWeeks(self.week, _within_bounds(heads, weeks, counts, wanted))

    def bounded(self, wanted: frozenset[int] = frozenset()) -> "TopicWeeks":
        """Drop topics and weeks until the rest fits the bounds of the passport.

        Kept are the wanted topics, then the latest read, then the most read. If there are still too many weeks, the
        oldest weeks of unwanted topics are dropped first.
        """
        heads, ago, counts = map(bytearray, self.runs)
        return TopicWeeks(self.week, _within_bounds(heads, ago, counts, wanted))


def _within_bounds(heads: bytearray, ago: bytearray, counts: bytearray, wanted: frozenset[int]) -> TopicRuns:
    """Drop topics and weeks until the rest fits the bounds of the passport."""
    surplus = len(heads) // TOPIC_BYTES - MAX_TOPICS
    if surplus > 0:
        _drop_topics(heads, ago, counts, surplus, _places(heads, wanted))
    surplus = len(ago) - MAX_TOPIC_WEEKS
    if surplus > 0:
        _drop_oldest_weeks(heads, ago, counts, surplus, _places(heads, wanted))
    return TopicRuns(bytes(heads), bytes(ago), bytes(counts))


def _places(heads: bytearray, wanted: frozenset[int]) -> list[int]:
    """Return the places of wanted topics."""
    likely = [topic for topic in wanted if topic.to_bytes(_LENGTH_AT, "big") in heads]
    return [at // TOPIC_BYTES for topic in likely if (at := _head_at(heads, topic)) >= 0]


def _drop_topics(heads: bytearray, ago: bytearray, counts: bytearray, number: int, wanted_places: list[int]) -> None:
    """Drop the topics worth least. Of topics read as lately and as often, the one that became known last."""
    begins = list(accumulate(heads[_LENGTH_AT::TOPIC_BYTES], initial=0))
    idle = [ago[begin] for begin in begins[:-1]]
    for place in wanted_places:
        idle[place] -= _WANTED
    limit = sorted(idle)[-number]
    least = [place for place, weeks in enumerate(idle) if weeks >= limit]
    if len(least) > number:
        tied = [(-sum(counts[begins[place] : begins[place + 1]]), place) for place in least if idle[place] == limit]
        for _, place in sorted(tied)[: len(least) - number]:
            least.remove(place)
    for place in reversed(least):
        del heads[TOPIC_BYTES * place : TOPIC_BYTES * (place + 1)]
        del ago[begins[place] : begins[place + 1]], counts[begins[place] : begins[place + 1]]


def _drop_oldest_weeks(
    heads: bytearray, ago: bytearray, counts: bytearray, number: int, wanted_places: list[int]
) -> None:
    """Drop weeks, each time the oldest; of equally old weeks, the one with the fewest articles."""
    ends = list(accumulate(heads[_LENGTH_AT::TOPIC_BYTES]))
    age = [ago[end - 1] << 8 | COUNT_LIMIT - counts[end - 1] for end in ends]
    for place in wanted_places:
        age[place] -= _WANTED << 8
    dropped, emptied = [], []
    for _ in range(number):
        place = age.index(max(age))
        ends[place] = end = ends[place] - 1
        dropped.append(end)
        heads[TOPIC_BYTES * place + _LENGTH_AT] -= 1
        if heads[TOPIC_BYTES * place + _LENGTH_AT]:
            age[place] = ago[end - 1] << 8 | COUNT_LIMIT - counts[end - 1]
            if place in wanted_places:
                age[place] -= _WANTED << 8
        else:
            age[place] = _NO_WEEK
            emptied.append(place)
    for at in sorted(dropped, reverse=True):
        del ago[at], counts[at]
    for place in sorted(emptied, reverse=True):
        del heads[TOPIC_BYTES * place : TOPIC_BYTES * (place + 1)]


def _head_at(heads: bytes | bytearray, topic: int) -> int:
    """Return where the head of a topic begins, or -1."""
    name = topic.to_bytes(_LENGTH_AT, "big")
    at = heads.find(name)
    while at >= 0 and at % TOPIC_BYTES:
        at = heads.find(name, at + 1)
    return at


def _numbers(heads: bytes | bytearray) -> tuple[int, ...]:
    """Return a number for each topic: the topic, and its number of weeks in the lowest byte."""
    return unpack(f">{len(heads) // TOPIC_BYTES}I", heads)
