"""Count articles per topic and week. Nearly every article changes a few of a reader's topics.

In a passport the topics are three runs of bytes: four bytes for each topic, the last of which is its number of weeks;
then for all topics, newest week first, how many weeks ago it was; then the articles read in it.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from struct import pack, unpack
from typing import NamedTuple

from service.readers.passports.packed import Packed
from service.readers.reader import COUNT_LIMIT, HISTORY_WEEKS, MAX_TOPIC_WEEKS, MAX_TOPICS, TopicHistory

TOPIC_BYTES = 4
_AGO_LIMIT = 255
_LATER = bytes(range(_AGO_LIMIT + 1)) + bytes((_AGO_LIMIT,)) * _AGO_LIMIT  # from place n: what each byte is n later
_IN_HISTORY = bytes(range(HISTORY_WEEKS))
_WANTED = 256  # wanted topics count as read so many weeks later than they were, so that they are dropped last
_UNREAD = b"", b""

Weeks = tuple[bytes, bytes]  # of a topic, newest week first: how many weeks ago it was, and the articles read in it


class TopicRuns(NamedTuple):
    """Topics as a passport holds them. `heads`: the topics, with their numbers of weeks."""

    heads: bytes = b""
    ago: bytes = b""
    counts: bytes = b""


class TopicWeeks(Packed[TopicHistory]):
    """The topics of a reader, in the order in which they were first read. `week`: the week from which `ago` counts."""

    __slots__ = ("_runs", "_topics", "week")

    def __init__(self, week: int, topics: dict[int, Weeks] | None = None, runs: TopicRuns | None = None) -> None:
        self.week, self._topics, self._runs = week, topics, runs

    @classmethod
    def of(cls, topics: Iterable[TopicHistory], week: int) -> "TopicWeeks":
        """Return these topics as of a week. A number that does not fit becomes the nearest one that does."""
        if isinstance(topics, cls) and topics.week == week:
            return topics
        found = {}
        for read in topics:
            ago = bytes([min(max(week - own, 0), _AGO_LIMIT) for own in read.weeks])
            found[read.topic] = ago, bytes([min(max(count, 0), COUNT_LIMIT) for count in read.counts])
        return cls(week, found)

    @property
    def topics(self) -> dict[int, Weeks]:
        """The weeks of each topic. They must not be changed."""
        if self._topics is None:
            heads, ago, counts = self.runs
            self._topics, begin = {}, 0
            for head in unpack(f">{len(heads) // TOPIC_BYTES}I", heads):
                end = begin + (head & 0xFF)
                self._topics[head >> 8] = ago[begin:end], counts[begin:end]
                begin = end
        return self._topics

    @property
    def runs(self) -> TopicRuns:
        if self._runs is None:
            topics = self.topics
            heads = pack(f">{len(topics)}I", *[topic << 8 | len(ago) for topic, (ago, _) in topics.items()])
            ago, counts = zip(*topics.values(), strict=True) if topics else ((), ())
            self._runs = TopicRuns(heads, b"".join(ago), b"".join(counts))
        return self._runs

    @property
    def values(self) -> tuple[TopicHistory, ...]:
        return tuple(
            TopicHistory(topic, tuple([self.week - weeks for weeks in ago]), tuple(counts))
            for topic, (ago, counts) in self.topics.items()
        )

    def __len__(self) -> int:
        return len(self.topics)

    def in_week(self, week: int) -> "TopicWeeks":
        """Return the topics as of a later week. Weeks that no rule reaches are dropped."""
        heads, ago, counts = self.runs
        gone = min(week - self.week, _AGO_LIMIT)
        ago = ago.translate(_LATER[gone : gone + _AGO_LIMIT + 1])
        moved = TopicWeeks(week, None, TopicRuns(heads, ago, counts))
        return moved._without_oldest() if ago.translate(None, _IN_HISTORY) else moved

    def _without_oldest(self) -> "TopicWeeks":
        kept = {}
        for topic, (ago, counts) in self.topics.items():
            length = bisect_left(ago, HISTORY_WEEKS)
            if length:
                kept[topic] = ago[:length], counts[:length]
        return TopicWeeks(self.week, kept)

    def articles_since(self, week: int, topics: Iterable[int]) -> int:
        """Count the articles read on these topics in a week and after it."""
        total, known = 0, self.topics
        for topic in topics:
            if topic in known:
                ago, counts = known[topic]
                total += sum(counts[: bisect_right(ago, self.week - week)])
        return total

    def most_read(self) -> frozenset[int]:
        """Return the topic read most, with every topic read equally often."""
        articles = {topic: sum(counts) for topic, (_, counts) in self.topics.items()}
        most = max(articles.values(), default=0)
        return frozenset([topic for topic, count in articles.items() if count == most])

    def with_article(self, read: Iterable[int], wanted: frozenset[int], ago: int = 0) -> "TopicWeeks":
        """Count an article on each topic, within the bounds of the passport. `ago`: how many weeks ago it was read."""
        topics, week = self.topics.copy(), bytes((ago,))
        for topic in read:
            weeks, counts = topics.get(topic, _UNREAD)
            at = bisect_left(weeks, ago)
            if weeks[at : at + 1] != week:
                topics[topic] = weeks[:at] + week + weeks[at:], counts[:at] + b"\1" + counts[at:]
            elif counts[at] < COUNT_LIMIT:
                topics[topic] = weeks, counts[:at] + bytes((counts[at] + 1,)) + counts[at + 1 :]
        return TopicWeeks(self.week, _bounded(topics, wanted))

    def bounded(self, wanted: frozenset[int] = frozenset()) -> "TopicWeeks":
        """Drop topics and weeks until the rest fits the bounds of the passport.

        Kept are the wanted topics, then the latest read, then the most read. If there are still too many weeks, the
        oldest weeks of unwanted topics are dropped first.
        """
        return TopicWeeks(self.week, _bounded(self.topics.copy(), wanted))


def _bounded(topics: dict[int, Weeks], wanted: frozenset[int]) -> dict[int, Weeks]:
    surplus = len(topics) - MAX_TOPICS
    if surplus > 0:
        for topic in _least_topics(topics, surplus, wanted):
            del topics[topic]
    surplus = sum([len(ago) for ago, _ in topics.values()]) - MAX_TOPIC_WEEKS
    if surplus > 0:
        _drop_oldest_weeks(topics, surplus, wanted)
    return topics


def _least_topics(topics: dict[int, Weeks], number: int, wanted: frozenset[int]) -> list[int]:
    """Return the topics to drop first. Of topics read as lately and as often, the one that became known last."""
    idle = {topic: ago[0] - _WANTED if topic in wanted else ago[0] for topic, (ago, _) in topics.items()}
    limit = sorted(idle.values())[-number]
    least = [topic for topic, weeks in idle.items() if weeks >= limit]
    if len(least) > number:
        least.reverse()
        least.sort(key=lambda topic: (-idle[topic], sum(topics[topic][1])))
    return least[:number]


def _drop_oldest_weeks(topics: dict[int, Weeks], number: int, wanted: frozenset[int]) -> None:
    """Drop weeks, each time the oldest; of equally old weeks, the one with the fewest articles."""
    age = {
        topic: _age(ago, counts) - (_WANTED << 8) if topic in wanted else _age(ago, counts)
        for topic, (ago, counts) in topics.items()
    }
    for _ in range(number):
        topic = max(age, key=age.__getitem__)
        ago, counts = topics[topic]
        if len(ago) == 1:
            del topics[topic], age[topic]
        else:
            age[topic] += _age(ago[:-1], counts[:-1]) - _age(ago, counts)
            topics[topic] = ago[:-1], counts[:-1]


def _age(ago: bytes, counts: bytes) -> int:
    """Return a number that grows with the age of the oldest week, and then with fewer articles."""
    return ago[-1] << 8 | COUNT_LIMIT - counts[-1]
