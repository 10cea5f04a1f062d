"""Round trips of stripe-python over the routes other tests do not need; each answer goes through the type oracle."""

from typing import Any

import pytest
import stripe

from tests.stripe_sandbox.harness import Bench

RECURRING: Any = {"interval": "month"}


def customer_with_card(bench: Bench) -> Any:
    customer = bench.v1.customers.create({"email": "reader@example.org", "payment_method": "pm_card_visa"})
    method = bench.v1.customers.payment_methods.list(customer.id).data[0]
    return bench.v1.customers.update(customer.id, {"invoice_settings": {"default_payment_method": method.id}})


def test_customers(bench: Bench) -> None:
    made = bench.v1.customers.create({"email": "a@example.org", "address": {"country": "DE"}})

    assert bench.v1.customers.update(made.id, {"name": "Ada"}).name == "Ada"
    assert [each.id for each in bench.v1.customers.list({"email": "a@example.org"}).data] == [made.id]
    assert bench.v1.customers.retrieve(made.id, {"expand": ["subscriptions"]}).subscriptions.data == []
    assert bench.v1.customers.delete(made.id).deleted is True
    assert bench.v1.customers.retrieve(made.id).deleted is True
    assert bench.v1.customers.list().data == []
    with pytest.raises(stripe.InvalidRequestError):
        bench.v1.customers.update(made.id, {"name": "B"})
    assert bench.deliver() == ["customer.created", "customer.updated", "customer.deleted"]


def test_deleting_a_customer_ends_what_they_subscribed_to(bench: Bench) -> None:
    session = bench.session(interval="month")
    bench.pay(session)
    session = bench.v1.checkout.sessions.retrieve(session.id)

    bench.v1.customers.delete(session.customer)

    assert bench.v1.subscriptions.retrieve(session.subscription).status == "canceled"


def test_products_and_prices(bench: Bench) -> None:
    default: Any = {"currency": "eur", "unit_amount": 500, "recurring": RECURRING}
    product = bench.v1.products.create({"name": "Contribution", "default_price_data": default})
    price = bench.v1.prices.create({"currency": "eur", "unit_amount": 900, "product": product.id})

    assert bench.v1.products.update(product.id, {"name": "Support"}).name == "Support"
    assert bench.v1.prices.update(price.id, {"active": False, "metadata": {"a": "1"}}).active is False
    assert [each.id for each in bench.v1.prices.list({"product": product.id, "active": True}).data] == [
        product.default_price
    ]
    assert bench.v1.prices.retrieve(price.id, {"expand": ["product"]}).product.name == "Support"
    assert len(bench.v1.products.list({"active": True}).data) == 1
    with pytest.raises(stripe.InvalidRequestError):
        bench.v1.products.delete(product.id)
    unused = bench.v1.products.create({"name": "Unused", "id": "prod_unused"})
    assert bench.v1.products.delete(unused.id).deleted is True


def test_payment_methods(bench: Bench) -> None:
    customer = bench.v1.customers.create({})
    card: Any = {"number": "4242424242424242", "exp_month": 5, "exp_year": 2030, "cvc": "123"}
    made = bench.v1.payment_methods.create({"type": "card", "card": card})
    token = bench.v1.payment_methods.create({"type": "card", "card": {"token": "tok_mastercard"}})
    debit = bench.v1.payment_methods.create({"type": "sepa_debit", "sepa_debit": {"iban": "AT611904300234573201"}})

    bench.v1.payment_methods.attach(made.id, {"customer": customer.id})
    assert (made.card.exp_month, made.card.last4, token.card.brand) == (5, "4242", "mastercard")
    assert debit.sepa_debit.country == "AT"
    assert bench.v1.payment_methods.update(made.id, {"billing_details": {"name": "Ada"}}).billing_details.name == "Ada"
    assert [each.id for each in bench.v1.payment_methods.list({"customer": customer.id}).data] == [made.id]
    assert bench.v1.payment_methods.detach(made.id).customer is None
    for wrong in ({"type": "card", "card": {"number": "4000000000000001"}}, {"type": "card"}, {"type": "alipay"}):
        with pytest.raises(stripe.StripeError):
            bench.v1.payment_methods.create(wrong)
    with pytest.raises(stripe.InvalidRequestError):
        bench.v1.payment_methods.detach(made.id)
    assert {"payment_method.attached", "payment_method.updated", "payment_method.detached"} <= set(bench.deliver())


def test_payment_intents(bench: Bench) -> None:
    made = bench.v1.payment_intents.create({"amount": 700, "currency": "eur", "metadata": {"a": "1"}})

    assert bench.v1.payment_intents.update(made.id, {"amount": 800, "metadata": {"b": "2"}}).amount == 800
    with pytest.raises(stripe.InvalidRequestError):
        bench.v1.payment_intents.confirm(made.id)
    asked = bench.v1.payment_intents.confirm(made.id, {"payment_method": "pm_card_threeDSecure2Required"})
    assert (asked.status, asked.next_action.type) == ("requires_action", "redirect_to_url")
    assert bench.v1.payment_intents.cancel(made.id, {"cancellation_reason": "abandoned"}).status == "canceled"
    with pytest.raises(stripe.InvalidRequestError) as refused:
        bench.v1.payment_intents.confirm(made.id, {"payment_method": "pm_card_visa"})
    assert refused.value.code == "payment_intent_unexpected_state"


def test_money_can_be_held_and_captured_in_part(bench: Bench) -> None:
    held = bench.v1.payment_intents.create(
        {
            "amount": 1000,
            "currency": "eur",
            "payment_method": "pm_card_visa",
            "confirm": True,
            "capture_method": "manual",
        }
    )
    taken = bench.v1.payment_intents.capture(held.id, {"amount_to_capture": 600})
    bench.advance(seconds=1)

    charge = bench.v1.charges.retrieve(str(taken.latest_charge), {"expand": ["balance_transaction"]})
    assert (held.status, taken.status) == ("requires_capture", "succeeded")
    assert (charge.amount_captured, charge.balance_transaction.amount) == (600, 600)
    assert "charge.captured" in bench.deliver()


def test_charges_can_be_annotated(bench: Bench) -> None:
    charge = bench.charge()

    changed = bench.v1.charges.update(
        charge.id, {"description": "Gift", "metadata": {"a": "1"}, "fraud_details": {"user_report": "safe"}}
    )

    assert (changed.description, changed.fraud_details.user_report) == ("Gift", "safe")


def test_invoices_by_hand(bench: Bench) -> None:
    customer = customer_with_card(bench)
    draft = bench.v1.invoices.create({"customer": customer.id, "currency": "eur"})
    item = bench.v1.invoice_items.create(
        {"customer": customer.id, "amount": 700, "currency": "eur", "invoice": draft.id}
    )

    assert bench.v1.invoices.update(draft.id, {"description": "Gift"}).description == "Gift"
    assert bench.v1.invoices.line_items.list(draft.id).data[0].amount == 700
    assert bench.v1.invoice_items.retrieve(item.id).invoice == draft.id
    assert len(bench.v1.invoice_items.list({"customer": customer.id}).data) == 1
    assert bench.v1.invoices.finalize_invoice(draft.id).status == "open"
    assert bench.v1.invoices.send_invoice(draft.id).status == "open"
    assert bench.v1.invoices.pay(draft.id).status == "paid"
    with pytest.raises(stripe.InvalidRequestError) as refused:
        bench.v1.invoices.pay(draft.id)
    assert refused.value.code == "invoice_already_paid"
    payment = bench.v1.invoice_payments.list({"invoice": draft.id}).data[0]
    assert bench.v1.invoice_payments.retrieve(payment.id).amount_paid == 700


@pytest.mark.parametrize("end", ["void_invoice", "mark_uncollectible"])
def test_an_open_invoice_can_be_written_off(bench: Bench, end: str) -> None:
    customer = customer_with_card(bench)
    bench.v1.invoice_items.create({"customer": customer.id, "amount": 700, "currency": "eur"})
    invoice = bench.v1.invoices.create({"customer": customer.id, "pending_invoice_items_behavior": "include"})
    with pytest.raises(stripe.InvalidRequestError):
        getattr(bench.v1.invoices, end)(invoice.id)
    bench.v1.invoices.finalize_invoice(invoice.id)

    closed = getattr(bench.v1.invoices, end)(invoice.id)

    assert closed.status in ("void", "uncollectible")
    with pytest.raises(stripe.InvalidRequestError):
        bench.v1.invoices.delete(invoice.id)


def test_a_draft_and_a_loose_item_can_be_deleted(bench: Bench) -> None:
    customer = customer_with_card(bench)
    item = bench.v1.invoice_items.create({"customer": customer.id, "amount": 700, "currency": "eur"})
    draft = bench.v1.invoices.create({"customer": customer.id})

    assert bench.v1.invoice_items.delete(item.id).deleted is True
    assert bench.v1.invoices.delete(draft.id).deleted is True


def test_a_zero_invoice_is_paid_without_a_charge(bench: Bench) -> None:
    customer = customer_with_card(bench)
    draft = bench.v1.invoices.create({"customer": customer.id})

    assert bench.v1.invoices.finalize_invoice(draft.id).status == "paid"
    assert bench.v1.charges.list().data == []


def test_subscriptions_change_amount_card_and_end(bench: Bench) -> None:
    customer = customer_with_card(bench)
    product = bench.v1.products.create({"name": "Contribution"})
    five = bench.v1.prices.create(
        {"currency": "eur", "unit_amount": 500, "recurring": RECURRING, "product": product.id}
    )
    made = bench.v1.subscriptions.create({"customer": customer.id, "items": [{"price": five.id}]})
    item = made["items"].data[0]
    yearly: Any = {"currency": "eur", "unit_amount": 5000, "recurring": {"interval": "year"}, "product": product.id}

    changed = bench.v1.subscriptions.update(made.id, {"items": [{"id": item.id, "price_data": yearly}]})
    assert changed["items"].data[0].price.unit_amount == 5000
    assert changed["items"].data[0].current_period_end > item.current_period_end
    assert bench.v1.subscription_items.retrieve(item.id).price.unit_amount == 5000
    assert len(bench.v1.subscription_items.list({"subscription": made.id}).data) == 1
    card = bench.v1.subscriptions.update(made.id, {"default_payment_method": "pm_card_mastercard"})
    assert card.default_payment_method.startswith("pm_")
    paused = bench.v1.subscriptions.update(made.id, {"pause_collection": {"behavior": "void"}})
    assert (paused.status, paused.pause_collection.behavior) == ("active", "void")
    assert bench.v1.subscriptions.update(made.id, {"pause_collection": ""}).pause_collection is None
    soon = int(bench.clock().timestamp()) + 3600
    assert bench.v1.subscriptions.update(made.id, {"cancel_at": soon}).cancel_at == soon
    bench.advance(hours=2)
    assert bench.v1.subscriptions.retrieve(made.id).status == "canceled"
    assert bench.v1.subscriptions.list({"customer": customer.id}).data == []
    assert len(bench.v1.subscriptions.list({"customer": customer.id, "status": "ended"}).data) == 1


def test_an_incomplete_subscription_expires_with_its_invoice(bench: Bench) -> None:
    customer = bench.v1.customers.create({"email": "a@example.org"})
    product = bench.v1.products.create({"name": "Contribution"})
    price: Any = {"currency": "eur", "unit_amount": 500, "recurring": RECURRING, "product": product.id}
    wanted: Any = {"customer": customer.id, "items": [{"price_data": price}]}
    with pytest.raises(stripe.InvalidRequestError):
        bench.v1.subscriptions.create(wanted)

    made = bench.v1.subscriptions.create({**wanted, "payment_behavior": "default_incomplete"})
    bench.advance(hours=24)

    assert made.status == "incomplete"
    expired = bench.v1.subscriptions.retrieve(made.id, {"expand": ["latest_invoice"]})
    assert (expired.status, expired.latest_invoice.status) == ("incomplete_expired", "void")


def test_a_declining_start_can_be_an_error(bench: Bench) -> None:
    customer = bench.v1.customers.create({"payment_method": "pm_card_chargeCustomerFail"})
    method = bench.v1.payment_methods.list({"customer": customer.id}).data[0].id
    product = bench.v1.products.create({"name": "Contribution"})
    price: Any = {"currency": "eur", "unit_amount": 500, "recurring": RECURRING, "product": product.id}
    wanted: Any = {"customer": customer.id, "items": [{"price_data": price}], "default_payment_method": method}

    assert bench.v1.subscriptions.create(wanted).status == "incomplete"
    with pytest.raises(stripe.CardError):
        bench.v1.subscriptions.create({**wanted, "payment_behavior": "error_if_incomplete"})


@pytest.mark.parametrize(
    ("ending", "status"), [("pause", "paused"), ("cancel", "canceled"), ("create_invoice", "active")]
)
def test_a_trial_without_a_card_ends_as_agreed(bench: Bench, ending: str, status: str) -> None:
    customer = bench.v1.customers.create({})
    product = bench.v1.products.create({"name": "Contribution"})
    price: Any = {"currency": "eur", "unit_amount": 500, "recurring": RECURRING, "product": product.id}
    trial: Any = {"end_behavior": {"missing_payment_method": ending}}
    made = bench.v1.subscriptions.create(
        {
            "customer": customer.id,
            "items": [{"price_data": price}],
            "trial_period_days": 7,
            "trial_settings": trial,
        }
    )

    bench.advance(days=7)

    assert made.status == "trialing"
    assert bench.v1.subscriptions.retrieve(made.id).status == status


def test_portal_configurations(bench: Bench) -> None:
    features: Any = {"invoice_history": {"enabled": True}}
    made = bench.v1.billing_portal.configurations.create({"features": features, "metadata": {"a": "1"}})

    changed = bench.v1.billing_portal.configurations.update(made.id, {"features": features, "active": False})
    assert changed.active is False
    assert bench.v1.billing_portal.configurations.retrieve(made.id).features.invoice_history.enabled is True
    assert len(bench.v1.billing_portal.configurations.list().data) == 2
    assert bench.v1.billing_portal.configurations.list({"is_default": True}).data[0].id != made.id


def test_a_portal_flow_returns_where_it_was_told(bench: Bench) -> None:
    session = bench.session(interval="month")
    bench.pay(session)
    session = bench.v1.checkout.sessions.retrieve(session.id)
    flow: Any = {
        "type": "subscription_cancel",
        "subscription_cancel": {"subscription": session.subscription},
        "after_completion": {"type": "redirect", "redirect": {"return_url": "http://newsroom.test/left"}},
    }
    portal = bench.v1.billing_portal.sessions.create({"customer": session.customer, "flow_data": flow})

    path = portal.url.removeprefix("http://stripe.test")
    answer = bench.browser.post(f"{path}/cancel", data={"subscription": session.subscription})

    assert answer.location == "http://newsroom.test/left"
    missing: Any = {"type": "subscription_cancel", "subscription_cancel": {"subscription": "sub_none"}}
    with pytest.raises(stripe.InvalidRequestError):
        bench.v1.billing_portal.sessions.create({"customer": session.customer, "flow_data": missing})


def test_test_clocks(bench: Bench) -> None:
    clock = bench.v1.test_helpers.test_clocks.create({"frozen_time": 1_800_000_000, "name": "t"})
    customer = bench.v1.customers.create({"test_clock": clock.id})

    advanced = bench.v1.test_helpers.test_clocks.advance(clock.id, {"frozen_time": 1_800_003_600})

    assert customer.created == 1_800_000_000
    assert advanced.status == "advancing"
    assert bench.v1.test_helpers.test_clocks.retrieve(clock.id).status == "ready"
    assert len(bench.v1.test_helpers.test_clocks.list().data) == 1
    with pytest.raises(stripe.InvalidRequestError):
        bench.v1.test_helpers.test_clocks.advance(clock.id, {"frozen_time": 1_700_000_000})
    assert bench.v1.test_helpers.test_clocks.delete(clock.id).deleted is True
    with pytest.raises(stripe.InvalidRequestError):
        bench.v1.customers.retrieve(customer.id)


def test_payouts_refunds_and_disputes_carry_metadata(bench: Bench) -> None:
    bench.app.sandbox.settings.has_automatic_payouts = False
    charge = bench.charge(500, "4000000000000077")
    payout = bench.v1.payouts.create({"amount": 100, "currency": "eur"})
    disputed = bench.charge(700, "4000000000000259")
    refund = bench.v1.refunds.create({"charge": charge.id, "amount": 100})
    dispute = bench.v1.disputes.list({"charge": disputed.id}).data[0]

    for service, body in ((bench.v1.refunds, refund), (bench.v1.payouts, payout), (bench.v1.disputes, dispute)):
        assert service.update(body.id, {"metadata": {"a": "1"}}).metadata.to_dict() == {"a": "1"}
    assert len(bench.v1.refunds.list({"charge": charge.id}).data) == 1
    assert bench.v1.disputes.close(dispute.id).status == "lost"


def test_checkout_sessions_are_found_by_what_they_made(bench: Bench) -> None:
    session = bench.paid()

    found = bench.v1.checkout.sessions.list({"payment_intent": session.payment_intent.id})
    changed = bench.v1.checkout.sessions.update(session.id, {"metadata": {"a": "1"}})

    assert [each.id for each in found.data] == [session.id]
    assert changed.metadata.to_dict() == {"a": "1"}


def test_custom_fields_and_an_existing_customer_are_carried(bench: Bench) -> None:
    customer = bench.v1.customers.create({"email": "a@example.org"})
    fields: Any = [
        {"key": "message", "label": {"type": "custom", "custom": "Message"}, "type": "text", "optional": True},
        {
            "key": "hat",
            "label": {"type": "custom", "custom": "Hat"},
            "type": "dropdown",
            "dropdown": {"options": [{"label": "Red", "value": "red"}]},
        },
    ]

    session = bench.session(customer=customer.id, custom_fields=fields, custom_text={"submit": {"message": "Thanks"}})
    bench.pay(session)

    session = bench.v1.checkout.sessions.retrieve(session.id)
    assert (session.customer, [field.key for field in session.custom_fields]) == (customer.id, ["message", "hat"])


def test_hosted_invoices_and_receipts_have_pages(bench: Bench) -> None:
    customer = customer_with_card(bench)
    bench.v1.invoice_items.create({"customer": customer.id, "amount": 700, "currency": "eur"})
    draft = bench.v1.invoices.create({"customer": customer.id, "pending_invoice_items_behavior": "include"})
    invoice = bench.v1.invoices.finalize_invoice(draft.id)
    page = invoice.hosted_invoice_url.removeprefix("http://stripe.test")

    assert "€7.00" in bench.browser.get(page).text
    assert bench.browser.post(page).status_code == 303
    assert bench.v1.invoices.retrieve(invoice.id).status == "paid"
    receipt = bench.v1.charges.list().data[0].receipt_url.removeprefix("http://stripe.test")
    assert "€7.00" in bench.browser.get(receipt).text
    assert bench.browser.get("/receipts/ch_none").status_code == 404
    assert bench.browser.get("/").status_code == 302


def test_stripes_command_line_can_pay_a_session(bench: Bench) -> None:
    session = bench.session()
    headers = {"Authorization": "Bearer sk_test_x"}

    page = bench.browser.get(f"/v1/payment_pages/{session.id}", headers=headers).get_json()
    declined = bench.browser.post(
        f"/v1/payment_pages/{session.id}/confirm",
        data={"payment_method": "pm_card_visa_chargeDeclined"},
        headers=headers,
    )
    paid = bench.browser.post(
        f"/v1/payment_pages/{session.id}/confirm", data={"payment_method": "pm_card_visa"}, headers=headers
    )

    assert page["amount_total"] == 500
    assert (declined.status_code, paid.get_json()["status"]) == (402, "complete")


@pytest.mark.parametrize(("answer", "status"), [("complete", "succeeded"), ("fail", "requires_payment_method")])
def test_the_banks_question_can_be_answered_for_an_intent(bench: Bench, answer: str, status: str) -> None:
    intent = bench.v1.payment_intents.create(
        {"amount": 500, "currency": "eur", "payment_method": "pm_card_authenticationRequired", "confirm": True}
    )
    page = intent.next_action.redirect_to_url.url.removeprefix("http://stripe.test")

    assert "is this you?" in bench.browser.get(page).text
    bench.browser.post(page, data={"answer": answer})

    assert bench.v1.payment_intents.retrieve(intent.id).status == status
    assert bench.browser.post(page, data={"answer": answer}).status_code == 404
