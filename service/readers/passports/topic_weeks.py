"""Count articles per topic and week in runs of bytes, because nearly every article changes a few of many topics.

A reader's topics are four runs: three bytes for each topic; its number of weeks; then for all topics, newest week
first, how many weeks ago it was; then the articles read in it. Unpacking the weeks would take longer than counting.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from itertools import accumulate, pairwise
from struct import unpack

from service.readers.fingerprints import TOPIC_BYTES
from service.readers.passports.packed import Packed
from service.readers.reader import COUNT_LIMIT, HISTORY_WEEKS, MAX_TOPIC_WEEKS, MAX_TOPICS, TopicHistory

_AGO_LIMIT = 255
_LATER = bytes(range(_AGO_LIMIT + 1)) + bytes((_AGO_LIMIT,)) * _AGO_LIMIT  # from place n: what each byte is n later
_IN_HISTORY = bytes(range(HISTORY_WEEKS))
_NO_WEEK = -1 << 40  # less than the age of any week
_WANTED = 1 << 32  # more than what sets two topics or two weeks apart otherwise


class TopicWeeks(Packed[TopicHistory]):
    """The topics of a reader, in the order in which they were first read. `week`: the week from which `ago` counts."""

    __slots__ = ("ago", "counts", "lengths", "names", "week")

    def __init__(
        self, week: int, names: bytes = b"", lengths: bytes = b"", ago: bytes = b"", counts: bytes = b""
    ) -> None:
        self.week, self.names, self.lengths, self.ago, self.counts = week, names, lengths, ago, counts

    @classmethod
    def of(cls, topics: Iterable[TopicHistory], week: int) -> "TopicWeeks":
        """Return topics as of a week. Weeks that no rule reaches are left out. A count has at most a byte."""
        if isinstance(topics, cls) and topics.week == week:
            return topics
        names, lengths, ago, counts = bytearray(), bytearray(), bytearray(), bytearray()
        for read in topics:
            length = sum(week - own < HISTORY_WEEKS for own in read.weeks)
            if length:
                names += read.topic
                lengths.append(length)
                ago += bytes([max(week - own, 0) for own in read.weeks[:length]])
                counts += bytes([min(max(count, 0), COUNT_LIMIT) for count in read.counts[:length]])
        return cls(week, bytes(names), bytes(lengths), bytes(ago), bytes(counts))

    @property
    def values(self) -> tuple[TopicHistory, ...]:
        bounds = pairwise(accumulate(self.lengths, initial=0))
        return tuple(
            TopicHistory(
                topic, tuple([self.week - weeks for weeks in self.ago[begin:end]]), tuple(self.counts[begin:end])
            )
            for topic, (begin, end) in zip(self._topics(), bounds, strict=True)
        )

    def __len__(self) -> int:
        return len(self.lengths)

    def in_week(self, week: int) -> "TopicWeeks":
        """Return the topics as of a later week. Weeks that no rule reaches are dropped."""
        gone = min(week - self.week, _AGO_LIMIT)
        ago = self.ago.translate(_LATER[gone : gone + _AGO_LIMIT + 1])
        later = TopicWeeks(week, self.names, self.lengths, ago, self.counts)
        return TopicWeeks.of(later.values, week) if ago.translate(None, _IN_HISTORY) else later

    def articles_since(self, week: int, topics: Iterable[bytes]) -> int:
        """Count the articles read on these topics in a week and after it."""
        total, known = 0, self._topics()
        for topic in topics:
            if topic in known:
                place = known.index(topic)
                begin = sum(self.lengths[:place])
                end = begin + self.lengths[place]
                total += sum(self.counts[begin : bisect_right(self.ago, self.week - week, begin, end)])
        return total

    def is_most_read(self, topics: Iterable[bytes]) -> bool:
        """Return True if one of these topics is the topic read most, or was read as often."""
        known = self._topics()
        places = [known.index(topic) for topic in topics if topic in known]
        if not places:
            return False
        articles = _totals(self.lengths, self.counts)
        return max([articles[place] for place in places]) == max(articles)

    def with_article(self, read: Iterable[bytes], wanted: frozenset[bytes], ago: int = 0) -> "TopicWeeks":
        """Count an article on each topic, within the bounds of the passport. `ago`: how many weeks ago it was read."""
        topics = list(self._topics())
        lengths, weeks, counts = bytearray(self.lengths), bytearray(self.ago), bytearray(self.counts)
        places = dict(zip(topics, range(len(topics)), strict=True))
        unknown = []
        for topic in read:
            place = places.get(topic)
            if place is None:
                unknown.append(topic)
                continue
            begin = sum(lengths[:place])
            end = begin + lengths[place]
            at = bisect_left(weeks, ago, begin, end)
            if at == end or weeks[at] != ago:
                lengths[place] += 1
                weeks.insert(at, ago)
                counts.insert(at, 1)
            elif counts[at] < COUNT_LIMIT:
                counts[at] += 1
        topics += unknown
        lengths += b"\1" * len(unknown)
        weeks += bytes((ago,)) * len(unknown)
        counts += b"\1" * len(unknown)
        return _within_bounds(self.week, topics, (lengths, weeks, counts), wanted)

    def bounded(self, wanted: frozenset[bytes] = frozenset()) -> "TopicWeeks":
        """Drop topics and weeks until the rest fits the bounds of the passport.

        Kept are the wanted topics, then the latest read, then the most read. If there are still too many weeks, the
        oldest weeks of unwanted topics are dropped first.
        """
        runs = bytearray(self.lengths), bytearray(self.ago), bytearray(self.counts)
        return _within_bounds(self.week, list(self._topics()), runs, wanted)

    def _topics(self) -> tuple[bytes, ...]:
        return unpack(f"{TOPIC_BYTES}s" * len(self.lengths), self.names)


Runs = tuple[bytearray, bytearray, bytearray]  # lengths, weeks and counts


def _within_bounds(week: int, topics: list[bytes], runs: Runs, wanted: frozenset[bytes]) -> TopicWeeks:
    """Return topics of which as many topics and weeks were dropped as the bounds of the passport ask."""
    lengths, ago, counts = runs
    if len(topics) > MAX_TOPICS:
        _drop_topics(topics, runs, wanted)
    if len(ago) > MAX_TOPIC_WEEKS:
        _drop_oldest_weeks(topics, runs, wanted)
    return TopicWeeks(week, b"".join(topics), bytes(lengths), bytes(ago), bytes(counts))


def _drop_topics(topics: list[bytes], runs: Runs, wanted: frozenset[bytes]) -> None:
    """Drop the topics worth least. Of topics read as lately and as often, the one that became known last."""
    lengths, ago, counts = runs
    bounds = [0, *accumulate(lengths)]
    worths = [total - (ago[begin] << 16) for total, begin in zip(_totals(lengths, counts), bounds, strict=False)]
    for topic in wanted.intersection(topics):
        worths[topics.index(topic)] += _WANTED
    latest_first = range(len(topics) - 1, -1, -1)
    least = sorted(latest_first, key=worths.__getitem__)[: len(topics) - MAX_TOPICS]
    for place in sorted(least, reverse=True):
        own = slice(bounds[place], bounds[place + 1])
        del topics[place], lengths[place], ago[own], counts[own]


def _drop_oldest_weeks(topics: list[bytes], runs: Runs, wanted: frozenset[bytes]) -> None:
    """Drop weeks, each time the oldest; of equally old weeks, the one with the fewest articles."""
    lengths, ago, counts = runs
    ends = list(accumulate(lengths))
    bonuses = [0] * len(topics)
    for topic in wanted.intersection(topics):
        bonuses[topics.index(topic)] = _WANTED
    ages = [(ago[end - 1] << 8) - counts[end - 1] - bonus for end, bonus in zip(ends, bonuses, strict=True)]
    dropped = []
    for _ in range(len(ago) - MAX_TOPIC_WEEKS):
        place = ages.index(max(ages))
        ends[place] = end = ends[place] - 1
        dropped.append(end)
        lengths[place] -= 1
        ages[place] = (ago[end - 1] << 8) - counts[end - 1] - bonuses[place] if lengths[place] else _NO_WEEK
    for at in sorted(dropped, reverse=True):
        del ago[at], counts[at]
    while 0 in lengths:
        place = lengths.index(0)
        del topics[place], lengths[place]


def _totals(lengths: bytes | bytearray, counts: bytes | bytearray) -> list[int]:
    """Return the number of articles on each topic."""
    sums = [0, *accumulate(counts)]
    return [sums[end] - sums[begin] for begin, end in pairwise(accumulate(lengths, initial=0))]
