"""Which payouts are tied, and with what result. A payout's lines and its tie become visible together or not at all."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, Column, Connection, Integer, Table, Text, case, select
from sqlalchemy.dialects.postgresql import insert as upsert

from service.database.columns import INSTANT
from service.database.metadata import metadata
from service.errors import NotFoundError
from service.ledger.payout_report import Lines, PayoutComparison, compare_payout
from service.ledger.payouts import RETURNED, PayoutTie, TieStatus, tie_payout
from service.money import Money
from service.stripe_facts.query_store import payouts_by_id
from service.stripe_facts.record_store import record_balance_transactions, record_payout_members
from service.stripe_facts.tables_store import balance_transactions, payout_members, payouts
from service.stripe_gateway.facts import BalanceTransaction

LOOK_BACK_DAYS = 30

payout_ties = Table(
    "payout_ties",
    metadata,
    Column("payout_id", Text, primary_key=True),
    Column("status", Text, nullable=False),
    Column("payout_status", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("net_minor", BigInteger, nullable=False),
    Column("difference_minor", BigInteger, nullable=False),
    Column("line_count", Integer, nullable=False),
    Column("tied_at", INSTANT, nullable=False),
)


def record_tie(
    connection: Connection, payout_id: str, transactions: Sequence[BalanceTransaction], now: datetime
) -> PayoutTie | None:
    """Keep every line of a completely listed payout and compare; call it inside one transaction, after the last page.

    While Stripe still assigns lines to the payout, only the movements are kept and None is returned: what is visible
    of a payout is all of it. Raises NotFoundError for a payout whose own fact is not recorded.
    """
    payout = payouts_by_id(connection, [payout_id]).get(payout_id)
    if payout is None:
        raise NotFoundError(f"payout {payout_id} is not known")
    if payout.is_automatic and payout.reconciliation_status != "completed":
        record_balance_transactions(connection, transactions, now)
        return None
    own = record_payout_members(connection, payout_id, transactions, now)
    tie = tie_payout(payout, [transaction for transaction in transactions if transaction.id in own])
    row = {
        "status": tie.status.value,
        "payout_status": payout.status,
        "currency": tie.currency,
        "amount_minor": tie.amount_minor,
        "net_minor": tie.net_minor,
        "difference_minor": tie.difference_minor,
        "line_count": tie.line_count,
        "tied_at": now,
    }
    statement = upsert(payout_ties).values(payout_id=payout_id, **row)
    connection.execute(statement.on_conflict_do_update(index_elements=["payout_id"], set_=row))
    return tie


def compare_report(connection: Connection, report: Mapping[str, Lines]) -> list[PayoutComparison]:
    """Every payout of a report against the lines kept of it, in the report's order; its own movement is no line."""
    known = payouts_by_id(connection, list(report))
    found = []
    for payout_id, lines in report.items():
        own_id = known[payout_id].balance_transaction_id if payout_id in known else None
        told = {id_: net for id_, net in lines.items() if id_ != own_id}
        found.append(compare_payout(payout_id, told, _kept_lines(connection, payout_id, own_id)))
    return found


def _kept_lines(connection: Connection, payout_id: str, own_id: str | None) -> dict[str, Money]:
    moved = balance_transactions.c
    statement = (
        select(moved.id, moved.net_minor, moved.currency)
        .join_from(payout_members, balance_transactions, moved.id == payout_members.c.balance_transaction_id)
        .where(payout_members.c.payout_id == payout_id, moved.id.is_distinct_from(own_id))
    )
    return {row.id: Money(row.net_minor, row.currency) for row in connection.execute(statement)}


def payouts_to_tie(connection: Connection, now: datetime) -> list[str]:
    """Automatic payouts of the last 30 days that Stripe has finished and that are not tied, or tied no longer.

    A mismatch stays in the list, so that it heals by itself when Stripe's lines change.
    """
    tie, payout = payout_ties.c, payouts.c
    is_open = (
        tie.payout_id.is_(None)
        | (tie.status == TieStatus.MISMATCH.value)
        | (payout.status.in_(RETURNED) & tie.payout_status.not_in(RETURNED))
    )
    statement = (
        select(payout.id)
        .join_from(payouts, payout_ties, tie.payout_id == payout.id, isouter=True)
        .where(
            payout.is_automatic,
            payout.reconciliation_status == "completed",
            payout.created_at >= now - timedelta(days=LOOK_BACK_DAYS),
            is_open,
        )
        .order_by(payout.created_at, payout.id)
    )
    return list(connection.execute(statement).scalars())


def ties(connection: Connection) -> list[PayoutTie]:
    """Every tie, newest payout first; one that was matched shows as reopened from the moment it fails."""
    tie, payout = payout_ties.c, payouts.c
    has_returned = payout.status.in_(RETURNED) & (tie.status == TieStatus.MATCHED.value)
    status = case((has_returned, TieStatus.REOPENED.value), else_=tie.status).label("shown_status")
    statement = (
        select(payout_ties, status)
        .join_from(payout_ties, payouts, tie.payout_id == payout.id)
        .order_by(payout.created_at.desc(), payout.id)
    )
    return [
        PayoutTie(
            row.payout_id, TieStatus(row.shown_status), row.currency, row.amount_minor, row.net_minor, row.line_count
        )
        for row in connection.execute(statement)
    ]
