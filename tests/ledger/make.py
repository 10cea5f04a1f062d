"""Build facts for tests, with defaults for everything that a test does not care about."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from service.money import Interval
from service.stripe_gateway.facts import (
    BalanceTransaction,
    Charge,
    ContributionMark,
    Dispute,
    FeeDetail,
    Payout,
    Refund,
)

START = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)


def at(hours: float) -> datetime:
    """Return the instant `hours` after the start of every scenario."""
    return START + timedelta(hours=hours)


def mark(interval: Interval = Interval.ONE_OFF, contribution_id: str = "ctb_1") -> ContributionMark:
    return ContributionMark(contribution_id, "gazette", interval, campaign="autumn", variant="control")


def transaction(
    id_: str,
    category: str,
    amount: int,
    source: str | None,
    *,
    fee: int = 0,
    tax: int = 0,
    currency: str = "EUR",
    hours: float = 0,
    balance_type: str = "payments",
    net: int | None = None,
) -> BalanceTransaction:
    """Return a balance transaction; `fee` includes `tax`."""
    details = [FeeDetail("stripe_fee", fee - tax, currency, "Stripe processing fees")] if fee - tax else []
    if tax:
        details.append(FeeDetail("tax", tax, currency, "VAT"))
    return BalanceTransaction(
        id=id_,
        amount_minor=amount,
        fee_minor=fee,
        net_minor=amount - fee if net is None else net,
        currency=currency,
        reporting_category=category,
        type=category,
        source_id=source,
        status="pending",
        balance_type=balance_type,
        created_at=at(hours),
        available_at=at(hours + 48),
        fee_details=tuple(details),
        exchange_rate=Decimal("1.1") if currency != "EUR" else None,
    )


def charge(
    id_: str = "ch_1",
    amount: int = 1000,
    *,
    status: str = "succeeded",
    currency: str = "EUR",
    interval: Interval | None = Interval.ONE_OFF,
    refunded: int = 0,
    bt: str | None = None,
    failure_bt: str | None = None,
    captured: int | None = None,
) -> Charge:
    """Return a charge; with `interval` None it carries no contribution of ours."""
    return Charge(
        id=id_,
        status=status,
        amount_minor=amount,
        amount_captured_minor=(amount if status == "succeeded" else 0) if captured is None else captured,
        amount_refunded_minor=refunded,
        currency=currency,
        created_at=START,
        is_livemode=True,
        balance_transaction_id=bt,
        failure_balance_transaction_id=failure_bt,
        contribution=mark(interval) if interval else None,
    )


def refund(
    id_: str = "re_1",
    amount: int = 1000,
    *,
    charge: str = "ch_1",
    status: str = "succeeded",
    currency: str = "EUR",
    bt: str | None = None,
    failure_bt: str | None = None,
) -> Refund:
    return Refund(
        id=id_,
        status=status,
        amount_minor=amount,
        currency=currency,
        created_at=START,
        charge_id=charge,
        balance_transaction_id=bt,
        failure_balance_transaction_id=failure_bt,
    )


def dispute(
    id_: str = "dp_1",
    amount: int = 1000,
    *,
    status: str = "needs_response",
    currency: str = "EUR",
    charge: str = "ch_1",
    bts: tuple[str, ...] = (),
) -> Dispute:
    return Dispute(
        id=id_,
        status=status,
        amount_minor=amount,
        currency=currency,
        created_at=START,
        charge_id=charge,
        is_livemode=True,
        balance_transaction_ids=bts,
    )


def payout(
    id_: str = "po_1",
    amount: int = 5000,
    *,
    status: str = "in_transit",
    currency: str = "EUR",
    arrival_on: date = date(2026, 11, 5),
    is_automatic: bool = True,
    method: str = "standard",
    bt: str | None = None,
    reconciliation: str = "completed",
) -> Payout:
    return Payout(
        id=id_,
        status=status,
        amount_minor=amount,
        currency=currency,
        created_at=START,
        arrival_on=arrival_on,
        is_automatic=is_automatic,
        is_livemode=True,
        method=method,
        reconciliation_status=reconciliation,
        balance_transaction_id=bt,
    )
