"""Account mappings: what a document must say."""

import pytest

from service.errors import InvalidDocumentError
from service.exports.layouts.mappings import read_mapping


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
def test_a_mapping_that_cannot_be_used_is_refused_with_the_reason(document: str, words: str) -> None:
    with pytest.raises(InvalidDocumentError, match=words):
        read_mapping(document)


def test_codes_may_be_written_as_plain_numbers() -> None:
    mapping = read_mapping("layout: sage50\naccounts:\n  1100: {code: 1200}\n")

    assert mapping.accounts["1100"].code == "1200"
    assert mapping.accounts["1100"].tax == "T9"
