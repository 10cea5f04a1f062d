"""Stripe's money objects as its API returns them, for money that is only pulled."""

from typing import Any

from service.money import Interval
from service.stripe_gateway.facts import ContributionMark
from service.stripe_gateway.marks import mark_metadata
from tests.scenarios.scripted_stripe import Json

FIRST = 1_793_500_000  # 2026-11-01T00:26:40Z


def marked(number: int = 1, interval: Interval = Interval.ONE_OFF) -> Json:
    """Return the metadata that marks a charge as a contribution of ours."""
    return dict(mark_metadata(ContributionMark(f"ctb_{number}", "gazette", interval)))


def movement(id_: str, category: str, amount: int, source: str | None, **given: Any) -> Json:
    """Return a balance transaction created `hours` after the first; `fee` includes `tax`."""
    fee, tax, currency = given.get("fee", 0), given.get("tax", 0), given.get("currency", "eur")
    details = [("stripe_fee", fee - tax), ("tax", tax)]
    return {
        "id": id_,
        "object": "balance_transaction",
        "amount": amount,
        "fee": fee,
        "net": amount - fee,
        "currency": currency,
        "reporting_category": category,
        "type": category,
        "source": source,
        "status": "available",
        "balance_type": given.get("balance_type", "payments"),
        "created": FIRST + 3600 * given.get("hours", 0),
        "available_on": FIRST + 3600 * (given.get("hours", 0) + 48),
        "fee_details": [{"type": kind, "amount": part, "currency": currency} for kind, part in details if part],
    }


def charge(id_: str, amount: int, transaction: str | None = None, **given: Any) -> Json:
    """Return a charge that carries the mark of contribution 1 unless `metadata` is given."""
    status = given.pop("status", "succeeded")
    return {
        "id": id_,
        "object": "charge",
        "amount": amount,
        "amount_captured": amount if status == "succeeded" else 0,
        "amount_refunded": 0,
        "currency": "eur",
        "status": status,
        "paid": status == "succeeded",
        "captured": True,
        "balance_transaction": transaction,
        "customer": "cus_1",
        "metadata": marked(),
        "livemode": False,
        "created": FIRST,
    } | given


def refund(id_: str, charge_id: str, amount: int, transaction: str | None, **given: Any) -> Json:
    return {
        "id": id_,
        "object": "refund",
        "amount": amount,
        "charge": charge_id,
        "currency": "eur",
        "status": "succeeded",
        "balance_transaction": transaction,
        "created": FIRST,
    } | given


def dispute(id_: str, charge_id: str, amount: int, status: str, *transactions: Json) -> Json:
    return {
        "id": id_,
        "object": "dispute",
        "amount": amount,
        "charge": charge_id,
        "currency": "eur",
        "status": status,
        "balance_transactions": list(transactions),
        "created": FIRST,
        "livemode": False,
        "is_charge_refundable": False,
        "evidence_details": {},
    }


def payout(id_: str, amount: int, status: str, transaction: str, **given: Any) -> Json:
    return {
        "id": id_,
        "object": "payout",
        "amount": amount,
        "currency": "eur",
        "status": status,
        "automatic": True,
        "livemode": False,
        "method": "standard",
        "reconciliation_status": "completed",
        "balance_transaction": transaction,
        "arrival_date": FIRST + 5 * 86_400,
        "created": FIRST + 86_400,
    } | given
