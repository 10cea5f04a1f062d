"""Cutting journals into parts, and what a mapping must say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import InvalidDocumentError
from service.exports.layouts import Part, split_into_parts
from service.exports.mappings import read_mapping

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

    held = [[(seq, lines) for seq, lines in journals if part.first_seq <= seq <= part.last_seq] for part in parts]
    assert [journal for part in held for journal in part] == journals
    assert all(sum(lines for _, lines in part) <= max_lines for part in held)


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ("layout: xero\naccounts: {'1100': {code: '600'}}", "1100 needs a tax rate for xero"),
        ("layout: quickbooks\naccounts: {'1100': {code: '600'}}", "1100 needs a name for quickbooks"),
        ("layout: sage50\naccounts: {'1101': {code: '600'}}", "1101 is not an account of the ledger"),
        ("layout: generic\naccounts: {}", "needs no mapping"),
        ("layout: datev\naccounts: {}", "must be one of"),
        ("accounts: {}", "layout: is missing"),
        ("layout: sage50\naccounts: {'1100': {cod: '600'}}", "is not a field here"),
        ("layout: sage50\naccounts: {'1100': {code: '600', tracking: {a: b, c: d, e: f}}}", "at most 2"),
        ("- layout", "must be"),
    ],
)
def test_a_mapping_that_cannot_work_says_why(document: str, words: str) -> None:
    with pytest.raises(InvalidDocumentError, match=words):
        read_mapping(document)


def test_codes_may_be_written_as_plain_numbers() -> None:
    mapping = read_mapping("layout: sage50\naccounts:\n  1100: {code: 1200}\n")

    assert mapping.accounts["1100"].code == "1200"
    assert mapping.accounts["1100"].tax == "T9"
