"""What happens to a subscription. Each function changes Stripe's objects and returns the events that Stripe sends."""

from tests.scenarios.objects import DAY, charge, completed, event, intent, settle
from tests.scenarios.scripted_stripe import Json, ScriptedStripe


def subscribed(stripe: ScriptedStripe, session: Json, at: int) -> list[Json]:
    """Start a subscription whose first month is paid by card."""
    subscription = {
        "id": "sub_1",
        "object": "subscription",
        "status": "incomplete",
        "customer": "cus_1",
        "created": at,
        "livemode": False,
        "metadata": session["_subscription_metadata"],
        "cancel_at_period_end": False,
        "cancel_at": None,
        "canceled_at": None,
        "ended_at": None,
        "cancellation_details": None,
        "pause_collection": None,
        "latest_invoice": None,
        "items": {"object": "list", "data": [_item(session, at)], "has_more": False},
    }
    stripe.put(subscription)
    subscription = stripe.objects["sub_1"]
    events = [event("customer.subscription.created", subscription, at)]
    billed = bill(stripe, "in_1", at, reason="subscription_create")
    events += [event("invoice.created", billed, at), event("invoice.finalized", billed, at)]
    events += paid_by_card(stripe, billed, at)
    subscription["status"] = "active"
    completed(session, "paid", subscription="sub_1", invoice="in_1")
    events += [
        event("customer.subscription.updated", subscription, at),
        event("checkout.session.completed", session, at),
    ]
    return events


def _item(session: Json, at: int) -> Json:
    recurring = {"interval": session["_interval"], "interval_count": 1}
    return {
        "id": "si_1",
        "object": "subscription_item",
        "quantity": 1,
        "price": {"id": "price_1", "unit_amount": session["amount_total"], "currency": "eur", "recurring": recurring},
        "current_period_start": at,
        "current_period_end": at + 30 * DAY,
    }


def bill(stripe: ScriptedStripe, id_: str, at: int, *, total: int = 1000, reason: str = "subscription_cycle") -> Json:
    """Create an open invoice of the subscription, and return it."""
    subscription = stripe.objects["sub_1"]
    details = {"subscription": "sub_1", "metadata": dict(subscription["metadata"])}
    subscription["latest_invoice"] = id_
    period = {"start": at, "end": at + 30 * DAY}
    stripe.put(
        {
            "id": id_,
            "object": "invoice",
            "status": "open",
            "billing_reason": reason,
            "parent": {"type": "subscription_details", "subscription_details": details, "quote_details": None},
            "total": total,
            "amount_due": total,
            "amount_paid": 0,
            "amount_remaining": total,
            "amount_paid_off_stripe": 0,
            "attempt_count": 0,
            "next_payment_attempt": None,
            "currency": "eur",
            "customer": "cus_1",
            "created": at,
            "livemode": False,
            "metadata": {},
            "status_transitions": {"paid_at": None},
            "lines": {"object": "list", "data": [{"id": f"il_{id_}", "period": period}], "has_more": False},
            "payments": {"object": "list", "data": [], "has_more": False},
        }
    )
    return stripe.objects[id_]


def allocation(stripe: ScriptedStripe, billed: Json, paid: Json, amount: int, at: int) -> Json:
    """Create the invoice payment through which a payment intent pays a part of an invoice, and return it."""
    id_ = f"inpay_{paid['id']}"
    stripe.put(
        {
            "id": id_,
            "object": "invoice_payment",
            "invoice": billed["id"],
            "status": "paid",
            "amount_paid": amount,
            "amount_requested": amount,
            "currency": "eur",
            "created": at,
            "livemode": False,
            "is_default": True,
            "payment": {"type": "payment_intent", "payment_intent": paid["id"]},
            "status_transitions": {"paid_at": at},
        }
    )
    billed["payments"]["data"].append(stripe.objects[id_])
    return stripe.objects[id_]


def mark_paid(billed: Json, at: int) -> None:
    """Mark an invoice as paid in full."""
    billed |= {"status": "paid", "amount_paid": billed["total"], "amount_remaining": 0}
    billed["status_transitions"] = {"paid_at": at}


def paid_by_card(stripe: ScriptedStripe, billed: Json, at: int, *parts: int) -> list[Json]:
    """Pay an invoice by card, in one payment or in several parts."""
    events: list[Json] = []
    for number, amount in enumerate(parts or (billed["total"],), start=1):
        paid = intent(stripe, f"pi_{billed['id']}_{number}", "succeeded", amount, at)
        charged = charge(stripe, f"ch_{billed['id']}_{number}", paid, "succeeded", at)
        settle(stripe, charged, at)
        part = allocation(stripe, billed, paid, amount, at)
        events += [
            event("charge.succeeded", charged, at),
            event("payment_intent.succeeded", paid, at),
            event("invoice_payment.paid", part, at),
        ]
    mark_paid(billed, at)
    return [*events, event("invoice.paid", billed, at), event("invoice.payment_succeeded", billed, at)]


def declined(stripe: ScriptedStripe, billed: Json, at: int, next_at: int | None) -> list[Json]:
    """Let an attempt to charge the invoice fail, which makes the subscription past due."""
    billed |= {"attempt_count": billed["attempt_count"] + 1, "next_payment_attempt": next_at}
    number = billed["attempt_count"]
    id_ = f"pi_{billed['id']}_1"
    error = {"code": "card_declined", "decline_code": "insufficient_funds"}
    tried = intent(stripe, id_, "requires_payment_method", billed["total"], at, last_payment_error=error)
    refused = charge(stripe, f"ch_{billed['id']}_no{number}", tried, "failed", at, failure_code="card_declined")
    if not billed["payments"]["data"]:
        allocation(stripe, billed, tried, 0, at)
        stripe.objects[f"inpay_{id_}"] |= {"status": "open", "amount_requested": billed["total"]}
    subscription = stripe.objects["sub_1"]
    subscription["status"] = "past_due"
    return [
        event("charge.failed", refused, at),
        event("payment_intent.payment_failed", tried, at),
        event("invoice.payment_failed", billed, at),
        event("customer.subscription.updated", subscription, at),
    ]


def recovered(stripe: ScriptedStripe, billed: Json, at: int) -> list[Json]:
    """Let a later attempt on the invoice's payment intent succeed."""
    paid = intent(stripe, f"pi_{billed['id']}_1", "succeeded", billed["total"], at)
    charged = charge(stripe, f"ch_{billed['id']}_yes", paid, "succeeded", at)
    settle(stripe, charged, at)
    stripe.objects[f"inpay_{paid['id']}"] |= {"status": "paid", "amount_paid": billed["total"]}
    mark_paid(billed, at)
    stripe.objects["sub_1"]["status"] = "active"
    return [
        event("charge.succeeded", charged, at),
        event("invoice.paid", billed, at),
        event("customer.subscription.updated", stripe.objects["sub_1"], at),
    ]


def ended(stripe: ScriptedStripe, at: int, reason: str = "payment_failed") -> list[Json]:
    """End the subscription."""
    subscription = stripe.objects["sub_1"]
    subscription |= {
        "status": "canceled",
        "ended_at": at,
        "canceled_at": at,
        "cancellation_details": {"reason": reason},
    }
    return [event("customer.subscription.deleted", subscription, at)]
