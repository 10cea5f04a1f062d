"""Post balance transactions that belong to no charge, dispute or payout (rules 11, 16, 17, 19 and 21)."""

from service.ledger.accounts import Account
from service.ledger.entries import Entry, EntryReason, PostedEntry
from service.ledger.posting.rules import movement_entry, moves_payments_balance
from service.ledger.standing_rules.rule import StandingRules
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
# The categories that posting rules decide on, so that no standing rule can.
POSTED_CATEGORIES = frozenset(_RULES) | {
    "fee",
    "charge",
    "charge_failure",
    "refund",
    "refund_failure",
    "dispute",
    "dispute_reversal",
    "payout",
    "payout_reversal",
}
_DISPUTE_PREFIXES = ("dp_", "du_")


NO_RULES = StandingRules(())


def standalone_entries(
    transaction: BalanceTransaction, rules: StandingRules = NO_RULES, posted: PostedEntry | None = None
) -> tuple[Entry, ...]:
    """Return the entry of a fee, tax, reserve or top-up.

    A category without a posting rule goes to the account of its standing rule (rule 21), or else to suspense (rule 19).
    An entry that is `posted` keeps the account that its standing rule gave at the time. Transactions of Stripe's other
    balances have no entry.
    """
    if not moves_payments_balance(transaction):
        return ()
    reason, account = _reason_and_account(transaction)
    ruled = rules.account_for(transaction.reporting_category, posted.seq if posted else None)
    if reason is EntryReason.UNCLASSIFIED and ruled is not None:
        reason, account = EntryReason.STANDING_RULE, ruled
    lines = [(account, -transaction.amount_minor)]
    source_type = "dispute" if account is Account.DISPUTE_FEES else transaction.reporting_category
    return (movement_entry(transaction, reason, source_type, Account.OTHER_FEES, lines),)


def _reason_and_account(transaction: BalanceTransaction) -> tuple[EntryReason, str]:
    """Return why the transaction is posted, and the account that its amount goes to."""
    category = transaction.reporting_category
    if category == "fee":
        is_of_dispute = (transaction.source_id or "").startswith(_DISPUTE_PREFIXES)
        return EntryReason.FEE, Account.DISPUTE_FEES if is_of_dispute else Account.OTHER_FEES
    return _RULES.get(category, (EntryReason.UNCLASSIFIED, Account.SUSPENSE))
