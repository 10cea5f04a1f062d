"""The checkout form: exact amounts within the site's limits, and return addresses on the site's own pages."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.campaigns.documents import load_site
from service.contributions.checkout.form import (
    CheckoutForm,
    ForeignReturnAddressError,
    NotOfferedError,
    attempt_key,
    chosen_amount,
    refuse_unoffered_interval,
    return_address,
    with_fee_covered,
)
from service.contributions.checkout.typed_amount import typed_amount
from service.errors import InvalidAmountError
from service.money import Interval, Money, major_text
from tests.contributions.world import SITE
from tests.typed_amounts import READABLE, UNREADABLE

COURIER = load_site({**SITE, "one_off_only_countries": ["BR"]})
OURS = "https://support.courier.example"


def form(**changes: object) -> CheckoutForm:
    return CheckoutForm(**{"interval": Interval.ONE_OFF, "support_token": "t", "amount": "5", **changes})  # type: ignore[arg-type]


@given(st.integers(100, 200_000))
def test_every_amount_a_reader_can_write_is_charged_exactly(minor: int) -> None:
    assert chosen_amount(form(amount=major_text(minor, "EUR")), COURIER, "EUR") == Money(minor, "EUR")


@pytest.mark.parametrize("text", ["19.99", "4.35", "9.95", "4,35"])
def test_amounts_that_floats_round_wrongly_are_exact(text: str) -> None:
    expected = int(text.replace(".", "").replace(",", ""))

    assert chosen_amount(form(amount=text), COURIER, "EUR").amount_minor == expected


def test_a_yen_has_no_cents() -> None:
    assert chosen_amount(form(amount="500"), COURIER, "JPY") == Money(500, "JPY")


@pytest.mark.parametrize("amount", ["0.99", "2000.01", "0", "-5", "5.001", "1e3", "five", "5 000", ""])
def test_an_amount_that_is_unreadable_or_outside_the_limits_is_refused(amount: str) -> None:
    with pytest.raises(InvalidAmountError):
        chosen_amount(form(amount=amount), COURIER, "EUR")


def test_a_currency_the_site_does_not_offer_is_refused() -> None:
    with pytest.raises(NotOfferedError):
        chosen_amount(form(), COURIER, "USD")


def test_a_country_without_recurring_contributions_may_contribute_once() -> None:
    refuse_unoffered_interval(COURIER, Interval.ONE_OFF, "BR")
    with pytest.raises(NotOfferedError):
        refuse_unoffered_interval(COURIER, Interval.MONTH, "BR")


# What an account in the currency's country pays for a card of that country: a share and a fixed part in minor units.
LIST_PRICES = {
    "EUR": (Fraction(15, 1000), 25),
    "GBP": (Fraction(15, 1000), 20),
    "USD": (Fraction(29, 1000), 30),
    "HUF": (Fraction(15, 1000), 8500),
    "CZK": (Fraction(15, 1000), 650),
    "JPY": (Fraction(36, 1000), 0),
}


@pytest.mark.parametrize("currency", LIST_PRICES)
@given(st.integers(100, 1_000_000))
def test_a_covered_fee_leaves_the_chosen_amount_and_no_more_than_a_unit(currency: str, minor: int) -> None:
    share, fixed = LIST_PRICES[currency]

    covered = with_fee_covered(Money(minor, currency)).amount_minor

    assert 0 <= covered - (covered * share + fixed) - minor <= 1


@pytest.mark.parametrize("currency", ["KWD", "AUD", "VND", "ISK"])
def test_a_fee_that_is_unknown_cannot_be_covered(currency: str) -> None:
    with pytest.raises(NotOfferedError, match="covers_fee"):
        with_fee_covered(Money(10_000, currency))


@pytest.mark.parametrize(("text", "currency", "minor"), READABLE)
def test_an_amount_is_read_in_every_writing(text: str, currency: str, minor: int) -> None:
    assert typed_amount(text, currency) == Money(minor, currency)


@pytest.mark.parametrize(("text", "currency"), UNREADABLE)
def test_a_writing_that_may_mean_something_else_is_refused_as_a_writing(text: str, currency: str) -> None:
    with pytest.raises(InvalidAmountError) as refused:
        typed_amount(text, currency)

    assert refused.value.limits == {"is_readable": False}


def test_the_limits_apply_before_the_covered_fee() -> None:
    assert chosen_amount(form(amount="2000", covers_fee=True), COURIER, "EUR") == Money(200_000, "EUR")


def test_a_raised_minimum_never_exceeds_the_maximum() -> None:
    with pytest.raises(InvalidAmountError):
        chosen_amount(form(amount="5"), COURIER, "EUR", raised_minimum_minor=1000)
    assert chosen_amount(form(amount="2000"), COURIER, "EUR", raised_minimum_minor=10**9).amount_minor == 200_000


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (None, "https://courier.example/"),
        ("", "https://courier.example/"),
        ("https://courier.example/a?b=c#d", "https://courier.example/a?b=c"),
        ("https://courier.example/a#/story/5?b=c", "https://courier.example/a#/story/5?b=c"),
        ("https://courier.example/a#!/story/5", "https://courier.example/a#!/story/5"),
        (f"{OURS}/support/courier", f"{OURS}/support/courier"),
    ],
)
def test_a_page_of_the_site_is_a_valid_return_address(asked: str | None, expected: str) -> None:
    assert return_address(COURIER, asked, OURS) == expected


@pytest.mark.parametrize(
    "asked",
    [
        "https://evil.example/",
        "https://courier.example.evil.example/",
        "https://courier.example@evil.example/",
        "https://evil.example\\@courier.example/",
        "http://courier.example/",
        "https://courier.example:8443/",
        "//courier.example/",
        "/a",
        "javascript:alert(1)",
        "data:text/html,x",
        "https://courier.example/\nSet-Cookie:x",
        " https://courier.example/",
        "https://соurier.example/",
        "https://courier.example/" + "a" * 2000,
        "http://[::1",
        "https://[courier.example/",
        "https://courier.example:port/",
        "https://courier.example:99999/",
        "//[",
    ],
)
def test_a_page_elsewhere_is_not_a_valid_return_address(asked: str) -> None:
    with pytest.raises(ForeignReturnAddressError):
        return_address(COURIER, asked, OURS)


def test_the_attempt_key_depends_on_token_and_choice() -> None:
    five, ten = Money(500, "EUR"), Money(1000, "EUR")

    assert attempt_key(form(), five) == attempt_key(form(page_id="other"), five)
    keys = {
        attempt_key(form(), five),
        attempt_key(form(), ten),
        attempt_key(form(support_token="u"), five),
        attempt_key(form(interval=Interval.MONTH), five),
        attempt_key(form(), Money(500, "USD")),
        attempt_key(form(covers_fee=True), five),
    }
    assert len(keys) == 6
