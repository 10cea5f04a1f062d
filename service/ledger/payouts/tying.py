"""Tie a payout to its lines, and compare tied payouts with Stripe's own report of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection

from service.errors import NotFoundError
from service.ledger.payouts.report import Lines, PayoutComparison, compare_payout
from service.ledger.payouts.tie import PayoutTie, tie_payout
from service.ledger.payouts.tie_store import lines_of_payout, save_tie
from service.stripe_facts.query_store import payouts_by_id
from service.stripe_facts.record_store import record_balance_transactions, record_payout_members
from service.stripe_gateway.facts import BalanceTransaction
from service.stripe_gateway.fetched import lists_transactions


def record_tie(
    connection: Connection, payout_id: str, transactions: Sequence[BalanceTransaction], now: datetime
) -> PayoutTie | None:
    """Save every line of a payout and the comparison with its amount. Call it in one transaction, after the last page.

    A manual or instant payout has no lines, and its tie says so. While Stripe still assigns lines to a payout, save
    only the balance transactions and return None, so that a payout is never partly visible. Raise NotFoundError if the
    payout itself is not recorded.
    """
    payout = payouts_by_id(connection, [payout_id]).get(payout_id)
    if payout is None:
        raise NotFoundError(f"payout {payout_id} is not known")
    if lists_transactions(payout) and payout.reconciliation_status != "completed":
        record_balance_transactions(connection, transactions, now)
        return None
    own = record_payout_members(connection, payout_id, transactions, now)
    tie = tie_payout(payout, [transaction for transaction in transactions if transaction.id in own])
    save_tie(connection, tie, payout.status, now)
    return tie


def compare_report(connection: Connection, report: Mapping[str, Lines]) -> list[PayoutComparison]:
    """Compare every payout of a report with the lines that we have of it, in the report's order.

    The payout's own balance transaction counts as a line on neither side.
    """
    known = payouts_by_id(connection, list(report))
    comparisons = []
    for payout_id, lines in report.items():
        own_id = known[payout_id].balance_transaction_id if payout_id in known else None
        reported = {id_: net for id_, net in lines.items() if id_ != own_id}
        comparisons.append(compare_payout(payout_id, reported, lines_of_payout(connection, payout_id, own_id)))
    return comparisons
