"""Splitting journals into parts that an accounting system accepts."""

from hypothesis import given
from hypothesis import strategies as st

from service.exports.layouts.definition import Part, split_into_parts

JOURNALS = st.lists(st.integers(1, 9), max_size=60)


def test_parts_are_as_full_as_whole_journals_allow() -> None:
    assert split_into_parts([(1, 4), (2, 4), (5, 4), (6, 9)], 10) == [Part(1, 2), Part(5, 5), Part(6, 6)]


def test_without_a_limit_there_is_one_part() -> None:
    assert split_into_parts([(1, 400), (2, 400)], None) == [Part(1, 2)]
    assert split_into_parts([], None) == []


@given(JOURNALS, st.integers(9, 30))
def test_no_part_is_too_long_and_no_journal_is_lost_or_cut(lengths: list[int], max_lines: int) -> None:
    journals = list(enumerate(lengths, start=1))

    parts = split_into_parts(journals, max_lines)

    contents = [[(seq, lines) for seq, lines in journals if part.first_seq <= seq <= part.last_seq] for part in parts]
    assert [journal for part in contents for journal in part] == journals
    assert all(sum(lines for _, lines in part) <= max_lines for part in contents)
