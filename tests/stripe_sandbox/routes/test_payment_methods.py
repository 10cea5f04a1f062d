"""Payment methods: created, attached, changed, detached."""

from typing import Any

import pytest
import stripe

from tests.stripe_sandbox.world import World


def test_a_payment_method_is_created_attached_changed_and_detached(world: World) -> None:
    customer = world.v1.customers.create({})
    card: Any = {"number": "4242424242424242", "exp_month": 5, "exp_year": 2030, "cvc": "123"}
    made = world.v1.payment_methods.create({"type": "card", "card": card})
    token = world.v1.payment_methods.create({"type": "card", "card": {"token": "tok_mastercard"}})
    debit = world.v1.payment_methods.create({"type": "sepa_debit", "sepa_debit": {"iban": "AT611904300234573201"}})

    world.v1.payment_methods.attach(made.id, {"customer": customer.id})
    assert (made.card.exp_month, made.card.last4, token.card.brand) == (5, "4242", "mastercard")
    assert debit.sepa_debit.country == "AT"
    assert world.v1.payment_methods.update(made.id, {"billing_details": {"name": "Ada"}}).billing_details.name == "Ada"
    assert [method.id for method in world.v1.payment_methods.list({"customer": customer.id}).data] == [made.id]
    assert world.v1.payment_methods.detach(made.id).customer is None
    for wrong in ({"type": "card", "card": {"number": "4000000000000001"}}, {"type": "card"}, {"type": "alipay"}):
        with pytest.raises(stripe.StripeError):
            world.v1.payment_methods.create(wrong)
    with pytest.raises(stripe.InvalidRequestError):
        world.v1.payment_methods.detach(made.id)
    assert {"payment_method.attached", "payment_method.updated", "payment_method.detached"} <= set(world.deliver())
