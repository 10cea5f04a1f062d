"""Count articles per topic and week in runs of bytes, because nearly every article changes a few of many topics.

A reader's topics are four runs: the topics, three bytes each; how many weeks each has; then for all topics, newest
week first, how many weeks ago it was, and the articles read in it.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from heapq import heapify, heappop, heapreplace
from itertools import accumulate, chain, groupby

from service.readers.passports.packed import Packed
from service.readers.reader import COUNT_LIMIT, MAX_TOPIC_WEEKS, MAX_TOPICS, TopicHistory

TOPIC_BYTES = 3


class TopicBytes(Packed[TopicHistory]):
    """The topics of a reader. `week`: the local week from which `ago` counts back."""

    __slots__ = ("ago", "counts", "lengths", "names", "week")

    def __init__(self, names: bytes, lengths: bytes, ago: bytes, counts: bytes, week: int) -> None:
        self.names, self.lengths, self.ago, self.counts, self.week = names, lengths, ago, counts, week

    @classmethod
    def of(cls, topics: Iterable[TopicHistory], week: int) -> "TopicBytes":
        """Return these topics as bytes. A number that does not fit is written as the nearest one that does."""
        if isinstance(topics, cls) and topics.week == week:
            return topics
        found = list(topics)
        ago = [min(max(week - own, 0), 0xFF) for own in chain.from_iterable(read.weeks for read in found)]
        counts = [min(max(count, 0), COUNT_LIMIT) for count in chain.from_iterable(read.counts for read in found)]
        names = b"".join(read.topic.to_bytes(TOPIC_BYTES, "big") for read in found)
        return cls(names, bytes(len(read.weeks) for read in found), bytes(ago), bytes(counts), week)

    @property
    def values(self) -> tuple[TopicHistory, ...]:
        topics, begins = [], 0
        for place, length in enumerate(self.lengths):
            ends = begins + length
            weeks = tuple([self.week - ago for ago in self.ago[begins:ends]])
            topics.append(TopicHistory(self._topic(place), weeks, tuple(self.counts[begins:ends])))
            begins = ends
        return tuple(topics)

    def _topic(self, place: int) -> int:
        return int.from_bytes(self.names[TOPIC_BYTES * place : TOPIC_BYTES * (place + 1)], "big")

    def __len__(self) -> int:
        return len(self.lengths)

    def articles_since(self, week: int, topics: Iterable[int]) -> int:
        """Count the articles read on these topics in a week and after it."""
        total, most_ago = 0, self.week - week
        for topic in topics:
            place = _place(self.names, topic.to_bytes(TOPIC_BYTES, "big"))
            if place >= 0:
                begins = sum(self.lengths[:place])
                ago = self.ago[begins : begins + self.lengths[place]]
                total += sum(self.counts[begins : begins + bisect_right(ago, most_ago)])
        return total

    def most_read(self) -> frozenset[int]:
        """Return the topic read most, with every topic read equally often."""
        totals, begins = [], 0
        for length in self.lengths:
            totals.append(sum(self.counts[begins : begins + length]))
            begins += length
        most = max(totals, default=0)
        return frozenset([self._topic(place) for place, total in enumerate(totals) if total == most])

    def with_article(self, read: Iterable[int], wanted: frozenset[int]) -> "TopicBytes":
        """Count one more article this week on each topic that was read, within the bounds of the passport."""
        names, lengths = bytearray(self.names), bytearray(self.lengths)
        ago, counts = bytearray(self.ago), bytearray(self.counts)
        for topic in read:
            name = topic.to_bytes(TOPIC_BYTES, "big")
            place = _place(names, name)
            if place < 0:
                names += name
                lengths.append(1)
                ago.append(0)
                counts.append(1)
                continue
            newest_at = sum(lengths[:place])
            if ago[newest_at]:
                lengths[place] += 1
                ago.insert(newest_at, 0)
                counts.insert(newest_at, 1)
            elif counts[newest_at] < COUNT_LIMIT:
                counts[newest_at] += 1
        return TopicBytes(bytes(names), bytes(lengths), bytes(ago), bytes(counts), self.week).bounded(wanted)

    def bounded(self, wanted: frozenset[int] = frozenset()) -> "TopicBytes":
        """Drop topics and weeks until the rest fits the bounds of the passport.

        Kept are the wanted topics, then the latest read, then the most read. If there are still too many weeks, the
        oldest weeks of unwanted topics are dropped first.
        """
        kept = self
        if len(self.lengths) > MAX_TOPICS:
            kept = kept._cut(kept._least_topics(len(self.lengths) - MAX_TOPICS, wanted))
        if len(kept.ago) > MAX_TOPIC_WEEKS:
            kept = kept._cut(kept._oldest_weeks(len(kept.ago) - MAX_TOPIC_WEEKS, wanted))
        return kept

    def _least_topics(self, number: int, wanted: frozenset[int]) -> dict[int, int]:
        """Return the topics that are worth least, by place, with their numbers of weeks."""
        ends = [0, *accumulate(self.lengths)]
        newest = [self.ago[begins] for begins in ends[:-1]]

        def reads(place: int) -> tuple[int, int]:
            return sum(self.counts[ends[place] : ends[place + 1]]), -place

        least: list[int] = []
        oldest_first = sorted(range(len(newest)), key=newest.__getitem__, reverse=True)
        for is_wanted in (False, True):
            places = (place for place in oldest_first if (self._topic(place) in wanted) is is_wanted)
            for _, alike in groupby(places, key=newest.__getitem__):
                least += sorted(alike, key=reads)
                if len(least) >= number:
                    return {place: self.lengths[place] for place in least[:number]}
        raise AssertionError("more topics are to be dropped than there are")

    def _oldest_weeks(self, number: int, wanted: frozenset[int]) -> dict[int, int]:
        """Return how many weeks to drop of each topic: each time the oldest week of a topic that is worth least."""
        ends = list(accumulate(self.lengths))
        cuts = dict.fromkeys(range(len(ends)), 0)

        def worth(place: int) -> tuple[bool, int, int, int]:
            at = ends[place] - cuts[place] - 1
            return self._topic(place) in wanted, -self.ago[at], self.counts[at], place

        oldest = [worth(place) for place in cuts]
        heapify(oldest)
        for _ in range(number):
            place = oldest[0][-1]
            cuts[place] += 1
            if cuts[place] < self.lengths[place]:
                heapreplace(oldest, worth(place))
            else:
                heappop(oldest)
        return {place: weeks for place, weeks in cuts.items() if weeks}

    def _cut(self, weeks: Mapping[int, int]) -> "TopicBytes":
        """Drop the oldest weeks of topics, as many as `weeks` says by place, and the topics that have no week left."""
        names, lengths = bytearray(self.names), bytearray(self.lengths)
        ago, counts = bytearray(self.ago), bytearray(self.counts)
        ends = list(accumulate(self.lengths))
        for place in sorted(weeks, reverse=True):
            del ago[ends[place] - weeks[place] : ends[place]], counts[ends[place] - weeks[place] : ends[place]]
            lengths[place] -= weeks[place]
            if not lengths[place]:
                del lengths[place], names[TOPIC_BYTES * place : TOPIC_BYTES * (place + 1)]
        return TopicBytes(bytes(names), bytes(lengths), bytes(ago), bytes(counts), self.week)


def _place(names: bytes | bytearray, name: bytes) -> int:
    """Return the place of a topic in the list, or -1."""
    at = names.find(name)
    while at >= 0 and at % TOPIC_BYTES:
        at = names.find(name, at + 1)
    return at // TOPIC_BYTES if at >= 0 else -1
