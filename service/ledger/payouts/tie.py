"""Tie a payout: compare the balance transactions that it carried with the amount that went to the bank."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from service.stripe_gateway.facts import BalanceTransaction, Payout
from service.stripe_gateway.fetched import lists_transactions


class TieStatus(StrEnum):
    """The result of comparing a payout with its balance transactions."""

    MATCHED = "matched"
    MISMATCH = "mismatch"
    MANUAL = "manual"  # manual and instant payouts list no transactions, so only the total balance can prove them
    REOPENED = "reopened"  # the transactions add up, but the bank sent the money back


RETURNED = frozenset({"failed", "canceled"})


@dataclass(frozen=True, slots=True)
class PayoutTie:
    """A payout compared with its lines. `net_minor` is the sum of the net of the `line_count` lines."""

    payout_id: str
    status: TieStatus
    currency: str
    amount_minor: int
    net_minor: int
    line_count: int

    @property
    def difference_minor(self) -> int:
        """Return net less amount, which is what no line explains; 0 for a payout that lists no lines."""
        return 0 if self.status is TieStatus.MANUAL else self.net_minor - self.amount_minor


def tie_payout(payout: Payout, transactions: Sequence[BalanceTransaction]) -> PayoutTie:
    """Return the tie of a payout to these transactions, some of which may be listed twice.

    The payout's own transaction is left out by its id, not by its category, because the return of an earlier payout
    may be a line. A line in another currency is not part of the sum and makes the tie a mismatch.
    """
    carried = [
        transaction
        for transaction in {transaction.id: transaction for transaction in transactions}.values()
        if transaction.id != payout.balance_transaction_id
    ]
    net_minor = sum(transaction.net_minor for transaction in carried if transaction.currency == payout.currency)
    if not lists_transactions(payout):
        status = TieStatus.MANUAL
    elif net_minor == payout.amount_minor and all(line.currency == payout.currency for line in carried):
        status = TieStatus.REOPENED if payout.status in RETURNED else TieStatus.MATCHED
    else:
        status = TieStatus.MISMATCH
    return PayoutTie(payout.id, status, payout.currency, payout.amount_minor, net_minor, len(carried))
