"""Refunds: in parts, failed, pending, canceled."""

from typing import Any

import pytest
import stripe

from tests.stripe_sandbox.world import World


def test_partial_refunds_carry_no_fee_and_add_up(world: World) -> None:
    charge = world.charge(1000)

    first = world.v1.refunds.create({"charge": charge.id, "amount": 300, "reason": "requested_by_customer"})
    second = world.v1.refunds.create({"payment_intent": charge.payment_intent})

    assert [first.amount, second.amount] == [300, 700]
    booked = world.v1.balance_transactions.retrieve(str(first.balance_transaction))
    assert (booked.amount, booked.fee, booked.reporting_category) == (-300, 0, "refund")
    charge = world.v1.charges.retrieve(charge.id, {"expand": ["refunds"]})
    assert (charge.amount_refunded, charge.refunded) == (1000, True)
    assert {refund.id for refund in charge.refunds.data} == {first.id, second.id}


@pytest.mark.parametrize(
    ("params", "code"), [({"amount": 1001}, None), ({"amount": 0}, "parameter_invalid_integer")], ids=["more", "zero"]
)
def test_a_refund_of_too_much_or_of_nothing_is_refused(world: World, params: Any, code: str) -> None:
    charge = world.charge(1000)

    with pytest.raises(stripe.InvalidRequestError) as refused:
        world.v1.refunds.create({"charge": charge.id, **params})

    assert (refused.value.param, refused.value.code) == ("amount", code)


def test_a_refunded_charge_is_not_refunded_again(world: World) -> None:
    charge = world.charge()
    world.v1.refunds.create({"charge": charge.id})

    with pytest.raises(stripe.InvalidRequestError) as refused:
        world.v1.refunds.create({"charge": charge.id})

    assert refused.value.code == "charge_already_refunded"


def test_a_refund_sends_its_events(world: World) -> None:
    charge = world.charge()
    world.deliver()

    world.v1.refunds.create({"charge": charge.id})

    assert world.deliver() == ["refund.created", "charge.refunded"]
    world.advance(minutes=1)
    assert world.deliver() == ["refund.updated", "charge.refund.updated"]


def test_a_failed_refund_returns_its_amount(world: World) -> None:
    charge = world.charge(500, "4000000000005126")
    refund = world.v1.refunds.create({"charge": charge.id})
    assert world.euros()["pending"] + world.euros()["available"] == -33

    world.advance(minutes=1)

    refund = world.v1.refunds.retrieve(refund.id, {"expand": ["failure_balance_transaction"]})
    assert (refund.status, refund.failure_balance_transaction.amount) == ("failed", 500)
    assert world.v1.charges.retrieve(charge.id).amount_refunded == 0
    assert "refund.failed" in world.deliver()


def test_a_pending_refund_can_be_canceled(world: World) -> None:
    charge = world.charge(500, "4000000000007726")
    refund = world.v1.refunds.create({"charge": charge.id})

    assert refund.status == "pending"
    assert world.v1.refunds.cancel(refund.id).status == "canceled"
    assert sum(transaction.net for transaction in world.transactions()) == 467
