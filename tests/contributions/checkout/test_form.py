"""The checkout form: exact amounts within the site's limits, and return addresses on the site's own pages."""

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
from service.errors import InvalidAmountError
from service.money import Interval, Money, major_text
from tests.contributions.world import SITE

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


@given(st.integers(100, 200_000))
def test_a_covered_fee_leaves_at_least_the_chosen_amount(minor: int) -> None:
    covered = with_fee_covered(Money(minor, "EUR")).amount_minor

    assert covered - (covered * 150 / 10_000 + 25) >= minor - 1e-6
    assert covered < minor * 1.02 + 30


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
