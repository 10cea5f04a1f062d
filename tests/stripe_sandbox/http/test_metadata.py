"""Metadata: limits, updates, and the objects that have it."""

import pytest
import stripe

from tests.stripe_sandbox.world import World


def test_payouts_refunds_and_disputes_carry_metadata(world: World) -> None:
    world.settings.has_automatic_payouts = False
    charge = world.charge(500, "4000000000000077")
    payout = world.v1.payouts.create({"amount": 100, "currency": "eur"})
    disputed = world.charge(700, "4000000000000259")
    refund = world.v1.refunds.create({"charge": charge.id, "amount": 100})
    dispute = world.v1.disputes.list({"charge": disputed.id}).data[0]

    for service, body in ((world.v1.refunds, refund), (world.v1.payouts, payout), (world.v1.disputes, dispute)):
        assert service.update(body.id, {"metadata": {"a": "1"}}).metadata.to_dict() == {"a": "1"}
    assert len(world.v1.refunds.list({"charge": charge.id}).data) == 1
    assert world.v1.disputes.close(dispute.id).status == "lost"


def test_metadata_has_limits(world: World) -> None:
    for metadata in ({"k" * 41: "v"}, {"k": "v" * 501}, {f"k{number}": "v" for number in range(51)}):
        with pytest.raises(stripe.InvalidRequestError):
            world.v1.customers.create({"metadata": metadata})


def test_metadata_keys_are_unset_by_an_empty_value(world: World) -> None:
    customer = world.v1.customers.create({"metadata": {"a": "1", "b": "2"}})

    assert world.v1.customers.update(customer.id, {"metadata": {"a": ""}}).metadata.to_dict() == {"b": "2"}
    assert world.v1.customers.update(customer.id, {"metadata": ""}).metadata.to_dict() == {}
