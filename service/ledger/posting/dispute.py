"""Post a dispute: what was withdrawn, what came back, and what is left at its end (rules 7 to 10)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from service.ledger.accounts import Account
from service.ledger.entries import Entry, EntryReason, PostedEntry, merge_postings
from service.ledger.posting.rules import in_order, movement_entry, moves_payments_balance
from service.stripe_gateway.facts import BalanceTransaction, Dispute

_CLOSED = frozenset({"won", "lost", "prevented", "warning_closed"})


@dataclass(frozen=True, slots=True)
class DisputeCluster:
    """A dispute (None while it is unknown), its balance transactions, and the entries `posted` for it so far.

    `seen_at` has the instants at which the dispute reached each closed status.
    """

    dispute: Dispute | None
    transactions: tuple[BalanceTransaction, ...]
    seen_at: Mapping[str, datetime]
    posted: tuple[PostedEntry, ...] = ()


def dispute_entries(cluster: DisputeCluster) -> tuple[Entry, ...]:
    """Return every entry of a dispute that its facts allow so far, including those already posted."""
    transactions = [
        transaction
        for transaction in in_order(filter(moves_payments_balance, cluster.transactions))
        if transaction.reporting_category in {"dispute", "dispute_reversal"}
    ]
    movements = tuple(_movement(transaction) for transaction in transactions)
    if cluster.dispute is None:
        return movements
    return (*movements, *_closures(cluster.dispute, cluster, transactions))


def _movement(transaction: BalanceTransaction) -> Entry:
    """Post a withdrawal (rule 7) or a reinstatement (rule 8)."""
    is_withdrawal = transaction.reporting_category == "dispute"
    reason = EntryReason.DISPUTE_WITHDRAWN if is_withdrawal else EntryReason.DISPUTE_RETURNED
    lines = [(Account.DISPUTED_FUNDS, -transaction.amount_minor)]
    return movement_entry(transaction, reason, "dispute", Account.DISPUTE_FEES, lines)


def _closures(dispute: Dispute, cluster: DisputeCluster, transactions: list[BalanceTransaction]) -> Iterator[Entry]:
    """Post the end of a dispute (rules 9 and 10).

    A closing entry covers the transactions known when it was posted; later transactions get another closing entry.
    """
    by_id = {transaction.id: transaction for transaction in transactions}
    covered: set[str] = set()
    earlier = [entry for entry in cluster.posted if entry.reason is EntryReason.DISPUTE_CLOSED]
    for posted in sorted(earlier, key=lambda entry: entry.seq):
        movements = [by_id[cause] for cause in posted.causes if cause in by_id]
        covered.update(transaction.id for transaction in movements)
        yield from _closing_entry(dispute, posted.key, movements, cluster.seen_at)
    uncovered = [transaction for transaction in transactions if transaction.id not in covered]
    if uncovered and _can_close(dispute, transactions):
        number = len(earlier) + 1
        key = f"ev:{dispute.id}:{dispute.status}" + (f":{number}" if earlier else "")
        yield from _closing_entry(dispute, key, uncovered, cluster.seen_at)


def _can_close(dispute: Dispute, transactions: list[BalanceTransaction]) -> bool:
    """Return True if the dispute is closed and we have every transaction that Stripe lists for it.

    A won dispute must also have returned its money.
    """
    known = {transaction.id for transaction in transactions}
    if dispute.status not in _CLOSED or not known.issuperset(dispute.balance_transaction_ids):
        return False
    has_return = any(transaction.reporting_category == "dispute_reversal" for transaction in transactions)
    return has_return if dispute.status == "won" else True


def _closing_entry(
    dispute: Dispute, key: str, movements: list[BalanceTransaction], seen_at: Mapping[str, datetime]
) -> Iterator[Entry]:
    """Post what the issuer keeps: a lost chargeback, or the FX difference of a dispute won in another currency."""
    status = key.split(":")[2]
    currency = movements[0].currency
    rest_minor = -sum(transaction.amount_minor for transaction in movements)
    is_exchange = status == "won" and currency != dispute.currency
    account = Account.FX_DIFFERENCES if is_exchange else Account.CHARGEBACKS_LOST
    if rest_minor:
        latest = max(transaction.created_at for transaction in movements)
        yield Entry(
            key=key,
            reason=EntryReason.DISPUTE_CLOSED,
            source_type="dispute",
            source_id=dispute.id,
            currency=currency,
            effective_at=max(seen_at.get(status, latest), latest),
            postings=merge_postings(((account, rest_minor), (Account.DISPUTED_FUNDS, -rest_minor))),
            causes=(dispute.id, *(transaction.id for transaction in movements)),
        )
