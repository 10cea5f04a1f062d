"""The chart of accounts. The codes are ours; an account mapping translates them to an organisation's accounts.

An organisation can add accounts of its own, to which entries by a person and standing rules post. No posting rule uses
these.
"""

import re
from enum import StrEnum
from typing import Final

OWN_ACCOUNT: Final = re.compile(r"[1245][0-9]{3}", re.ASCII)


class Account(StrEnum):
    """An account; its value is the code that is stored."""

    STRIPE_BALANCE = "1100"
    STRIPE_RESERVES = "1150"
    PAYOUTS_IN_TRANSIT = "1200"
    BANK = "1210"
    DISPUTED_FUNDS = "1300"
    PAYMENTS_IN_PROCESS = "2200"
    FAILED_REFUNDS_OWED = "2300"
    CONTRIBUTIONS_ONE_OFF = "4100"
    CONTRIBUTIONS_MONTHLY = "4110"
    CONTRIBUTIONS_ANNUAL = "4120"
    REFUNDS = "4200"
    CHARGEBACKS_LOST = "4300"
    RECEIPTS_NOT_OURS = "4900"
    PROCESSING_FEES = "5100"
    OTHER_FEES = "5110"
    TAX_ON_FEES = "5120"
    DISPUTE_FEES = "5200"
    FX_DIFFERENCES = "5300"
    SUSPENSE = "9900"


class AccountKind(StrEnum):
    """What an account records. `contra_income` reduces income."""

    ASSET = "asset"
    LIABILITY = "liability"
    INCOME = "income"
    CONTRA_INCOME = "contra_income"
    EXPENSE = "expense"
    SUSPENSE = "suspense"


ACCOUNT_NAMES: Final[dict[Account, str]] = {
    Account.STRIPE_BALANCE: "Stripe balance",
    Account.STRIPE_RESERVES: "Stripe reserves and holds",
    Account.PAYOUTS_IN_TRANSIT: "Payouts in transit",
    Account.BANK: "Bank",
    Account.DISPUTED_FUNDS: "Disputed funds with issuers",
    Account.PAYMENTS_IN_PROCESS: "Payments in process",
    Account.FAILED_REFUNDS_OWED: "Failed refunds still owed to donors",
    Account.CONTRIBUTIONS_ONE_OFF: "Contributions one-off",
    Account.CONTRIBUTIONS_MONTHLY: "Contributions monthly",
    Account.CONTRIBUTIONS_ANNUAL: "Contributions annual",
    Account.REFUNDS: "Refunds to contributors",
    Account.CHARGEBACKS_LOST: "Chargebacks lost",
    Account.RECEIPTS_NOT_OURS: "Stripe receipts not from this service",
    Account.PROCESSING_FEES: "Payment processing fees",
    Account.OTHER_FEES: "Other Stripe fees",
    Account.TAX_ON_FEES: "Tax on Stripe fees",
    Account.DISPUTE_FEES: "Dispute fees",
    Account.FX_DIFFERENCES: "FX differences",
    Account.SUSPENSE: "Suspense: unclassified Stripe movement",
}


# Each amount on these accounts waits for a decision: it has to be reclassified, written off or settled.
OPEN_ITEM_ACCOUNTS: Final = (Account.FAILED_REFUNDS_OWED, Account.RECEIPTS_NOT_OURS, Account.SUSPENSE)
# These accounts must equal what Stripe says at every moment, so only facts from Stripe may post to them.
STRIPE_ACCOUNTS: Final = frozenset(
    {
        Account.STRIPE_BALANCE,
        Account.STRIPE_RESERVES,
        Account.PAYOUTS_IN_TRANSIT,
        Account.DISPUTED_FUNDS,
        Account.PAYMENTS_IN_PROCESS,
    }
)


def is_own_account(code: str) -> bool:
    """Return True if an organisation may have an account of its own with this code."""
    return OWN_ACCOUNT.fullmatch(code) is not None and code not in set(Account)


def account_kind(account: str) -> AccountKind:
    """Return the kind of an account. The first digit of its code decides, except for accounts that reduce income."""
    if account in {Account.REFUNDS, Account.CHARGEBACKS_LOST}:
        return AccountKind.CONTRA_INCOME
    return {
        "1": AccountKind.ASSET,
        "2": AccountKind.LIABILITY,
        "4": AccountKind.INCOME,
        "5": AccountKind.EXPENSE,
        "9": AccountKind.SUSPENSE,
    }[account[0]]
