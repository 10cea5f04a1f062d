"""Count articles per topic and week in runs of bytes, because nearly every article changes a few of many topics.

A reader's topics are four runs: the topics, three bytes each; how many weeks each has; then for all topics, newest
week first, how many weeks ago it was, and the articles read in it.
"""

from collections.abc import Iterable
from heapq import heapify, heappop, heapreplace
from itertools import chain

from service.readers.packed import Packed
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
            topics.append(
                TopicHistory(int.from_bytes(self._name(place), "big"), weeks, tuple(self.counts[begins:ends]))
            )
            begins = ends
        return tuple(topics)

    def _name(self, place: int) -> bytes:
        return self.names[TOPIC_BYTES * place : TOPIC_BYTES * (place + 1)]

    def __len__(self) -> int:
        return len(self.lengths)

    def with_article(self, read: Iterable[int], wanted: frozenset[int]) -> "TopicBytes":
        """Count one more article this week on each topic that was read, within the bounds of the passport."""
        names, lengths = self.names, bytearray(self.lengths)
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
        counted = TopicBytes(names, bytes(lengths), bytes(ago), bytes(counts), self.week)
        is_over = len(lengths) > MAX_TOPICS or len(ago) > MAX_TOPIC_WEEKS
        return counted.bounded(wanted) if is_over else counted

    def bounded(self, wanted: frozenset[int] = frozenset()) -> "TopicBytes":
        """Drop topics and weeks until the rest fits the bounds of the passport.

        Kept are the wanted topics, then the latest read, then the most read. If there are still too many weeks, the
        oldest weeks of unwanted topics are dropped first.
        """
        rows, begins = [], 0
        for place, length in enumerate(self.lengths):
            ends = begins + length
            counts = self.counts[begins:ends]
            is_wanted = int.from_bytes(self._name(place), "big") in wanted
            rows.append((not is_wanted, self.ago[begins], -sum(counts), place, self.ago[begins:ends], counts))
            begins = ends
        if len(rows) > MAX_TOPICS:
            rows = sorted(rows)[:MAX_TOPICS]
        ago, counts = [row[-2] for row in rows], [row[-1] for row in rows]
        _drop_oldest_weeks([not row[0] for row in rows], ago, counts)
        kept = [number for number, own in enumerate(ago) if own]
        return TopicBytes(
            b"".join([self._name(rows[number][3]) for number in kept]),
            bytes([len(ago[number]) for number in kept]),
            b"".join(ago),
            b"".join(counts),
            self.week,
        )


def _place(names: bytes, name: bytes) -> int:
    """Return the place of a topic in the list, or -1."""
    at = names.find(name)
    while at >= 0 and at % TOPIC_BYTES:
        at = names.find(name, at + 1)
    return at // TOPIC_BYTES if at >= 0 else -1


def _drop_oldest_weeks(is_wanted: list[bool], ago: list[bytes], counts: list[bytes]) -> None:
    """Drop weeks until the rest fits: each time the oldest week of a topic that is worth least."""
    excess = sum([len(weeks) for weeks in ago]) - MAX_TOPIC_WEEKS
    if excess <= 0:
        return
    worth = [(wanted, -ago[number][-1], counts[number][-1], number) for number, wanted in enumerate(is_wanted)]
    heapify(worth)
    for _ in range(excess):
        wanted, _, _, number = worth[0]
        ago[number], counts[number] = ago[number][:-1], counts[number][:-1]
        if ago[number]:
            heapreplace(worth, (wanted, -ago[number][-1], counts[number][-1], number))
        else:
            heappop(worth)
