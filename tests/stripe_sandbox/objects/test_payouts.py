"""Payouts: automatic, negative, failed, manual."""

import pytest
import stripe

from tests.stripe_sandbox.world import World


def test_an_automatic_payout_pays_out_what_is_available_and_is_reconciled(world: World) -> None:
    charge = world.charge(500)
    world.v1.refunds.create({"charge": charge.id, "amount": 100})

    world.advance(days=2, hours=15)

    payouts = world.v1.payouts.list().data
    assert sum(payout.amount for payout in payouts) == 367
    payout = payouts[0]
    assert (payout.automatic, payout.reconciliation_status) == (True, "in_progress")
    world.advance(days=1)
    payout = world.v1.payouts.retrieve(payout.id)
    assert len(payouts) == 2
    assert (payout.status, payout.reconciliation_status) == ("paid", "completed")
    inside = world.transactions(payout=payout.id)
    assert sum(transaction.net for transaction in inside if transaction.type != "payout") == payout.amount
    assert sum(transaction.net for transaction in inside) == 0
    assert {"payout.created", "payout.updated", "payout.paid", "payout.reconciliation_completed"} <= set(
        world.deliver()
    )


def test_a_payout_can_be_negative(world: World) -> None:
    charge = world.charge(500, "4000000000000077")
    world.advance(days=1)
    assert world.v1.payouts.list().data[0].amount == 467

    world.v1.refunds.create({"charge": charge.id})
    world.advance(days=1)

    assert world.v1.payouts.list().data[0].amount == -500


def test_a_failed_payout_returns_its_amount_even_after_it_was_paid(world: World) -> None:
    world.charge(500, "4000000000000077")
    world.advance(days=2)
    payout = world.v1.payouts.list().data[0]

    world.browser.post(f"/_sandbox/payouts/{payout.id}/failed", json={})

    payout = world.v1.payouts.retrieve(payout.id, {"expand": ["failure_balance_transaction"]})
    assert (payout.status, payout.failure_balance_transaction.amount) == ("failed", 467)
    assert world.euros()["available"] == 467


def test_a_manual_payout_has_no_list_of_transactions(world: World) -> None:
    world.settings.has_automatic_payouts = False
    world.charge(500, "4000000000000077")

    payout = world.v1.payouts.create({"amount": 400, "currency": "eur"})

    assert (payout.automatic, payout.reconciliation_status) == (False, "not_applicable")
    with pytest.raises(stripe.InvalidRequestError):
        world.transactions(payout=payout.id)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        world.v1.payouts.create({"amount": 400, "currency": "eur"})
    assert refused.value.code == "balance_insufficient"
    assert world.v1.payouts.cancel(payout.id).status == "canceled"
    assert world.euros()["available"] == 467
