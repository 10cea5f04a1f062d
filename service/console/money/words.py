"""Amounts, states and reasons in the words of the console."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from service.contributions.contribution import ContributionState
from service.contributions.search.failed_payments_store import FailedOutcome
from service.ledger.entries import EntryReason
from service.ledger.net_receipts.report import Figure
from service.money import Interval, Money, exponent
from service.pages.language import SYMBOLS

MINUS = "\N{MINUS SIGN}"
KINDS: Final[Mapping[Interval, str]] = {
    Interval.ONE_OFF: "once",
    Interval.MONTH: "every month",
    Interval.YEAR: "every year",
}
STATES: Final[Mapping[ContributionState, str]] = {
    ContributionState.ATTEMPTED: "begun, not paid",
    ContributionState.PENDING: "payment on its way",
    ContributionState.EXPIRED: "left without paying",
    ContributionState.FAILED: "payment failed",
    ContributionState.COMPLETE: "paid",
    ContributionState.REFUNDED: "refunded",
    ContributionState.ACTIVE: "running",
    ContributionState.PAST_DUE: "running, payments fail",
    ContributionState.CANCELING: "cancelled, runs until its end",
    ContributionState.PAUSED: "paused",
    ContributionState.CANCELED: "ended",
}
OUTCOMES: Final[Mapping[FailedOutcome, str]] = {
    FailedOutcome.PAID: "came back",
    FailedOutcome.OPEN: "is tried again",
    FailedOutcome.LOST: "did not come back",
}
FIGURES: Final[Mapping[Figure, str]] = {
    Figure.GROSS: "Contributions received",
    Figure.FEES: "Fees",
    Figure.REFUNDS: "Refunds",
    Figure.DISPUTES: "Disputes",
    Figure.FX: "Exchange differences",
}
REASONS: Final[Mapping[str, str]] = {
    EntryReason.CHARGE: "payment",
    EntryReason.CHARGE_SUCCEEDED: "payment, after days on its way",
    EntryReason.CHARGE_MATCHED: "payment, recognised later",
    EntryReason.CHARGE_FAILED: "payment that failed after all",
    EntryReason.REFUND: "refund",
    EntryReason.REFUND_FAILED: "refund that failed",
    EntryReason.DISPUTE_WITHDRAWN: "money taken by a bank",
    EntryReason.DISPUTE_RETURNED: "money returned by a bank",
    EntryReason.DISPUTE_CLOSED: "dispute decided",
    EntryReason.FEE: "fee of Stripe",
}


def amount(minor: int, currency: str) -> str:
    """Return an amount as people write it, with all digits of the currency: `€1,204.10`, or `−€5.00` below zero."""
    digits = exponent(currency)
    number = f"{Decimal(abs(minor)).scaleb(-digits):,.{digits}f}"
    symbol = SYMBOLS.get(currency, f"{currency}\N{NO-BREAK SPACE}")
    return f"{MINUS if minor < 0 else ''}{symbol}{number}"


def money(value: Money) -> str:
    """Return an amount as people write it."""
    return amount(value.amount_minor, value.currency)


def reason(code: str) -> str:
    """Return why an entry was posted."""
    return REASONS.get(code, code.replace("_", " "))


def short_id(id_: str) -> str:
    """Return the beginning of an id, for tables. Files have the whole id."""
    return f"{id_[:11]}…" if len(id_) > 14 else id_
