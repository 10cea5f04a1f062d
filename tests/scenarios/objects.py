"""Create Stripe's objects with the fields that the service reads."""

from typing import Any

from tests.scenarios.scripted_stripe import Json, ScriptedStripe

DAY = 86_400
VERSION = "2026-10-28.endive"


def event(kind: str, about: Json, at: int, **changes: Any) -> Json:
    """Return a snapshot event with the object as it is now. Its id follows from its content, so it can be repeated."""
    shown = {name: value for name, value in about.items() if not name.startswith("_")}
    return {
        "id": f"evt_{kind.replace('.', '_')}_{about['id']}_{at}",
        "object": "event",
        "type": kind,
        "created": at,
        "livemode": False,
        "api_version": VERSION,
        "data": {"object": shown},
        **changes,
    }


def movement(
    stripe: ScriptedStripe, id_: str, category: str, amount: int, source: str | None, at: int, fee: int = 0
) -> str:
    """Create a balance transaction in euros, and return its id."""
    details = [{"type": "stripe_fee", "amount": fee, "currency": "eur", "description": "Stripe fee"}] if fee else []
    stripe.put(
        {
            "id": id_,
            "object": "balance_transaction",
            "amount": amount,
            "fee": fee,
            "net": amount - fee,
            "fee_details": details,
            "currency": "eur",
            "exchange_rate": None,
            "reporting_category": category,
            "type": category,
            "source": source,
            "status": "available",
            "available_on": at,
            "created": at,
            "balance_type": "payments",
            "description": None,
        }
    )
    return id_


def intent(stripe: ScriptedStripe, id_: str, status: str, amount: int, at: int, **changes: Any) -> Json:
    """Create a payment intent, and return it."""
    stripe.put(
        {
            "id": id_,
            "object": "payment_intent",
            "status": status,
            "amount": amount,
            "amount_received": amount if status == "succeeded" else 0,
            "currency": "eur",
            "created": at,
            "livemode": False,
            "customer": "cus_1",
            "metadata": {},
            "latest_charge": None,
            **changes,
        }
    )
    return stripe.objects[id_]


def charge(stripe: ScriptedStripe, id_: str, of_intent: Json, status: str, at: int, **changes: Any) -> Json:
    """Create a charge of an intent with a copy of its metadata, as Stripe does, and return it."""
    stripe.put(
        {
            "id": id_,
            "object": "charge",
            "status": status,
            "paid": status == "succeeded",
            "captured": status != "failed",
            "amount": of_intent["amount"],
            "amount_captured": of_intent["amount"] if status != "failed" else 0,
            "amount_refunded": 0,
            "refunded": False,
            "disputed": False,
            "currency": "eur",
            "balance_transaction": None,
            "failure_balance_transaction": None,
            "payment_intent": of_intent["id"],
            "customer": of_intent["customer"],
            "metadata": of_intent["metadata"],
            "payment_method_details": {"type": "card", "card": {"brand": "visa", "last4": "4242", "country": "IE"}},
            "created": at,
            "livemode": False,
            **changes,
        }
    )
    of_intent["latest_charge"] = id_
    return stripe.objects[id_]


def settle(stripe: ScriptedStripe, of_charge: Json, at: int, fee: int = 35) -> None:
    """Let a charge reach the balance."""
    of_charge["balance_transaction"] = movement(
        stripe, f"txn_{of_charge['id']}", "charge", of_charge["amount"], of_charge["id"], at, fee
    )


def completed(session: Json, payment_status: str, **links: Any) -> Json:
    """Complete a Checkout Session, and return it."""
    session |= {"status": "complete", "payment_status": payment_status, "customer": "cus_1", **links}
    session["customer_details"] = {"email": "mary.byrne@reader.example", "name": "Mary Byrne"}
    return session
