"""Post balance transactions that belong to no charge, dispute or payout (rules 11, 16, 17 and 19)."""

from service.ledger.accounts import Account
from service.ledger.entries import Entry, EntryReason
from service.ledger.posting.rules import movement_entry, moves_payments_balance
from service.stripe_gateway.facts import BalanceTransaction

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
_RULES = {
    "network_cost": (EntryReason.FEE, Account.OTHER_FEES),
    "tax": (EntryReason.FEE, Account.TAX_ON_FEES),
    "topup": (EntryReason.TOPUP, Account.BANK),
    "topup_reversal": (EntryReason.TOPUP, Account.BANK),
    **dict.fromkeys(_RESERVE_CATEGORIES, (EntryReason.RESERVE, Account.STRIPE_RESERVES)),
}
_DISPUTE_PREFIXES = ("dp_", "du_")


def standalone_entries(transaction: BalanceTransaction) -> tuple[Entry, ...]:
    """Return the entry of a fee, tax, reserve or top-up. A category that no rule knows goes to suspense (rule 19).

    Transactions of Stripe's other balances have no entry.
    """
    if not moves_payments_balance(transaction):
        return ()
    reason, account = _reason_and_account(transaction)
    lines = [(account, -transaction.amount_minor)]
    source_type = "dispute" if account is Account.DISPUTE_FEES else transaction.reporting_category
    return (movement_entry(transaction, reason, source_type, Account.OTHER_FEES, lines),)


def _reason_and_account(transaction: BalanceTransaction) -> tuple[EntryReason, Account]:
    """Return why the transaction is posted, and the account that its amount goes to."""
    category = transaction.reporting_category
    if category == "fee":
        is_of_dispute = (transaction.source_id or "").startswith(_DISPUTE_PREFIXES)
        return EntryReason.FEE, Account.DISPUTE_FEES if is_of_dispute else Account.OTHER_FEES
    return _RULES.get(category, (EntryReason.UNCLASSIFIED, Account.SUSPENSE))
