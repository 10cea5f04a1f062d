"""Turn Stripe's sessions, subscriptions, invoices and customers into our facts.

Every function raises UnreadableObjectError if a required field is missing.
"""

from service.stripe_gateway.billed_interval import billed_interval, billed_line
from service.stripe_gateway.facts import (
    CheckoutSession,
    Customer,
    Invoice,
    InvoicePayment,
    Subscription,
    SubscriptionItem,
)
from service.stripe_gateway.fields import (
    StripeJson,
    amount,
    currency,
    instant,
    is_set,
    part,
    reference,
    required_instant,
    required_text,
    rows,
    text,
    whole,
)
from service.stripe_gateway.marks import read_mark


def read_session(data: StripeJson) -> CheckoutSession:
    details = part(data, "customer_details")
    presented = part(data, "presentment_details")
    presentment_currency = text(presented, "presentment_currency")
    return CheckoutSession(
        id=required_text(data, "id"),
        mode=required_text(data, "mode"),
        status=text(data, "status") or "open",
        payment_status=required_text(data, "payment_status"),
        amount_total_minor=whole(data, "amount_total") or 0,
        currency=currency(data),
        created_at=required_instant(data, "created"),
        expires_at=required_instant(data, "expires_at"),
        is_livemode=is_set(data, "livemode"),
        url=text(data, "url"),
        contribution=read_mark(part(data, "metadata")),
        customer_id=reference(data, "customer"),
        payment_intent_id=reference(data, "payment_intent"),
        subscription_id=reference(data, "subscription"),
        recovered_from_id=reference(data, "recovered_from"),
        presentment_amount_minor=whole(presented, "presentment_amount"),
        presentment_currency=presentment_currency.upper() if presentment_currency else None,
        contributor_email=text(details, "email"),
        contributor_name=text(details, "name"),
        contributor_country=text(part(details, "address"), "country"),
        contributor_postal_code=text(part(details, "address"), "postal_code"),
    )


def read_subscription(data: StripeJson) -> Subscription:
    cancellation = part(data, "cancellation_details")
    pause = part(data, "pause_collection")
    return Subscription(
        id=required_text(data, "id"),
        status=required_text(data, "status"),
        items=tuple(_item(row, data) for row in rows(data, "items")),
        customer_id=reference(data, "customer") or "",
        created_at=required_instant(data, "created"),
        is_livemode=is_set(data, "livemode"),
        contribution=read_mark(part(data, "metadata")),
        latest_invoice_id=reference(data, "latest_invoice"),
        is_cancel_at_period_end=is_set(data, "cancel_at_period_end"),
        cancel_at=instant(data, "cancel_at"),
        canceled_at=instant(data, "canceled_at"),
        ended_at=instant(data, "ended_at"),
        cancellation_reason=text(cancellation, "reason"),
        cancellation_feedback=text(cancellation, "feedback"),
        pause_behavior=text(pause, "behavior"),
        pause_resumes_at=instant(pause, "resumes_at"),
    )


def _item(data: StripeJson, subscription: StripeJson) -> SubscriptionItem:
    price = part(data, "price")
    period = data if data.get("current_period_end") is not None else subscription
    return SubscriptionItem(
        id=required_text(data, "id"),
        unit_amount_minor=whole(price, "unit_amount") or 0,
        quantity=1 if data.get("quantity") is None else amount(data, "quantity"),
        currency=currency(price),
        interval=text(part(price, "recurring"), "interval") or "month",
        interval_count=whole(part(price, "recurring"), "interval_count") or 1,
        current_period_starts_at=required_instant(period, "current_period_start"),
        current_period_ends_at=required_instant(period, "current_period_end"),
    )


def read_invoice(data: StripeJson) -> Invoice:
    """Read an invoice. Since API version 2025-03-31.basil its subscription, with metadata, is in `parent`."""
    parent = part(data, "parent", "subscription_details")
    line = billed_line(data)
    return Invoice(
        id=required_text(data, "id"),
        status=text(data, "status") or "draft",
        total_minor=amount(data, "total"),
        amount_due_minor=amount(data, "amount_due"),
        amount_paid_minor=whole(data, "amount_paid") or 0,
        amount_remaining_minor=whole(data, "amount_remaining") or 0,
        currency=currency(data),
        created_at=required_instant(data, "created"),
        is_livemode=is_set(data, "livemode"),
        customer_id=reference(data, "customer"),
        subscription_id=reference(parent, "subscription") or reference(data, "subscription"),
        contribution=read_mark(part(parent, "metadata")) or read_mark(part(data, "metadata")),
        billing_reason=text(data, "billing_reason"),
        number=text(data, "number"),
        attempt_count=whole(data, "attempt_count") or 0,
        next_payment_attempt_at=instant(data, "next_payment_attempt"),
        paid_at=instant(part(data, "status_transitions"), "paid_at"),
        period_starts_at=instant(part(line, "period"), "start") or instant(data, "period_start"),
        period_ends_at=instant(part(line, "period"), "end") or instant(data, "period_end"),
        amount_paid_off_stripe_minor=whole(data, "amount_paid_off_stripe") or 0,
        hosted_invoice_url=text(data, "hosted_invoice_url"),
        finalization_error=_finalization_error(data),
        payments=tuple(read_invoice_payment(row) for row in rows(data, "payments")),
        billed_interval=billed_interval(data),
    )


def _finalization_error(data: StripeJson) -> str | None:
    error = part(data, "last_finalization_error")
    return text(error, "code") or text(error, "type")


def read_invoice_payment(data: StripeJson) -> InvoicePayment:
    payment = part(data, "payment")
    return InvoicePayment(
        id=required_text(data, "id"),
        invoice_id=reference(data, "invoice") or required_text(data, "invoice"),
        status=required_text(data, "status"),
        amount_paid_minor=whole(data, "amount_paid") or 0,
        amount_requested_minor=whole(data, "amount_requested") or 0,
        currency=currency(data),
        is_default=is_set(data, "is_default"),
        payment_intent_id=reference(payment, "payment_intent"),
        charge_id=reference(payment, "charge"),
        paid_at=instant(part(data, "status_transitions"), "paid_at"),
    )


def read_customer(data: StripeJson) -> Customer:
    address = part(data, "address")
    return Customer(
        id=required_text(data, "id"),
        created_at=instant(data, "created"),
        is_livemode=is_set(data, "livemode"),
        is_deleted=is_set(data, "deleted"),
        contributor_email=text(data, "email"),
        contributor_name=text(data, "name"),
        contributor_country=text(address, "country"),
        contributor_postal_code=text(address, "postal_code"),
    )
