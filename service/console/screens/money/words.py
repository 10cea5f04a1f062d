"""Amounts, states and reasons in the words of the console."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from service.console.tables import Badge
from service.contributions.contribution import ContributionState
from service.contributions.search.failed_payments_store import FailedOutcome
from service.contributions.search.store import FoundContribution
from service.errors import DomainError
from service.ledger.entries import EntryReason
from service.ledger.net_receipts.report import Figure
from service.money import Interval, Money, exponent, major_text
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
LOOKS: Final[Mapping[ContributionState, Badge]] = {
    ContributionState.ATTEMPTED: Badge.WAITS,
    ContributionState.PENDING: Badge.WAITS,
    ContributionState.EXPIRED: Badge.OVER,
    ContributionState.FAILED: Badge.OVER,
    ContributionState.COMPLETE: Badge.DONE,
    ContributionState.REFUNDED: Badge.OVER,
    ContributionState.ACTIVE: Badge.DONE,
    ContributionState.PAST_DUE: Badge.WAITS,
    ContributionState.CANCELING: Badge.WAITS,
    ContributionState.PAUSED: Badge.WAITS,
    ContributionState.CANCELED: Badge.OVER,
}
# What a dispute adds to the state of a contribution. A dispute that was won adds nothing.
DISPUTED: Final[Mapping[str, str]] = {
    "needs_response": "disputed, answer it",
    "warning_needs_response": "bank asks, answer it",
    "under_review": "disputed, bank decides",
    "warning_under_review": "bank asks, waits",
    "lost": "dispute lost",
}
OUTCOMES: Final[Mapping[FailedOutcome, str]] = {
    FailedOutcome.PAID: "came back",
    FailedOutcome.OPEN: "is tried again",
    FailedOutcome.LOST: "did not come back",
}
OUTCOME_LOOKS: Final[Mapping[FailedOutcome, Badge]] = {
    FailedOutcome.PAID: Badge.DONE,
    FailedOutcome.OPEN: Badge.WAITS,
    FailedOutcome.LOST: Badge.OVER,
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


def typed(value: Money) -> str:
    """Return an amount as a person would type it into a field: `12.50`."""
    return major_text(value.amount_minor, value.currency)


def state(found: FoundContribution) -> str:
    """Return the state of a contribution in words, with a dispute or a partial refund if there is one."""
    if found.dispute_status and found.dispute_status in DISPUTED:
        return DISPUTED[found.dispute_status]
    is_partly_refunded = found.state is ContributionState.COMPLETE and found.refunded_minor > 0
    return "partly refunded" if is_partly_refunded else STATES[found.state]


def look(found: FoundContribution) -> Badge:
    """Return how the state of a contribution looks. A dispute that must be answered needs a person."""
    status = found.dispute_status or ""
    if status.endswith("needs_response"):
        return Badge.NEEDS
    return Badge.WAITS if status in DISPUTED and status != "lost" else LOOKS[found.state]


def reason(code: str) -> str:
    """Return why an entry was posted."""
    return REASONS.get(code, code.replace("_", " "))


def short_id(id_: str) -> str:
    """Return the beginning of an id, for tables. Files have the whole id."""
    return f"{id_[:11]}…" if len(id_) > 14 else id_


def sentence(error: DomainError) -> str:
    """Return the message of an error as a sentence."""
    text = error.title.rstrip(".")
    return f"{text[:1].upper()}{text[1:]}."
