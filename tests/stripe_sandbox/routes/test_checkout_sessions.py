"""Checkout Sessions: refused parameters, line items, lists, custom fields."""

from typing import Any

import pytest
import stripe

from tests.stripe_sandbox.world import World


def test_a_session_is_found_by_its_payment_intent(world: World) -> None:
    session = world.paid()

    found = world.v1.checkout.sessions.list({"payment_intent": session.payment_intent.id})
    changed = world.v1.checkout.sessions.update(session.id, {"metadata": {"a": "1"}})

    assert [match.id for match in found.data] == [session.id]
    assert changed.metadata.to_dict() == {"a": "1"}


def test_a_session_keeps_its_custom_fields_and_customer(world: World) -> None:
    customer = world.v1.customers.create({"email": "a@example.org"})
    fields: Any = [
        {"key": "message", "label": {"type": "custom", "custom": "Message"}, "type": "text", "optional": True},
        {
            "key": "hat",
            "label": {"type": "custom", "custom": "Hat"},
            "type": "dropdown",
            "dropdown": {"options": [{"label": "Red", "value": "red"}]},
        },
    ]

    session = world.session(customer=customer.id, custom_fields=fields, custom_text={"submit": {"message": "Thanks"}})
    world.pay(session)

    session = world.v1.checkout.sessions.retrieve(session.id)
    assert (session.customer, [field.key for field in session.custom_fields]) == (customer.id, ["message", "hat"])


def test_an_open_session_can_be_expired_and_a_paid_one_cannot(world: World) -> None:
    session, paid = world.session(), world.paid()

    assert world.v1.checkout.sessions.expire(session.id).status == "expired"
    with pytest.raises(stripe.InvalidRequestError):
        world.v1.checkout.sessions.expire(paid.id)


def test_line_items_are_listed_and_expanded(world: World) -> None:
    session = world.session(750)

    assert world.v1.checkout.sessions.line_items.list(session.id).data[0].amount_total == 750
    expanded = world.v1.checkout.sessions.retrieve(session.id, {"expand": ["line_items"]})
    assert expanded.line_items.data[0].description == "Contribution"


@pytest.mark.parametrize(
    ("given", "param"),
    [
        ({"ui_mode": "hosted"}, "ui_mode"),
        ({"ui_mode": "embedded_page", "return_url": "http://newsroom.test/"}, "success_url"),
        ({"payment_method_types": ["card"]}, "payment_method_types"),
        ({"expires_at": 1}, "expires_at"),
        ({"line_items": []}, "line_items"),
        ({"success_url": "not an address"}, "success_url"),
        ({"mode": "subscription"}, "line_items"),
        ({"subscription_data": {"metadata": {"a": "b"}}}, "subscription_data"),
        ({"customer": "cus_1", "customer_email": "a@example.org"}, "customer_email"),
        ({"unheard_of": "1"}, "unheard_of"),
    ],
)
def test_a_parameter_that_stripe_refuses_is_refused(world: World, given: Any, param: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        world.session(**given)

    assert refused.value.http_status == 400
    assert refused.value.param == param


def test_a_recurring_price_needs_subscription_mode(world: World) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="recurring"):
        world.session(interval="month", mode="payment")


@pytest.mark.parametrize(
    ("amount", "currency", "code", "param"),
    [
        (49, "eur", "amount_too_small", "line_items"),
        (29, "gbp", "amount_too_small", "line_items"),
        (49, "jpy", "amount_too_small", "line_items"),
        (100_000_000, "eur", "amount_too_large", "line_items"),
        (1000, "zzz", None, "currency"),
    ],
)
def test_an_amount_or_currency_that_stripe_refuses_is_refused(
    world: World, amount: int, currency: str, code: str | None, param: str
) -> None:
    price: Any = {"currency": currency, "unit_amount": amount, "product_data": {"name": "Contribution"}}

    with pytest.raises(stripe.InvalidRequestError) as refused:
        world.session(line_items=[{"price_data": price, "quantity": 1}])

    assert (refused.value.code, refused.value.param) == (code, param)


def test_the_minimum_amount_is_accepted(world: World) -> None:
    assert world.session(50).amount_total == 50
