"""Post a payout: on its way, in the bank, or returned (rules 12 to 15). A negative payout has reversed signs."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time

from service.ledger.accounts import Account
from service.ledger.entries import Entry, EntryReason, merge_postings
from service.ledger.posting.rules import in_order, movement_entry, moves_payments_balance
from service.stripe_gateway.facts import BalanceTransaction, Payout


@dataclass(frozen=True, slots=True)
class PayoutCluster:
    """A payout (None while it is unknown) and its own balance transactions. `was_paid` stays true if it fails later."""

    payout: Payout | None
    transactions: tuple[BalanceTransaction, ...]
    was_paid: bool


def payout_entries(cluster: PayoutCluster) -> tuple[Entry, ...]:
    """Return every entry of a payout that its facts allow so far, including those already posted."""
    return tuple(_entries(cluster))


def _entries(cluster: PayoutCluster) -> Iterator[Entry]:
    transactions = in_order(filter(moves_payments_balance, cluster.transactions))
    sent = [transaction for transaction in transactions if transaction.reporting_category == "payout"]
    for transaction in sent:
        lines = [(Account.PAYOUTS_IN_TRANSIT, -transaction.amount_minor)]
        yield movement_entry(transaction, EntryReason.PAYOUT, "payout", Account.OTHER_FEES, lines)
    if cluster.payout is None:
        return
    if cluster.was_paid and sent:
        yield _arrival(cluster.payout, sent)
    if cluster.payout.status in {"failed", "canceled"}:
        yield from _returns(transactions, Account.BANK if cluster.was_paid else Account.PAYOUTS_IN_TRANSIT)


def _arrival(payout: Payout, sent: list[BalanceTransaction]) -> Entry:
    """Post the arrival of what left the balance (rule 13), on Stripe's arrival date in every timezone."""
    amount_minor = -sum(transaction.amount_minor for transaction in sent)
    lines = ((Account.BANK, amount_minor), (Account.PAYOUTS_IN_TRANSIT, -amount_minor))
    return Entry(
        key=f"ev:{payout.id}:paid",
        reason=EntryReason.PAYOUT_PAID,
        source_type="payout",
        source_id=payout.id,
        currency=sent[0].currency,
        effective_at=datetime.combine(payout.arrival_on, time.min, UTC),
        dated_on=payout.arrival_on,
        postings=merge_postings(lines),
        causes=(payout.id, *(transaction.id for transaction in sent)),
    )


def _returns(transactions: list[BalanceTransaction], account: Account) -> Iterator[Entry]:
    """Post the return of a failed or canceled payout, from the bank if it had arrived there (rule 14)."""
    for transaction in transactions:
        if transaction.reporting_category == "payout_reversal":
            lines = [(account, -transaction.amount_minor)]
            yield movement_entry(transaction, EntryReason.PAYOUT_RETURNED, "payout", Account.OTHER_FEES, lines)
