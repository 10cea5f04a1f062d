"""What happens to a contribution. Each function changes Stripe's objects and returns the events that Stripe sends."""

from typing import Any

from tests.scenarios.objects import DAY, charge, completed, event, intent, movement, settle
from tests.scenarios.scripted_stripe import Json, ScriptedStripe


def one_off_paid(stripe: ScriptedStripe, session: Json, at: int) -> list[Json]:
    """Pay by card on the hosted page; the balance transaction comes a moment later."""
    number = session["id"].rpartition("_")[2]
    paid = intent(
        stripe, f"pi_{number}", "succeeded", session["amount_total"], at, metadata=session["_intent_metadata"]
    )
    charged = charge(stripe, f"ch_{number}", paid, "succeeded", at)
    completed(session, "paid", payment_intent=paid["id"])
    events = [
        event("charge.succeeded", charged, at),
        event("payment_intent.succeeded", paid, at),
        event("checkout.session.completed", session, at),
    ]
    settle(stripe, charged, at)
    return [*events, event("charge.updated", charged, at + 1)]


def one_off_delayed(stripe: ScriptedStripe, session: Json, at: int) -> list[Json]:
    """Pay by bank debit, which stays pending."""
    number = session["id"].rpartition("_")[2]
    under_way = intent(
        stripe, f"pi_{number}", "processing", session["amount_total"], at, metadata=session["_intent_metadata"]
    )
    charged = charge(stripe, f"ch_{number}", under_way, "pending", at, payment_method_details={"type": "sepa_debit"})
    completed(session, "unpaid", payment_intent=under_way["id"])
    return [
        event("payment_intent.processing", under_way, at),
        event("charge.pending", charged, at),
        event("checkout.session.completed", session, at),
    ]


def delayed_ends(stripe: ScriptedStripe, session: Json, at: int, *, is_good: bool) -> list[Json]:
    """Let the pending bank debit succeed or fail."""
    under_way = stripe.objects[session["payment_intent"]]
    charged = stripe.objects[under_way["latest_charge"]]
    if is_good:
        under_way |= {"status": "succeeded", "amount_received": under_way["amount"]}
        charged |= {"status": "succeeded", "paid": True}
        settle(stripe, charged, at)
        session["payment_status"] = "paid"
        kinds = ("charge.succeeded", "payment_intent.succeeded", "checkout.session.async_payment_succeeded")
    else:
        under_way |= {"status": "requires_payment_method", "last_payment_error": {"code": "debit_not_authorized"}}
        charged |= {"status": "failed", "paid": False, "failure_code": "debit_not_authorized"}
        kinds = ("charge.failed", "payment_intent.payment_failed", "checkout.session.async_payment_failed")
    return [event(kind, about, at) for kind, about in zip(kinds, (charged, under_way, session), strict=True)]


def refunded(stripe: ScriptedStripe, of_charge: Json, amount: int, at: int, number: int = 1) -> list[Json]:
    """Refund a part of a charge or all of it."""
    id_ = f"re_{of_charge['id']}_{number}"
    stripe.put(
        {
            "id": id_,
            "object": "refund",
            "status": "succeeded",
            "amount": amount,
            "currency": "eur",
            "charge": of_charge["id"],
            "payment_intent": of_charge["payment_intent"],
            "created": at,
            "metadata": {},
            "balance_transaction": movement(stripe, f"txn_{id_}", "refund", -amount, id_, at),
            "failure_balance_transaction": None,
            "reason": "requested_by_customer",
        }
    )
    of_charge["amount_refunded"] += amount
    of_charge["refunded"] = of_charge["amount_refunded"] == of_charge["amount"]
    return [event("refund.created", stripe.objects[id_], at), event("charge.refunded", of_charge, at)]


def refund_fails(stripe: ScriptedStripe, refund: Json, at: int) -> list[Json]:
    """Let a refund fail, which returns its money to the balance."""
    id_ = movement(stripe, f"txn_{refund['id']}_back", "refund_failure", refund["amount"], refund["id"], at)
    refund |= {"status": "failed", "failure_balance_transaction": id_, "failure_reason": "lost_or_stolen_card"}
    of_charge = stripe.objects[refund["charge"]]
    of_charge |= {"amount_refunded": of_charge["amount_refunded"] - refund["amount"], "refunded": False}
    return [event("refund.failed", refund, at), event("charge.refund.updated", refund, at)]


def disputed(stripe: ScriptedStripe, of_charge: Json, at: int) -> list[Json]:
    """Dispute a charge, which withdraws its amount and a fee."""
    withdrawal = movement(stripe, "txn_du_1", "dispute", -of_charge["amount"], "du_1", at, 2000)
    stripe.put(
        {
            "id": "du_1",
            "object": "dispute",
            "status": "needs_response",
            "amount": of_charge["amount"],
            "currency": "eur",
            "charge": of_charge["id"],
            "payment_intent": of_charge["payment_intent"],
            "created": at,
            "livemode": False,
            "reason": "fraudulent",
            "is_charge_refundable": False,
            "balance_transactions": [stripe.objects[withdrawal]],
            "evidence_details": {"due_by": at + 7 * DAY, "has_evidence": False, "submission_count": 0},
        }
    )
    of_charge["disputed"] = True
    dispute = stripe.objects["du_1"]
    return [event("charge.dispute.created", dispute, at), event("charge.dispute.funds_withdrawn", dispute, at)]


def dispute_ends(stripe: ScriptedStripe, at: int, *, is_won: bool) -> list[Json]:
    """Close the dispute. If it is won, its amount and fee return."""
    dispute = stripe.objects["du_1"]
    dispute["status"] = "won" if is_won else "lost"
    events = [event("charge.dispute.closed", dispute, at)]
    if is_won:
        back = movement(stripe, "txn_du_1_back", "dispute_reversal", dispute["amount"], "du_1", at, -2000)
        dispute["balance_transactions"] = [*dispute["balance_transactions"], stripe.objects[back]]
        events.append(event("charge.dispute.funds_reinstated", dispute, at))
    return events


def paid_out(stripe: ScriptedStripe, at: int) -> list[Json]:
    """Pay out everything that is on the balance."""
    transactions = stripe.of_kind("balance_transaction")
    carried = [transaction for transaction in transactions if transaction["id"] not in stripe.payout_of]
    amount = sum(transaction["net"] for transaction in carried)
    own = movement(stripe, "txn_po_1", "payout", -amount, "po_1", at)
    stripe.payout_of |= {transaction["id"]: "po_1" for transaction in carried} | {own: "po_1"}
    return payout_events(stripe, "po_1", amount, at, own)


def payout_events(stripe: ScriptedStripe, id_: str, amount: int, at: int, own: str, **more: Any) -> list[Json]:
    """Create a payout whose own balance transaction is `own`, and return every event of it."""
    stripe.put(
        {
            "id": id_,
            "object": "payout",
            "status": "paid",
            "amount": amount,
            "currency": "eur",
            "created": at,
            "arrival_date": at - at % DAY + DAY,
            "automatic": True,
            "livemode": False,
            "method": "standard",
            "reconciliation_status": "completed",
            "balance_transaction": own,
            "failure_balance_transaction": None,
            **more,
        }
    )
    kinds = ("payout.created", "payout.updated", "payout.paid", "payout.reconciliation_completed")
    return [event(kind, stripe.objects[id_], at) for kind in kinds]
