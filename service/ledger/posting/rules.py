"""What all posting rules share: the entry of a balance transaction, its fee lines, and the order of entries.

Posting is pure: equal facts give equal entries. Facts that need each other are posted as a cluster: a charge with its
refunds, a dispute, a payout, or a single balance transaction. An entry that needs a fact we do not have yet is not
posted; the missing fact queues the cluster again. docs/money.md lists the rules under the numbers that the code uses.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from service.ledger.accounts import Account
from service.ledger.entries import Entry, EntryReason, merge_postings
from service.stripe_gateway.facts import BalanceTransaction

_TAX_TYPES = frozenset({"tax", "withheld_tax"})

Line = tuple[str, int]  # an account's code and minor units


def moves_payments_balance(transaction: BalanceTransaction) -> bool:
    """Return True if the transaction moves Stripe's payments balance, the only one that the ledger posts.

    Transactions of Stripe's other balances are stored and compared, but posting them would count the money twice.
    """
    return transaction.balance_type == "payments"


def movement_entry(
    transaction: BalanceTransaction, reason: EntryReason, source_type: str, fee_account: Account, lines: Iterable[Line]
) -> Entry:
    """Return the entry of a balance transaction: its net on the Stripe balance, its fee, and `lines` for its amount.

    If the net is not amount less fee, which Stripe never sends, the residue goes to suspense, so that it is noticed.
    """
    source_id = transaction.source_id or transaction.id
    residue = transaction.amount_minor - transaction.fee_minor - transaction.net_minor
    return Entry(
        key=f"bt:{transaction.id}",
        reason=reason,
        source_type=source_type,
        source_id=source_id,
        currency=transaction.currency,
        effective_at=transaction.created_at,
        postings=merge_postings(
            (
                (Account.STRIPE_BALANCE, transaction.net_minor),
                *fee_lines(transaction, fee_account),
                *lines,
                (Account.SUSPENSE, residue),
            )
        ),
        causes=tuple(dict.fromkeys((transaction.id, source_id))),
        balance_transaction_id=transaction.id,
    )


def fee_lines(transaction: BalanceTransaction, fee_account: Account) -> Iterator[Line]:
    """Yield the fee and, on an account of its own, the tax on it. A fee without components goes to `fee_account`."""
    tax_minor = sum(
        detail.amount_minor
        for detail in transaction.fee_details
        if detail.type in _TAX_TYPES and detail.currency == transaction.currency
    )
    yield fee_account, transaction.fee_minor - tax_minor
    yield Account.TAX_ON_FEES, tax_minor


def in_order(transactions: Iterable[BalanceTransaction]) -> list[BalanceTransaction]:
    """Sort transactions by creation, then id, which is the order of the entries within a cluster."""
    return sorted(transactions, key=_order)


def _order(transaction: BalanceTransaction) -> tuple[datetime, str]:
    return transaction.created_at, transaction.id
