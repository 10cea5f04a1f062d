"""Topics are counted and dropped as a plain version of the rules would do it."""

import random

import pytest

from service.readers.history import topic_histories
from service.readers.passports.topic_weeks import TopicWeeks
from service.readers.reader import COUNT_LIMIT, HISTORY_WEEKS, MAX_TOPIC_WEEKS, MAX_TOPICS, TopicHistory

WEEK = 105_000
TOPICS = [number.to_bytes(3, "big") for number in range(29)]
Counts = dict[tuple[bytes, int], int]  # by topic and week


class PlainTopics:
    """Topics in the order in which they became known, and a count for each topic and week."""

    def __init__(self) -> None:
        self.known: list[bytes] = []
        self.counts: Counts = {}

    def read(self, topics: list[bytes], week: int, wanted: frozenset[bytes]) -> None:
        for topic in topics:
            if topic not in self.known:
                self.known.append(topic)
            self.counts[topic, week] = min(self.counts.get((topic, week), 0) + 1, COUNT_LIMIT)
        while len(self.known) > MAX_TOPICS:
            self.forget(min(self.known, key=lambda topic: self.worth(topic, wanted)))
        while len(self.counts) > MAX_TOPIC_WEEKS:
            self.drop(
                min(self.counts, key=lambda cell: (cell[0] in wanted, cell[1], self.counts[cell], self.place(cell)))
            )

    def age(self, week: int) -> None:
        for cell in [cell for cell in self.counts if cell[1] <= week - HISTORY_WEEKS]:
            self.drop(cell)

    def worth(self, topic: bytes, wanted: frozenset[bytes]) -> tuple[bool, int, int, int]:
        own = {week: count for (name, week), count in self.counts.items() if name == topic}
        return topic in wanted, max(own), sum(own.values()), -self.known.index(topic)

    def place(self, cell: tuple[bytes, int]) -> int:
        return self.known.index(cell[0])

    def forget(self, topic: bytes) -> None:
        for cell in [cell for cell in self.counts if cell[0] == topic]:
            self.drop(cell)

    def drop(self, cell: tuple[bytes, int]) -> None:
        del self.counts[cell]
        if not any(topic == cell[0] for topic, _ in self.counts):
            self.known.remove(cell[0])

    def histories(self) -> tuple[TopicHistory, ...]:
        by_place = {cell: self.counts[cell] for cell in sorted(self.counts, key=self.place)}
        return topic_histories(by_place)


@pytest.mark.parametrize("wanted", [frozenset[bytes](), frozenset(TOPICS[:3]), frozenset(TOPICS[:18])])
@pytest.mark.parametrize("longest_gap", [1, 4, 20])
def test_topics_are_counted_and_dropped_as_the_plain_rules_say(wanted: frozenset[bytes], longest_gap: int) -> None:
    chance = random.Random(longest_gap)
    for _ in range(12):
        plain, topics, week = PlainTopics(), TopicWeeks(WEEK), WEEK
        for _ in range(60):
            if chance.random() < 0.4:
                week += chance.randint(1, longest_gap)
                plain.age(week)
                topics = topics.in_week(week)
            ago = chance.choice([0, 0, 0, 0, 1, 3])
            read = chance.sample(TOPICS, chance.randint(1, 8))

            plain.read(read, week - ago, wanted)
            topics = topics.with_article(read, wanted, ago)

            assert topics.values == plain.histories()


def test_a_count_stops_at_what_a_byte_holds() -> None:
    topics = TopicWeeks.of((TopicHistory(b"abc", (WEEK,), (COUNT_LIMIT,)),), WEEK)

    assert topics.with_article([b"abc"], frozenset()) == topics


def test_topics_far_from_the_week_are_dropped() -> None:
    topics = TopicWeeks.of((TopicHistory(b"abc", (WEEK - 1, WEEK - 40), (1, 2)),), WEEK)

    assert topics.in_week(WEEK + 13).values == (TopicHistory(b"abc", (WEEK - 1,), (1,)),)
    assert topics.in_week(WEEK + 1_000).values == ()


def test_thousands_of_topics_of_a_written_history_are_dropped_at_once() -> None:
    names = [number.to_bytes(3, "big") for number in range(20_000)]
    topics = TopicWeeks.of([TopicHistory(name, (WEEK - 1,), (1,)) for name in names], WEEK)

    kept = topics.bounded(frozenset(names[-2:]))

    assert [read.topic for read in kept.values] == [*names[:14], *names[-2:]]
