"""Post a charge with its failure and its refunds (rules 1 to 6, and 18)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from service.ledger.accounts import Account
from service.ledger.entries import Entry, EntryReason, PostedEntry, merge_postings
from service.ledger.posting.rules import Line, in_order, movement_entry, moves_payments_balance
from service.ledger.standing_rules.rule import RECEIPTS_NOT_OURS, StandingRules
from service.money import Interval
from service.stripe_gateway.facts import BalanceTransaction, Charge, Refund

INCOME_ACCOUNTS: Mapping[Interval, Account] = {
    Interval.ONE_OFF: Account.CONTRIBUTIONS_ONE_OFF,
    Interval.MONTH: Account.CONTRIBUTIONS_MONTHLY,
    Interval.YEAR: Account.CONTRIBUTIONS_ANNUAL,
}
_UNMATCHED = frozenset({EntryReason.CHARGE_NOT_OURS, EntryReason.CHARGE_SUCCEEDED_NOT_OURS})


@dataclass(frozen=True, slots=True)
class ChargeCluster:
    """A charge, its refunds, the balance transactions of both, and the entries `posted` for them so far.

    `seen_at` has the instants at which we learned of the charge's later changes, `succeeded` and `matched`.
    `not_ours_account` takes the amount if the charge carries no contribution of ours.
    """

    charge: Charge
    refunds: tuple[Refund, ...]
    transactions: tuple[BalanceTransaction, ...]
    seen_at: Mapping[str, datetime]
    posted: tuple[PostedEntry, ...] = ()
    not_ours_account: str = Account.RECEIPTS_NOT_OURS


def not_ours_account(rules: StandingRules, posted: Iterable[PostedEntry]) -> str:
    """Return the account of a charge that is not ours: by the rules of the time when it was posted, or by today's."""
    numbers = [entry.seq for entry in posted if entry.reason in _UNMATCHED]
    return rules.account_for(RECEIPTS_NOT_OURS, min(numbers, default=None)) or Account.RECEIPTS_NOT_OURS


def charge_entries(cluster: ChargeCluster) -> tuple[Entry, ...]:
    """Return every entry of a charge that its facts allow so far, including those already posted.

    A charge or refund without a balance transaction has no entry (rules 3 and 5).
    """
    transactions = in_order(filter(moves_payments_balance, cluster.transactions))
    gross = [transaction for transaction in transactions if transaction.reporting_category == "charge"]
    if not gross:
        return tuple(_refund_failures(transactions))
    history = _history(cluster)
    return (
        *_charge_entries(cluster, gross, history),
        *_recognition(cluster, gross, history),
        *_failures(cluster, transactions, history),
        *_refunds(cluster, gross, transactions),
        *_refund_failures(transactions),
    )


@dataclass(frozen=True, slots=True)
class _History:
    """How the charge is posted. Earlier entries decide, because later entries must fit them; otherwise the facts do."""

    is_in_process: bool
    is_recognised: bool
    is_unmatched: bool
    is_failure_posted: bool


def _history(cluster: ChargeCluster) -> _History:
    reasons = {entry.reason for entry in cluster.posted}
    began = reasons & {EntryReason.CHARGE, EntryReason.CHARGE_NOT_OURS, EntryReason.CHARGE_IN_PROCESS}
    is_in_process = EntryReason.CHARGE_IN_PROCESS in began if began else cluster.charge.status != "succeeded"
    was_recognised = bool(reasons & {EntryReason.CHARGE_SUCCEEDED, EntryReason.CHARGE_SUCCEEDED_NOT_OURS})
    is_failure_posted = EntryReason.CHARGE_FAILED in reasons
    is_recognised = (
        not is_in_process or was_recognised or (cluster.charge.status == "succeeded" and not is_failure_posted)
    )
    was_matched_from_the_start = bool(reasons & {EntryReason.CHARGE, EntryReason.CHARGE_SUCCEEDED})
    is_unmatched = bool(reasons & _UNMATCHED) or (
        cluster.charge.contribution is None and not was_matched_from_the_start
    )
    return _History(is_in_process, is_recognised, is_unmatched, is_failure_posted)


def _income_account(cluster: ChargeCluster) -> str:
    """Return the income account of the interval, or another account if the charge carries no contribution of ours."""
    mark = cluster.charge.contribution
    return INCOME_ACCOUNTS[mark.interval] if mark else cluster.not_ours_account


def _first_income_account(cluster: ChargeCluster, history: _History) -> str:
    """Return the income account that the charge was or is first posted to."""
    return cluster.not_ours_account if history.is_unmatched else _income_account(cluster)


def _charge_entries(cluster: ChargeCluster, gross: list[BalanceTransaction], history: _History) -> Iterator[Entry]:
    """Post the amount as income (rule 1), as a pending charge (rule 2a) or as a receipt that is not ours (rule 18)."""
    if history.is_in_process:
        account: str = Account.PAYMENTS_IN_PROCESS
        reason = EntryReason.CHARGE_IN_PROCESS
    else:
        account = _first_income_account(cluster, history)
        reason = EntryReason.CHARGE_NOT_OURS if history.is_unmatched else EntryReason.CHARGE
    for transaction in gross:
        lines = [(account, -transaction.amount_minor)]
        yield movement_entry(transaction, reason, "charge", Account.PROCESSING_FEES, lines)


def _recognition(cluster: ChargeCluster, gross: list[BalanceTransaction], history: _History) -> Iterator[Entry]:
    """Post a pending charge that succeeds (rule 2b) and a receipt that turns out to be ours (rule 18, second half)."""
    charge = cluster.charge
    amount_minor = sum(transaction.amount_minor for transaction in gross)
    if history.is_in_process and history.is_recognised:
        reason = EntryReason.CHARGE_SUCCEEDED_NOT_OURS if history.is_unmatched else EntryReason.CHARGE_SUCCEEDED
        account = _first_income_account(cluster, history)
        lines: tuple[Line, ...] = ((Account.PAYMENTS_IN_PROCESS, amount_minor), (account, -amount_minor))
        yield _change_entry(cluster, gross, "succeeded", reason, lines)
    if history.is_recognised and history.is_unmatched and charge.contribution is not None:
        lines = ((cluster.not_ours_account, amount_minor), (_income_account(cluster), -amount_minor))
        yield _change_entry(cluster, gross, "matched", EntryReason.CHARGE_MATCHED, lines)


def _change_entry(
    cluster: ChargeCluster,
    gross: list[BalanceTransaction],
    change: str,
    reason: EntryReason,
    lines: tuple[Line, ...],
) -> Entry:
    """Return the entry of a change that moves nothing on the Stripe balance, dated when we learned of it."""
    charge = cluster.charge
    first = gross[0]
    return Entry(
        key=f"ev:{charge.id}:{change}",
        reason=reason,
        source_type="charge",
        source_id=charge.id,
        currency=first.currency,
        effective_at=max(cluster.seen_at.get(change, first.created_at), first.created_at),
        postings=merge_postings(lines),
        causes=(charge.id, *(transaction.id for transaction in gross)),
    )


def _failures(cluster: ChargeCluster, transactions: list[BalanceTransaction], history: _History) -> Iterator[Entry]:
    """Take a charge that is known to have failed out of pending charges, or out of income (rule 2c)."""
    charge = cluster.charge
    for transaction in transactions:
        if transaction.reporting_category != "charge_failure":
            continue
        if charge.status != "failed" and charge.failure_balance_transaction_id != transaction.id:
            continue
        account = _income_account(cluster) if history.is_recognised else Account.PAYMENTS_IN_PROCESS
        lines = [(account, -transaction.amount_minor)]
        yield movement_entry(transaction, EntryReason.CHARGE_FAILED, "charge", Account.PROCESSING_FEES, lines)


def _refunds(
    cluster: ChargeCluster, gross: list[BalanceTransaction], transactions: list[BalanceTransaction]
) -> Iterator[Entry]:
    """Post what was refunded at the rate at which the charge was received, and the rest as FX difference (rule 4).

    Shares are cumulative, so that the last of several partial refunds clears the charge exactly.
    """
    charge = cluster.charge
    settlement = gross[0].currency
    posted_keys = {entry.key for entry in cluster.posted}
    must_wait = settlement != charge.currency and not _are_refunds_complete(cluster)
    received_minor = sum(transaction.amount_minor for transaction in gross)
    charged_minor = max(charge.amount_captured_minor or charge.amount_minor, 1)
    amounts = {refund.id: refund.amount_minor for refund in cluster.refunds}
    refunded_minor = posted_minor = 0
    for transaction in _refund_order(cluster, transactions):
        amount_minor = amounts.get(transaction.source_id or "")
        if amount_minor is None or (must_wait and f"bt:{transaction.id}" not in posted_keys):
            continue
        share_minor = -transaction.amount_minor
        if transaction.currency == settlement:
            refunded_minor += amount_minor
            share_minor = divide_half_even(received_minor * refunded_minor, charged_minor) - posted_minor
            posted_minor += share_minor
        difference_minor = -transaction.amount_minor - share_minor
        lines = [(Account.REFUNDS, share_minor), (Account.FX_DIFFERENCES, difference_minor)]
        yield movement_entry(transaction, EntryReason.REFUND, "refund", Account.PROCESSING_FEES, lines)


def _refund_order(cluster: ChargeCluster, transactions: list[BalanceTransaction]) -> list[BalanceTransaction]:
    """Sort refunds: first the posted ones in their entries' order, so that shares stay, then the rest by creation."""
    posted = {entry.key: entry.seq for entry in cluster.posted}
    unposted = max(posted.values(), default=0) + 1
    refunds = [transaction for transaction in transactions if transaction.reporting_category == "refund"]
    return sorted(refunds, key=lambda transaction: posted.get(f"bt:{transaction.id}", unposted))


def _are_refunds_complete(cluster: ChargeCluster) -> bool:
    """Return True if we have every refund that the charge counts, so that rounding does not depend on their arrival."""
    known = {transaction.id for transaction in cluster.transactions}
    known_minor = sum(refund.amount_minor for refund in cluster.refunds if refund.status != "canceled")
    return known_minor >= cluster.charge.amount_refunded_minor and all(
        refund.balance_transaction_id in known for refund in cluster.refunds if refund.balance_transaction_id
    )


def _refund_failures(transactions: list[BalanceTransaction]) -> Iterator[Entry]:
    """Post the money of a failed refund: it came back and is still owed to the contributor (rule 6)."""
    for transaction in transactions:
        if transaction.reporting_category == "refund_failure":
            lines = [(Account.FAILED_REFUNDS_OWED, -transaction.amount_minor)]
            yield movement_entry(transaction, EntryReason.REFUND_FAILED, "refund", Account.PROCESSING_FEES, lines)


def divide_half_even(numerator: int, denominator: int) -> int:
    """Divide integers exactly and round half to even. The denominator must be positive."""
    quotient, remainder = divmod(numerator, denominator)
    twice = 2 * remainder
    return quotient + (twice > denominator or (twice == denominator and quotient % 2 == 1))
