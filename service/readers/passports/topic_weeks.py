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
_WANTED = 1 << 32  # sets topics that a campaign asks about apart from all others


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

    def most_read(self) -> list[bytes]:
        """Return the topic read most, and others that were read as often."""
        most, found, end = 0, list[bytes](), 0
        for place, length in enumerate(self.lengths):
            begin, end = end, end + length
            articles = self.counts[begin] if length == 1 else sum(self.counts[begin:end])
            if articles >= most:
                name = self.names[TOPIC_BYTES * place : TOPIC_BYTES * (place + 1)]
                most, found = articles, [*found, name] if articles == most else [name]
        return found

    def with_article(self, read: Iterable[bytes], wanted: frozenset[bytes], ago: int = 0) -> "TopicWeeks":
        """Count an article on each topic, within the bounds of the passport. `ago`: how many weeks ago it was read."""
        topics, lengths = list(self._topics()), bytearray(self.lengths)
        weeks, counts = bytearray(self.ago), bytearray(self.counts)
        for topic in read:
            if topic not in topics:
                topics.append(topic)
                lengths.append(1)
                weeks.append(ago)
                counts.append(1)
                continue
            place = topics.index(topic)
            begin = sum(lengths[:place])
            end = begin + lengths[place]
            at = bisect_left(weeks, ago, begin, end)
            if at == end or weeks[at] != ago:
                lengths[place] += 1
                weeks.insert(at, ago)
                counts.insert(at, 1)
            elif counts[at] < COUNT_LIMIT:
                counts[at] += 1
        if len(topics) > MAX_TOPICS:
            _drop_topics(topics, lengths, weeks, counts, wanted)
        if len(weeks) > MAX_TOPIC_WEEKS:
            _drop_oldest_weeks(topics, lengths, weeks, counts, wanted)
        return TopicWeeks(self.week, b"".join(topics), bytes(lengths), bytes(weeks), bytes(counts))

    def bounded(self, wanted: frozenset[bytes] = frozenset()) -> "TopicWeeks":
        """Drop topics and weeks until the rest fits the bounds of the passport.

        Kept are the wanted topics, then the latest read, then the most read. If there are still too many weeks, the
        oldest weeks of unwanted topics are dropped first.
        """
        return self.with_article((), wanted)

    def _topics(self) -> tuple[bytes, ...]:
        return unpack(f"{TOPIC_BYTES}s" * len(self.lengths), self.names)


# Plain loops: in the midst of a request, each further function would cost more than some turns of a loop.
def _drop_topics(
    topics: list[bytes], lengths: bytearray, ago: bytearray, counts: bytearray, wanted: frozenset[bytes]
) -> None:
    """Drop the topics worth least. Of topics read as lately and as often, the one that became known last."""
    worths, end = [], 0
    for topic, length in zip(topics, lengths, strict=True):
        begin, end = end, end + length
        articles = counts[begin] if length == 1 else sum(counts[begin:end])
        worth = articles - (ago[begin] << 16)  # a topic has fewer articles than a week weighs
        worths.append(worth + _WANTED if topic in wanted else worth)
    least = sorted(worths)[: len(topics) - MAX_TOPICS]
    limit, ties = least[-1], least.count(least[-1])
    for place in range(len(topics) - 1, -1, -1):
        begin = end - lengths[place]
        if worths[place] < limit or (ties and worths[place] == limit):
            ties -= worths[place] == limit
            del topics[place], lengths[place], ago[begin:end], counts[begin:end]
        end = begin


def _drop_oldest_weeks(
    topics: list[bytes], lengths: bytearray, ago: bytearray, counts: bytearray, wanted: frozenset[bytes]
) -> None:
    """Drop weeks, each time the oldest; of equally old weeks, the one with the fewest articles."""
    ages, end = [], 0  # of the oldest week of each topic
    for topic, length in zip(topics, lengths, strict=True):
        end += length
        age = (ago[end - 1] << 8) - counts[end - 1]
        ages.append(age - _WANTED if topic in wanted else age)
    while len(ago) > MAX_TOPIC_WEEKS:
        place = ages.index(max(ages))
        lengths[place] -= 1
        at = sum(lengths[: place + 1])
        dropped = (ago[at] << 8) - counts[at]
        del ago[at], counts[at]
        if lengths[place]:
            ages[place] += (ago[at - 1] << 8) - counts[at - 1] - dropped
        else:
            del topics[place], lengths[place], ages[place]
