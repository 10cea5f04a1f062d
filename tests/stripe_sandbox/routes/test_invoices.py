"""Invoices, invoice items and invoice payments."""

import pytest
import stripe

from tests.stripe_sandbox.make import customer_with_card, subscribe
from tests.stripe_sandbox.world import World


def test_an_invoice_is_made_by_hand_finalized_and_paid(world: World) -> None:
    customer = customer_with_card(world)
    draft = world.v1.invoices.create({"customer": customer.id, "currency": "eur"})
    item = world.v1.invoice_items.create(
        {"customer": customer.id, "amount": 700, "currency": "eur", "invoice": draft.id}
    )

    assert world.v1.invoices.update(draft.id, {"description": "Contribution"}).description == "Contribution"
    assert world.v1.invoices.line_items.list(draft.id).data[0].amount == 700
    assert world.v1.invoice_items.retrieve(item.id).invoice == draft.id
    assert len(world.v1.invoice_items.list({"customer": customer.id}).data) == 1
    assert world.v1.invoices.finalize_invoice(draft.id).status == "open"
    assert world.v1.invoices.send_invoice(draft.id).status == "open"
    assert world.v1.invoices.pay(draft.id).status == "paid"
    with pytest.raises(stripe.InvalidRequestError) as refused:
        world.v1.invoices.pay(draft.id)
    assert refused.value.code == "invoice_already_paid"
    payment = world.v1.invoice_payments.list({"invoice": draft.id}).data[0]
    assert world.v1.invoice_payments.retrieve(payment.id).amount_paid == 700


@pytest.mark.parametrize("end", ["void_invoice", "mark_uncollectible"])
def test_an_open_invoice_can_be_written_off(world: World, end: str) -> None:
    customer = customer_with_card(world)
    world.v1.invoice_items.create({"customer": customer.id, "amount": 700, "currency": "eur"})
    invoice = world.v1.invoices.create({"customer": customer.id, "pending_invoice_items_behavior": "include"})
    with pytest.raises(stripe.InvalidRequestError):
        getattr(world.v1.invoices, end)(invoice.id)
    world.v1.invoices.finalize_invoice(invoice.id)

    closed = getattr(world.v1.invoices, end)(invoice.id)

    assert closed.status in ("void", "uncollectible")
    with pytest.raises(stripe.InvalidRequestError):
        world.v1.invoices.delete(invoice.id)


def test_a_draft_and_a_pending_item_can_be_deleted(world: World) -> None:
    customer = customer_with_card(world)
    item = world.v1.invoice_items.create({"customer": customer.id, "amount": 700, "currency": "eur"})
    draft = world.v1.invoices.create({"customer": customer.id})

    assert world.v1.invoice_items.delete(item.id).deleted is True
    assert world.v1.invoices.delete(draft.id).deleted is True


def test_a_zero_invoice_is_paid_without_a_charge(world: World) -> None:
    customer = customer_with_card(world)
    draft = world.v1.invoices.create({"customer": customer.id})

    assert world.v1.invoices.finalize_invoice(draft.id).status == "paid"
    assert world.v1.charges.list().data == []


def test_an_invoices_payment_is_reached_through_invoice_payments(world: World) -> None:
    invoice = subscribe(world).latest_invoice

    paid = world.v1.invoice_payments.list({"invoice": invoice.id}).data[0]
    intent = str(paid.payment.payment_intent)
    found = world.v1.invoice_payments.list({"payment": {"type": "payment_intent", "payment_intent": intent}})
    expanded = world.v1.invoices.retrieve(invoice.id, {"expand": ["payments.data.payment.payment_intent"]})

    assert [payment.invoice for payment in found.data] == [invoice.id]
    assert expanded.payments.data[0].payment.payment_intent.status == "succeeded"


def test_an_invoice_can_be_paid_elsewhere(world: World) -> None:
    customer = world.v1.customers.create({"email": "reader@example.org"})
    world.v1.invoice_items.create({"customer": customer.id, "amount": 700, "currency": "eur"})
    invoice = world.v1.invoices.create({"customer": customer.id, "pending_invoice_items_behavior": "include"})

    paid = world.v1.invoices.pay(invoice.id, {"paid_out_of_band": True})

    assert (paid.status, paid.amount_paid_off_stripe) == ("paid", 700)
    assert world.v1.invoice_payments.list({"invoice": invoice.id}).data == []
