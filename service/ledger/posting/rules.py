"""Posting: from facts to entries. Pure, so the same facts always give the same entries.

Facts are posted in clusters that need each other: a charge with its refunds, a dispute, a payout, or a balance
transaction alone. What cannot be known yet is not posted yet; the fact that completes it brings the cluster back.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from service.ledger.accounts import Account
from service.ledger.entries import Entry, EntryReason, merged
from service.stripe_gateway.facts import BalanceTransaction

_TAX_TYPES = frozenset({"tax", "withheld_tax"})
_RESERVE_CATEGORIES = frozenset(
    {
        "risk_reserved_funds",
        "reserved_funds",
        "reserve_transaction",
        "reserve_hold",
        "reserve_release",
        "payout_minimum_balance_hold",
        "payout_minimum_balance_release",
    }
)
_OWN_ACCOUNTS = {
    "network_cost": (EntryReason.FEE, Account.OTHER_FEES),
    "tax": (EntryReason.FEE, Account.TAX_ON_FEES),
    "topup": (EntryReason.TOPUP, Account.BANK),
    "topup_reversal": (EntryReason.TOPUP, Account.BANK),
    **dict.fromkeys(_RESERVE_CATEGORIES, (EntryReason.RESERVE, Account.STRIPE_RESERVES)),
}
_DISPUTE_PREFIXES = ("dp_", "du_")

Line = tuple[Account, int]


def moves_payments_balance(transaction: BalanceTransaction) -> bool:
    """Lines of Stripe's other purses are kept and compared, but not journaled a second time."""
    return transaction.balance_type == "payments"


def movement_entry(
    transaction: BalanceTransaction, reason: EntryReason, source_type: str, fee_account: Account, lines: Iterable[Line]
) -> Entry:
    """The entry of one balance transaction: its net on the Stripe balance, its fee, and `lines` for its amount.

    A net that is not amount minus fee, which Stripe never sends, leaves its residue in suspense instead of being lost.
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
        postings=merged(
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
    """The fee, with the tax on it apart. A fee that its components do not explain goes to `fee_account` whole."""
    tax_minor = sum(
        detail.amount_minor
        for detail in transaction.fee_details
        if detail.type in _TAX_TYPES and detail.currency == transaction.currency
    )
    yield fee_account, transaction.fee_minor - tax_minor
    yield Account.TAX_ON_FEES, tax_minor


def standalone_entries(transaction: BalanceTransaction) -> tuple[Entry, ...]:
    """Fees, taxes, reserves, top-ups; and suspense for every category nobody has thought of (rules 11, 16, 17, 19)."""
    if not moves_payments_balance(transaction):
        return ()
    reason, account = _classified(transaction)
    lines = [(account, -transaction.amount_minor)]
    source_type = "dispute" if account is Account.DISPUTE_FEES else transaction.reporting_category
    return (movement_entry(transaction, reason, source_type, Account.OTHER_FEES, lines),)


def _classified(transaction: BalanceTransaction) -> tuple[EntryReason, Account]:
    category = transaction.reporting_category
    if category == "fee":
        is_of_dispute = (transaction.source_id or "").startswith(_DISPUTE_PREFIXES)
        return EntryReason.FEE, Account.DISPUTE_FEES if is_of_dispute else Account.OTHER_FEES
    return _OWN_ACCOUNTS.get(category, (EntryReason.UNCLASSIFIED, Account.SUSPENSE))


def in_order(transactions: Iterable[BalanceTransaction]) -> list[BalanceTransaction]:
    """By creation, then id: the order in which entries of one cluster are made."""
    return sorted(transactions, key=_order)


def _order(transaction: BalanceTransaction) -> tuple[datetime, str]:
    return transaction.created_at, transaction.id
