"""Net receipts: contributions, less fees, refunds and disputes, in one settlement currency and on some days.

Every amount is the movement of accounts, so it equals the export files of these days to the cent.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from service.ledger.accounts import Account


class Figure(StrEnum):
    """A figure of the net receipts, in the order in which they are subtracted."""

    GROSS = "gross"
    FEES = "fees"
    REFUNDS = "refunds"
    DISPUTES = "disputes"
    FX = "fx"


ACCOUNTS: Final[Mapping[Figure, tuple[Account, ...]]] = {
    Figure.GROSS: (Account.CONTRIBUTIONS_ONE_OFF, Account.CONTRIBUTIONS_MONTHLY, Account.CONTRIBUTIONS_ANNUAL),
    Figure.FEES: (Account.PROCESSING_FEES, Account.OTHER_FEES, Account.TAX_ON_FEES, Account.DISPUTE_FEES),
    Figure.REFUNDS: (Account.REFUNDS,),
    # Money that banks took back, whether the dispute is open or lost; what they returned reduces it.
    Figure.DISPUTES: (Account.DISPUTED_FUNDS, Account.CHARGEBACKS_LOST),
    Figure.FX: (Account.FX_DIFFERENCES,),
}
FIGURE_OF: Final[Mapping[str, Figure]] = {
    account.value: figure for figure, accounts in ACCOUNTS.items() for account in accounts
}


@dataclass(frozen=True, slots=True)
class NetReceipts:
    """The figures of a currency in minor units. Gross is what was received; every other figure is positive for a cost.

    `held_minor` is the part of the disputes that the banks still hold. `by_person_minor` is what entries by a person
    added to these accounts, which no figure includes, because no export file of Stripe's facts has it.
    """

    currency: str
    gross_minor: int = 0
    fees_minor: int = 0
    refunds_minor: int = 0
    disputes_minor: int = 0
    fx_minor: int = 0
    held_minor: int = 0
    by_person_minor: int = 0

    @property
    def net_minor(self) -> int:
        """What is left of the contributions."""
        return self.gross_minor - self.fees_minor - self.refunds_minor - self.disputes_minor - self.fx_minor

    def minor(self, figure: Figure) -> int:
        """Return a figure by its name."""
        value: int = getattr(self, f"{figure.value}_minor")
        return value


@dataclass(frozen=True, slots=True)
class Movement:
    """The sum of the debits less the credits of an account; `is_by_person` separates entries by a person."""

    currency: str
    account: str
    amount_minor: int
    is_by_person: bool = False


def net_receipts_of(movements: Iterable[Movement]) -> tuple[NetReceipts, ...]:
    """Return the net receipts of every currency, sorted by currency."""
    totals: dict[str, dict[str, int]] = {}
    for movement in movements:
        figure = FIGURE_OF.get(movement.account)
        if figure is None:
            continue
        of_currency = totals.setdefault(movement.currency, {})
        name = "by_person_minor" if movement.is_by_person else f"{figure.value}_minor"
        # Income is credited and costs are debited, so a credit is a receipt in every case but that of the costs.
        is_receipt = movement.is_by_person or figure is Figure.GROSS
        of_currency[name] = of_currency.get(name, 0) + (-1 if is_receipt else 1) * movement.amount_minor
        if movement.account == Account.DISPUTED_FUNDS and not movement.is_by_person:
            of_currency["held_minor"] = of_currency.get("held_minor", 0) + movement.amount_minor
    return tuple(NetReceipts(currency, **totals[currency]) for currency in sorted(totals))
