"""Money is exact: no amount goes through a float, from the reader's input to the CSV file."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import InvalidAmountError
from service.money import Money, checked_amount, exponent, major_text, parse_amount

CURRENCIES = st.sampled_from(["EUR", "USD", "GBP", "JPY", "KRW", "KWD", "ISK", "HUF"])


def test_every_amount_below_a_thousand_is_read_to_the_cent() -> None:
    wrong = [
        cents
        for cents in range(1, 100_000)
        if parse_amount(f"{cents // 100}.{cents % 100:02}", "EUR").amount_minor != cents
    ]

    assert wrong == []


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("5", "EUR", 500),
        ("5.00", "EUR", 500),
        ("5,00", "EUR", 500),
        (" 5,5 ", "EUR", 550),
        ("19.99", "EUR", 1999),
        ("500", "JPY", 500),
        ("5.120", "KWD", 5120),
        ("5.1", "KWD", 5100),
        ("700", "ISK", 70_000),
        ("5", "eur", 500),
    ],
)
def test_an_amount_is_read_as_readers_write_it(text: str, currency: str, minor: int) -> None:
    assert parse_amount(text, currency) == Money(minor, currency.upper())


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("", "EUR"),
        ("five", "EUR"),
        ("-5", "EUR"),
        ("+5", "EUR"),
        ("5e2", "EUR"),
        ("1,000.00", "EUR"),
        ("1 000", "EUR"),
        ("5.001", "EUR"),
        ("1,000", "EUR"),
        ("1.000", "EUR"),
        ("5.000", "JPY"),
        ("1.0000", "KWD"),
        ("0", "EUR"),
        ("0.00", "EUR"),
        ("5.5", "JPY"),
        ("5.123", "KWD"),
        ("7.50", "ISK"),
        ("1000000.00", "EUR"),
        ("€5", "EUR"),
        ("NaN", "EUR"),
        ("Infinity", "EUR"),
        ("٥", "EUR"),
        ("5", "EURO"),
        ("." * 5, "EUR"),
        ("9" * 500, "EUR"),
    ],
)
def test_any_other_text_is_not_an_amount(text: str, currency: str) -> None:
    with pytest.raises(InvalidAmountError):
        parse_amount(text, currency)


@given(st.integers(-(10**12), 10**12), CURRENCIES)
def test_the_text_of_an_amount_is_exact(amount_minor: int, currency: str) -> None:
    text = major_text(amount_minor, currency)

    assert Decimal(text).scaleb(exponent(currency)) == amount_minor
    assert len(text.partition(".")[2]) == exponent(currency)


@given(st.integers(1, 99_999_99), CURRENCIES)
def test_the_text_of_an_amount_can_be_read_again(units: int, currency: str) -> None:
    money = checked_amount(units - units % 100 or 100, currency)

    assert parse_amount(major_text(money.amount_minor, currency), currency) == money


def test_amounts_in_two_currencies_cannot_be_added() -> None:
    with pytest.raises(InvalidAmountError):
        Money(1, "EUR") + Money(1, "USD")


@pytest.mark.parametrize("amount", [1.0, "1", None, True])
def test_only_a_whole_number_of_minor_units_is_money(amount: object) -> None:
    with pytest.raises(InvalidAmountError):
        Money(amount, "EUR")  # type: ignore[arg-type]
