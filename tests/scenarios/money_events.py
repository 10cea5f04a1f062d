"""Money in many currencies. Each function changes Stripe's objects and returns the events that Stripe sends."""

from typing import Any

from service.money import Interval
from service.stripe_gateway.facts import ContributionMark
from service.stripe_gateway.marks import mark_metadata
from tests.scenarios import objects
from tests.scenarios.contribution_events import payout_events
from tests.scenarios.objects import DAY, event
from tests.scenarios.scripted_stripe import Json, ScriptedStripe


def transaction(
    stripe: ScriptedStripe, id_: str, category: str, amount: int, source: str | None, at: int, **more: Any
) -> str:
    """Create a balance transaction in any currency, and return its id."""
    objects.movement(stripe, id_, category, amount, source, at, more.pop("fee", 0))
    made = stripe.objects[id_]
    made |= more
    for detail in made["fee_details"]:
        detail["currency"] = made["currency"]
    return id_


def paid(
    stripe: ScriptedStripe, number: int, amount: int, at: int, settled: int | None = None, **more: Any
) -> list[Json]:
    """Pay a contribution in `currency`, which reaches the balance as `settled` in the currency `settlement`."""
    currency, settlement = more.get("currency", "eur"), more.get("settlement", more.get("currency", "eur"))
    mark = ContributionMark(f"ctb_money_{number}", "courier", Interval.ONE_OFF)
    intent = objects.intent(
        stripe, f"pi_m{number}", "succeeded", amount, at, metadata=dict(mark_metadata(mark)), currency=currency
    )
    made = objects.charge(stripe, f"ch_m{number}", intent, "succeeded", at, currency=currency)
    made["balance_transaction"] = transaction(
        stripe,
        f"txn_m{number}",
        "charge",
        amount if settled is None else settled,
        made["id"],
        at,
        fee=more.get("fee", 0),
        currency=settlement,
        exchange_rate=None if settled is None else settled / amount,
    )
    return [event("charge.succeeded", made, at), event("payment_intent.succeeded", intent, at)]


def refunded(
    stripe: ScriptedStripe, charge_id: str, amount: int, at: int, left: int | None = None, **more: Any
) -> list[Json]:
    """Refund `amount` in the charge's currency, for which `left` leaves the balance."""
    made = stripe.objects[charge_id]
    id_ = f"re_{charge_id}_{made['amount_refunded']}"
    settlement = stripe.objects[made["balance_transaction"]]["currency"]
    own = transaction(
        stripe,
        f"txn_{id_}",
        "refund",
        -(amount if left is None else left),
        id_,
        at,
        currency=more.get("settlement", settlement),
    )
    stripe.put(
        {
            "id": id_,
            "object": "refund",
            "status": "succeeded",
            "amount": amount,
            "currency": made["currency"],
            "charge": charge_id,
            "payment_intent": made["payment_intent"],
            "created": at,
            "metadata": {},
            "balance_transaction": own,
            "failure_balance_transaction": None,
            "reason": "requested_by_customer",
        }
    )
    made["amount_refunded"] += amount
    made["refunded"] = made["amount_refunded"] == made["amount"]
    return [event("refund.created", stripe.objects[id_], at), event("charge.refunded", made, at)]


def refund_failed(stripe: ScriptedStripe, refund_id: str, at: int) -> list[Json]:
    """Let a refund fail, which returns what had left the balance."""
    refund = stripe.objects[refund_id]
    left = stripe.objects[refund["balance_transaction"]]
    id_ = f"txn_{refund_id}_back"
    transaction(stripe, id_, "refund_failure", -left["amount"], refund_id, at, currency=left["currency"])
    refund |= {"status": "failed", "failure_balance_transaction": id_}
    of_charge = stripe.objects[refund["charge"]]
    of_charge |= {"amount_refunded": of_charge["amount_refunded"] - refund["amount"], "refunded": False}
    return [event("refund.failed", refund, at), event("charge.refund.updated", refund, at)]


def disputed(
    stripe: ScriptedStripe, charge_id: str, at: int, left: int, ends: tuple[str, ...] = (), back: int = 0
) -> list[Json]:
    """Dispute a whole charge, for which `left` and a fee leave the balance.

    `ends` are the statuses that the dispute reaches, a day apart. If it is won, `back` and the fee return.
    """
    of_charge = stripe.objects[charge_id]
    id_, currency = f"du_{charge_id}", stripe.objects[of_charge["balance_transaction"]]["currency"]
    own = transaction(stripe, f"txn_{id_}", "dispute", -left, id_, at, currency=currency, fee=150)
    stripe.put(
        {
            "id": id_,
            "object": "dispute",
            "status": "needs_response",
            "amount": of_charge["amount"],
            "currency": of_charge["currency"],
            "charge": charge_id,
            "payment_intent": of_charge["payment_intent"],
            "created": at,
            "livemode": False,
            "reason": "fraudulent",
            "is_charge_refundable": False,
            "balance_transactions": [stripe.objects[own]],
            "evidence_details": {"due_by": at + 7 * DAY, "has_evidence": False, "submission_count": 0},
        }
    )
    of_charge["disputed"] = True
    dispute = stripe.objects[id_]
    events = [event("charge.dispute.created", dispute, at), event("charge.dispute.funds_withdrawn", dispute, at)]
    for number, end in enumerate(ends, start=1):
        dispute["status"] = end
        events.append(event("charge.dispute.closed", dispute, at + number * DAY))
        if end == "won":
            won = f"txn_{id_}_back"
            transaction(stripe, won, "dispute_reversal", back, id_, at + number * DAY, currency=currency, fee=-150)
            dispute["balance_transactions"] = [*dispute["balance_transactions"], stripe.objects[won]]
            events.append(event("charge.dispute.funds_reinstated", dispute, at + number * DAY))
    return events


def paid_out(stripe: ScriptedStripe, id_: str, at: int, currency: str = "eur", **more: Any) -> list[Json]:
    """Pay out all of a currency that no payout has carried; a negative amount debits the bank."""
    carried = [
        moved
        for moved in stripe.of_kind("balance_transaction")
        if moved["currency"] == currency and moved["id"] not in stripe.payout_of and moved["balance_type"] == "payments"
    ]
    amount = sum(moved["net"] for moved in carried)
    own = transaction(stripe, f"txn_{id_}", "payout", -amount, id_, at, currency=currency)
    stripe.payout_of |= {moved["id"]: id_ for moved in carried} | {own: id_}
    return payout_events(stripe, id_, amount, at, own, currency=currency, **more)


def paid_out_instantly(stripe: ScriptedStripe, id_: str, amount: int, fee: int, at: int) -> list[Json]:
    """Pay out instantly for a fee; such a payout lists no lines."""
    own = transaction(stripe, f"txn_{id_}", "payout", -amount, id_, at, fee=fee)
    more = {"automatic": False, "method": "instant", "reconciliation_status": "not_applicable"}
    return payout_events(stripe, id_, amount, at, own, **more)
