"""PaymentIntents: confirmed, declined, canceled, captured."""

import pytest
import stripe

from tests.stripe_sandbox.world import World


def test_an_intent_is_changed_confirmed_and_canceled(world: World) -> None:
    made = world.v1.payment_intents.create({"amount": 700, "currency": "eur", "metadata": {"a": "1"}})

    assert world.v1.payment_intents.update(made.id, {"amount": 800, "metadata": {"b": "2"}}).amount == 800
    with pytest.raises(stripe.InvalidRequestError):
        world.v1.payment_intents.confirm(made.id)
    asked = world.v1.payment_intents.confirm(made.id, {"payment_method": "pm_card_threeDSecure2Required"})
    assert (asked.status, asked.next_action.type) == ("requires_action", "redirect_to_url")
    assert world.v1.payment_intents.cancel(made.id, {"cancellation_reason": "abandoned"}).status == "canceled"
    with pytest.raises(stripe.InvalidRequestError) as refused:
        world.v1.payment_intents.confirm(made.id, {"payment_method": "pm_card_visa"})
    assert refused.value.code == "payment_intent_unexpected_state"


def test_an_authorized_payment_is_captured_in_part(world: World) -> None:
    held = world.v1.payment_intents.create(
        {
            "amount": 1000,
            "currency": "eur",
            "payment_method": "pm_card_visa",
            "confirm": True,
            "capture_method": "manual",
        }
    )
    taken = world.v1.payment_intents.capture(held.id, {"amount_to_capture": 600})
    world.advance(seconds=1)

    charge = world.v1.charges.retrieve(str(taken.latest_charge), {"expand": ["balance_transaction"]})
    assert (held.status, taken.status) == ("requires_capture", "succeeded")
    assert (charge.amount_captured, charge.balance_transaction.amount) == (600, 600)
    assert "charge.captured" in world.deliver()


def test_a_decline_is_a_card_error_with_its_reason(world: World) -> None:
    with pytest.raises(stripe.CardError) as declined:
        world.v1.payment_intents.create(
            {"amount": 500, "currency": "eur", "payment_method": "pm_card_visa_chargeDeclined", "confirm": True}
        )

    assert declined.value.http_status == 402
    assert declined.value.code == "card_declined"
    assert "generic_decline" in str(declined.value.json_body)
