"""What green and red checks show."""

from service.ledger.invariants.check import compare, none_of


def test_green_shows_every_currency_and_red_only_the_differing_ones() -> None:
    assert compare(3, "x", {"EUR": 5}, {"EUR": 5, "JPY": 0}, "other").detail == (
        "EUR ledger 0.05, other 0.05, difference 0.00; JPY ledger 0, other 0, difference 0"
    )
    assert compare(3, "x", {"EUR": 5, "JPY": 2}, {"EUR": 5}, "other").detail == "JPY ledger 2, other 0, difference 2"


def test_many_offenders_are_counted_and_a_few_named() -> None:
    assert none_of(2, "x", map(str, range(7)), "none").detail == "7: 0, 1, 2, 3, 4 ..."
