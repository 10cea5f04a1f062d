"""Tying a payout to the cent: the balance transactions it carried against the amount that went to the bank."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from service.stripe_gateway.facts import BalanceTransaction, Payout


class TieStatus(StrEnum):
    """How a payout and its balance transactions compare."""

    MATCHED = "matched"
    MISMATCH = "mismatch"
    MANUAL = "manual"  # manual and instant payouts list no transactions; only the total balance can prove them
    REOPENED = "reopened"  # its transactions add up, but the bank sent the money back


RETURNED = frozenset({"failed", "canceled"})


@dataclass(frozen=True, slots=True)
class PayoutTie:
    """`difference_minor` = net of the carried transactions - amount of the payout: the labelled remainder."""

    payout_id: str
    status: TieStatus
    currency: str
    amount_minor: int
    net_minor: int
    line_count: int

    @property
    def difference_minor(self) -> int:
        """What no carried transaction explains; 0 for a payout that lists none."""
        return 0 if self.status is TieStatus.MANUAL else self.net_minor - self.amount_minor


def tie_payout(payout: Payout, transactions: Sequence[BalanceTransaction]) -> PayoutTie:
    """Compare. The payout's own transaction is left out by id: an earlier payout's return may well be a line.

    A line in another currency does not count towards the sum, so that it shows as a difference.
    """
    carried = [
        transaction
        for transaction in {transaction.id: transaction for transaction in transactions}.values()
        if transaction.id != payout.balance_transaction_id
    ]
    net_minor = sum(transaction.net_minor for transaction in carried if transaction.currency == payout.currency)
    if not payout.is_automatic or payout.method == "instant":
        status = TieStatus.MANUAL
    elif net_minor == payout.amount_minor and all(line.currency == payout.currency for line in carried):
        status = TieStatus.REOPENED if payout.status in RETURNED else TieStatus.MATCHED
    else:
        status = TieStatus.MISMATCH
    return PayoutTie(payout.id, status, payout.currency, payout.amount_minor, net_minor, len(carried))
