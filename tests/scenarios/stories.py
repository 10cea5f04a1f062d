"""What happens to one gift: each function changes Stripe's objects and returns the events Stripe would send of it."""

from typing import Any

from tests.scenarios.objects import DAY, charge, completed, event, intent, movement, settle
from tests.scenarios.scripted import Json, ScriptedStripe


def one_off_paid(stripe: ScriptedStripe, session: Json, at: int) -> list[Json]:
    """A card pays on the hosted page; the balance transaction comes a moment later."""
    number = session["id"].rpartition("_")[2]
    paid = intent(
        stripe, f"pi_{number}", "succeeded", session["amount_total"], at, metadata=session["_intent_metadata"]
    )
    taken = charge(stripe, f"ch_{number}", paid, "succeeded", at)
    completed(session, "paid", payment_intent=paid["id"])
    said = [
        event("charge.succeeded", taken, at),
        event("payment_intent.succeeded", paid, at),
        event("checkout.session.completed", session, at),
    ]
    settle(stripe, taken, at)
    return [*said, event("charge.updated", taken, at + 1)]


def one_off_delayed(stripe: ScriptedStripe, session: Json, at: int) -> list[Json]:
    """A bank debit is on its way."""
    number = session["id"].rpartition("_")[2]
    under_way = intent(
        stripe, f"pi_{number}", "processing", session["amount_total"], at, metadata=session["_intent_metadata"]
    )
    taken = charge(stripe, f"ch_{number}", under_way, "pending", at, payment_method_details={"type": "sepa_debit"})
    completed(session, "unpaid", payment_intent=under_way["id"])
    return [
        event("payment_intent.processing", under_way, at),
        event("charge.pending", taken, at),
        event("checkout.session.completed", session, at),
    ]


def delayed_ends(stripe: ScriptedStripe, session: Json, at: int, *, is_good: bool) -> list[Json]:
    under_way = stripe.objects[session["payment_intent"]]
    taken = stripe.objects[under_way["latest_charge"]]
    if is_good:
        under_way |= {"status": "succeeded", "amount_received": under_way["amount"]}
        taken |= {"status": "succeeded", "paid": True}
        settle(stripe, taken, at)
        session["payment_status"] = "paid"
        kinds = ("charge.succeeded", "payment_intent.succeeded", "checkout.session.async_payment_succeeded")
    else:
        under_way |= {"status": "requires_payment_method", "last_payment_error": {"code": "debit_not_authorized"}}
        taken |= {"status": "failed", "paid": False, "failure_code": "debit_not_authorized"}
        kinds = ("charge.failed", "payment_intent.payment_failed", "checkout.session.async_payment_failed")
    return [event(kind, about, at) for kind, about in zip(kinds, (taken, under_way, session), strict=True)]


def refunded(stripe: ScriptedStripe, of_charge: Json, amount: int, at: int, number: int = 1) -> list[Json]:
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
    id_ = movement(stripe, f"txn_{refund['id']}_back", "refund_failure", refund["amount"], refund["id"], at)
    refund |= {"status": "failed", "failure_balance_transaction": id_, "failure_reason": "lost_or_stolen_card"}
    of_charge = stripe.objects[refund["charge"]]
    of_charge |= {"amount_refunded": of_charge["amount_refunded"] - refund["amount"], "refunded": False}
    return [event("refund.failed", refund, at), event("charge.refund.updated", refund, at)]


def disputed(stripe: ScriptedStripe, of_charge: Json, at: int) -> list[Json]:
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
    dispute = stripe.objects["du_1"]
    dispute["status"] = "won" if is_won else "lost"
    said = [event("charge.dispute.closed", dispute, at)]
    if is_won:
        back = movement(stripe, "txn_du_1_back", "dispute_reversal", dispute["amount"], "du_1", at, -2000)
        dispute["balance_transactions"] = [*dispute["balance_transactions"], stripe.objects[back]]
        said.append(event("charge.dispute.funds_reinstated", dispute, at))
    return said


def paid_out(stripe: ScriptedStripe, at: int) -> list[Json]:
    """An automatic payout of everything that is on the balance."""
    carried = [each for each in stripe.of_kind("balance_transaction") if each["id"] not in stripe.payout_of]
    amount = sum(each["net"] for each in carried)
    own = movement(stripe, "txn_po_1", "payout", -amount, "po_1", at)
    stripe.payout_of |= {each["id"]: "po_1" for each in carried} | {own: "po_1"}
    return payout_told(stripe, "po_1", amount, at, own)


def payout_told(stripe: ScriptedStripe, id_: str, amount: int, at: int, own: str, **more: Any) -> list[Json]:
    """A payout whose movement is `own`, and all that is told of it."""
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
