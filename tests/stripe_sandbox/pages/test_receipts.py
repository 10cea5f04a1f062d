"""Hosted invoices and receipts."""

from tests.stripe_sandbox.make import customer_with_card, path_of
from tests.stripe_sandbox.world import World


def test_hosted_invoices_and_receipts_have_pages(world: World) -> None:
    customer = customer_with_card(world)
    world.v1.invoice_items.create({"customer": customer.id, "amount": 700, "currency": "eur"})
    draft = world.v1.invoices.create({"customer": customer.id, "pending_invoice_items_behavior": "include"})
    invoice = world.v1.invoices.finalize_invoice(draft.id)
    page = path_of(invoice.hosted_invoice_url)

    assert "€7.00" in world.browser.get(page).text
    assert world.browser.post(page).status_code == 303
    assert world.v1.invoices.retrieve(invoice.id).status == "paid"
    receipt = path_of(world.v1.charges.list().data[0].receipt_url)
    assert "€7.00" in world.browser.get(receipt).text
    assert world.browser.get("/receipts/ch_none").status_code == 404
    assert world.browser.get("/").status_code == 302
