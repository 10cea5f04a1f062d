"""Topics are counted and dropped as a plain version of the rules would do it."""

import random

import pytest

from service.readers.packed_records import COUNT_LIMIT
from service.readers.reader import HISTORY_WEEKS, KEPT_TOPIC_WEEKS, KEPT_TOPICS, MAX_TOPIC_WEEKS
from service.readers.topics import (
    articles_on,
    bounded,
    most_read,
    topic_cells,
    topic_counts,
    with_article,
    without_old_weeks,
)

WEEK = 105_000
TOPICS = [number.to_bytes(3, "big") for number in range(29)]
Counts = dict[tuple[bytes, int], int]  # by topic and week, in the order of the cells


def plainly_read(counts: Counts, topics: list[bytes], week: int, now_week: int, wanted: frozenset[bytes]) -> Counts:
    counts = dict(counts)
    for topic in topics:
        counts[topic, week] = min(counts.get((topic, week), 0) + 1, COUNT_LIMIT)
    return counts if len(counts) <= MAX_TOPIC_WEEKS else plainly_kept(counts, wanted)


def plainly_kept(counts: Counts, wanted: frozenset[bytes]) -> Counts:
    ranked = list(counts)
    ranked.sort(key=lambda cell: counts[cell], reverse=True)
    ranked.sort(key=lambda cell: cell[1], reverse=True)
    ranked.sort(key=lambda cell: cell[0] in wanted, reverse=True)
    topics = []
    for topic, _ in ranked:
        if topic not in topics:
            topics.append(topic)
    kept = [cell for cell in ranked if cell[0] in topics[:KEPT_TOPICS]]
    return {cell: counts[cell] for cell in kept[:KEPT_TOPIC_WEEKS]}


@pytest.mark.parametrize("wanted", [frozenset[bytes](), frozenset(TOPICS[:3]), frozenset(TOPICS[:18])])
@pytest.mark.parametrize("longest_gap", [1, 4, 20])
def test_topics_are_counted_and_dropped_as_the_plain_rules_say(wanted: frozenset[bytes], longest_gap: int) -> None:
    chance = random.Random(longest_gap)
    for _ in range(12):
        plain, cells, week = Counts(), b"", WEEK
        for _ in range(60):
            if chance.random() < 0.4:
                week += chance.randint(1, longest_gap)
                plain = {cell: count for cell, count in plain.items() if cell[1] > week - HISTORY_WEEKS}
                cells = without_old_weeks(cells, week)
            ago = chance.choice([0, 0, 0, 0, 1, 3])
            read = chance.sample(TOPICS, chance.randint(1, 8))

            plain = plainly_read(plain, read, week - ago, week, wanted)
            cells = with_article(cells, read, week - ago, week, wanted)

            assert topic_counts(cells, week) == plain
            assert cells == topic_cells(plain)


def test_a_count_stops_at_what_a_byte_holds() -> None:
    cells = topic_cells({(b"abc", WEEK): 1_000})

    assert topic_counts(cells, WEEK) == {(b"abc", WEEK): COUNT_LIMIT}
    assert with_article(cells, [b"abc"], WEEK, WEEK, frozenset()) == cells


def test_a_topic_that_only_begins_within_another_cell_is_another_topic() -> None:
    week = WEEK - WEEK % 256 + ord("d")  # so that the cell of abc reads abcd, and the cell of bcd begins like its rest
    cells = topic_cells({(b"abc", week): ord("e")})

    after = with_article(cells, [b"bcd"], week - ord("d") + ord("e"), week + 1, frozenset())

    assert articles_on(cells, {b"bcd", b"cde"}, week, 52) == 0
    assert topic_counts(after, week + 1) == {(b"abc", week): ord("e"), (b"bcd", week + 1): 1}


def test_articles_are_counted_in_a_window_of_weeks() -> None:
    cells = topic_cells({(b"abc", WEEK): 1, (b"abc", WEEK - 4): 2, (b"xyz", WEEK): 4, (b"abc", WEEK - 52): 8})

    assert [articles_on(cells, {b"abc"}, WEEK, weeks) for weeks in (0, 3, 4, 52)] == [1, 1, 3, 11]
    assert articles_on(cells, {b"abc", b"xyz"}, WEEK, 0) == 5
    assert most_read(cells) == [b"abc"]
    assert most_read(b"") == []


def test_topics_far_from_the_week_are_dropped() -> None:
    cells = topic_cells({(b"abc", WEEK - 1): 1, (b"abc", WEEK - 40): 2})

    assert topic_counts(without_old_weeks(cells, WEEK + 13), WEEK + 13) == {(b"abc", WEEK - 1): 1}


def test_thousands_of_topics_of_a_written_history_are_dropped_at_once() -> None:
    names = [number.to_bytes(3, "big") for number in range(20_000)]
    cells = topic_cells({(name, WEEK - 1): 1 for name in names})

    kept = topic_counts(bounded(cells, WEEK, frozenset(names[-2:])), WEEK)

    assert [topic for topic, _ in kept] == [*names[-2:], *names[: KEPT_TOPICS - 2]]
