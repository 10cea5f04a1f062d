"""Disputes, inquiries and early fraud warnings."""

import pytest
import stripe

from tests.stripe_sandbox.world import World


@pytest.mark.parametrize(
    ("evidence", "outcome", "left"), [("winning_evidence", "won", 0), ("losing_evidence", "lost", 500)]
)
def test_a_dispute_takes_the_amount_and_a_fee_and_returns_the_amount_if_won(
    world: World, evidence: str, outcome: str, left: int
) -> None:
    charge = world.charge(500, "4000000000000259")
    world.advance(seconds=5)

    dispute = world.v1.disputes.list({"charge": charge.id}).data[0]
    withdrawn = dispute.balance_transactions[0]
    assert (withdrawn.amount, withdrawn.fee, withdrawn.reporting_category) == (-500, 2000, "dispute")
    with pytest.raises(stripe.InvalidRequestError) as refused:
        world.v1.refunds.create({"charge": charge.id})
    assert refused.value.code == "charge_disputed"

    world.v1.disputes.update(dispute.id, {"evidence": {"uncategorized_text": evidence}})
    world.advance(minutes=1)

    assert world.v1.disputes.retrieve(dispute.id).status == outcome
    assert sum(transaction.net for transaction in world.transactions()) == 467 - 2000 - left
    wanted = ["created", "funds_withdrawn", "updated", "closed"] + (["funds_reinstated"] if outcome == "won" else [])
    sent = [kind for kind in world.deliver() if kind.startswith("charge.dispute")]
    assert sent == [f"charge.dispute.{name}" for name in wanted]


def test_an_inquiry_moves_no_money(world: World) -> None:
    charge = world.charge(500, "4000000000001976")
    world.advance(seconds=5)

    dispute = world.v1.disputes.list({"charge": charge.id}).data[0]

    assert (dispute.status, dispute.balance_transactions) == ("warning_needs_response", [])
    assert world.v1.disputes.close(dispute.id).status == "warning_closed"


def test_an_early_fraud_warning_is_raised(world: World) -> None:
    charge = world.charge(500, "4000000000005423")
    world.advance(seconds=5)

    assert world.v1.radar.early_fraud_warnings.list({"charge": charge.id}).data[0].actionable is True
