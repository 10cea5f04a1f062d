"""Fees, and charges booked to the balance."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.stripe_sandbox.objects.balance import processing_fee
from tests.stripe_sandbox.world import World


@pytest.mark.parametrize(
    ("amount", "currency", "method", "fee"),
    [
        (500, "eur", "card", 33),
        (1000, "eur", "card", 40),
        (300, "eur", "card", 30),
        (500, "jpy", "card", 45),
        (1000, "usd", "card", 59),
        (1000, "eur", "sepa_debit", 35),
        (10, "eur", "card", 10),
    ],
)
def test_fees_follow_the_stated_rule(amount: int, currency: str, method: str, fee: int) -> None:
    assert processing_fee(amount, currency, method) == fee


@given(st.integers(1, 99_999_999), st.sampled_from(["eur", "gbp", "usd", "jpy"]))
def test_a_fee_is_never_negative_nor_more_than_the_amount(amount: int, currency: str) -> None:
    assert 0 <= processing_fee(amount, currency, "card") <= amount


def test_a_charge_is_booked_with_its_fee(world: World) -> None:
    transaction = world.charge(500).balance_transaction

    assert (transaction.amount, transaction.fee, transaction.net) == (500, 33, 467)
    assert transaction.reporting_category == "charge"
    assert [(detail.type, detail.amount) for detail in transaction.fee_details] == [("stripe_fee", 33)]
    assert world.euros() == {"available": 0, "pending": 467}


def test_money_becomes_available_on_its_day(world: World) -> None:
    world.settings.has_automatic_payouts = False
    transaction = world.charge(500).balance_transaction

    world.advance(days=2)

    assert world.v1.balance_transactions.retrieve(transaction.id).status == "available"
    assert world.euros() == {"available": 467, "pending": 0}
    assert "balance.available" in world.deliver()


def test_a_test_card_makes_money_available_at_once(world: World) -> None:
    world.settings.has_automatic_payouts = False

    assert world.charge(500, "4000000000000077").balance_transaction.status == "available"


def test_another_currency_settles_at_the_stated_rate(world: World) -> None:
    world.knobs.settlement = {"usd": {"currency": "eur", "rate": "0.92"}}
    price: Any = {"currency": "usd", "unit_amount": 1000, "product_data": {"name": "Contribution"}}

    session = world.paid(line_items=[{"price_data": price, "quantity": 1}])
    transaction = session.payment_intent.latest_charge.balance_transaction

    assert (transaction.amount, transaction.currency, transaction.exchange_rate) == (920, "eur", 0.92)


def test_the_balance_is_the_sum_of_its_transactions(world: World) -> None:
    world.charge(500)
    world.charge(1234, "4000000000000259")
    world.advance(days=1)

    assert sum(world.euros().values()) == sum(transaction.net for transaction in world.transactions())
