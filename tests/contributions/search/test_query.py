"""What people type to find contributions is understood as an address, an amount, an id, or words."""

import pytest

from service.contributions.search.query import (
    AddressQuery,
    AmountQuery,
    IdQuery,
    Query,
    WordsAmountQuery,
    WordsQuery,
    parse_query,
)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ctb_1Abc", IdQuery("ctb_1Abc")),
        ("  txn_9 ", IdQuery("txn_9")),
        ("Mary.Byrne@reader.example", AddressQuery("Mary.Byrne@reader.example")),
        ("Seán Ó Briain", WordsQuery(("sean", "o", "briain"))),
        ("mary@", WordsQuery(("mary",))),
        ("O'Brien-Walsh", WordsQuery(("o", "brien", "walsh"))),
        ("25", AmountQuery((25, 2500, 25000))),
        ("25,50", AmountQuery((None, 2550, 25500))),
        ("€ 25", AmountQuery((25, 2500, 25000), "EUR")),
        ("1.234 BHD", AmountQuery((None, None, 1234), "BHD")),
        ("$5", AmountQuery((5, 500, 5000))),
        ("Mary €25", WordsAmountQuery(WordsQuery(("mary",)), AmountQuery((25, 2500, 25000), "EUR"))),
        ("25 Main Street", WordsQuery(("25", "main", "street"))),
        ("0", WordsQuery(("0",))),
        ("   ", None),
    ],
)
def test_a_search_is_understood(typed: str, meant: Query | None) -> None:
    assert parse_query(typed) == meant


def test_punctuation_alone_has_no_words() -> None:
    assert parse_query("??") == WordsQuery(())
