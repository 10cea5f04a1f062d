"""Charges: changes of a description, metadata and fraud report."""

from tests.stripe_sandbox.world import World


def test_a_charge_gets_a_description_and_a_fraud_report(world: World) -> None:
    charge = world.charge()

    changed = world.v1.charges.update(
        charge.id, {"description": "Contribution", "metadata": {"a": "1"}, "fraud_details": {"user_report": "safe"}}
    )

    assert (changed.description, changed.fraud_details.user_report) == ("Contribution", "safe")
