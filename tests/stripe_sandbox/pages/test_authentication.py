"""The authentication page of a PaymentIntent."""

import pytest

from tests.stripe_sandbox.make import path_of
from tests.stripe_sandbox.world import World


@pytest.mark.parametrize(("answer", "status"), [("complete", "succeeded"), ("fail", "requires_payment_method")])
def test_the_authentication_of_an_intent_can_be_completed_or_failed(world: World, answer: str, status: str) -> None:
    intent = world.v1.payment_intents.create(
        {"amount": 500, "currency": "eur", "payment_method": "pm_card_authenticationRequired", "confirm": True}
    )
    page = path_of(intent.next_action.redirect_to_url.url)

    assert "is this you?" in world.browser.get(page).text
    world.browser.post(page, data={"answer": answer})

    assert world.v1.payment_intents.retrieve(intent.id).status == status
    assert world.browser.post(page, data={"answer": answer}).status_code == 404
