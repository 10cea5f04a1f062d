"""The ties of payouts: for each payout that was compared with its lines, the result."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, Connection, Integer, Table, Text, case, or_, select
from sqlalchemy.dialects.postgresql import insert as upsert

from service.database.columns import INSTANT
from service.database.metadata import metadata
from service.ledger.payouts.tie import RETURNED, PayoutTie, TieStatus
from service.money import Money
from service.stripe_facts.tables_store import balance_transactions, payout_members, payouts

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


def save_tie(connection: Connection, tie: PayoutTie, payout_status: str, now: datetime) -> None:
    """Save a tie in place of an earlier one of its payout, unless the two are equal.

    `payout_status` is what Stripe says of the payout now.
    """
    row = {
        "status": tie.status.value,
        "payout_status": payout_status,
        "currency": tie.currency,
        "amount_minor": tie.amount_minor,
        "net_minor": tie.net_minor,
        "difference_minor": tie.difference_minor,
        "line_count": tie.line_count,
    }
    statement = upsert(payout_ties).values(payout_id=tie.payout_id, tied_at=now, **row)
    is_different = or_(*(payout_ties.c[name].is_distinct_from(value) for name, value in row.items()))
    connection.execute(
        statement.on_conflict_do_update(index_elements=["payout_id"], set_={**row, "tied_at": now}, where=is_different)
    )


def lines_of_payout(connection: Connection, payout_id: str, own_id: str | None) -> dict[str, Money]:
    """Return the net of every line of a payout by balance transaction, without the payout's own one, `own_id`."""
    moved = balance_transactions.c
    statement = (
        select(moved.id, moved.net_minor, moved.currency)
        .join_from(payout_members, balance_transactions, moved.id == payout_members.c.balance_transaction_id)
        .where(payout_members.c.payout_id == payout_id, moved.id.is_distinct_from(own_id))
    )
    return {row.id: Money(row.net_minor, row.currency) for row in connection.execute(statement)}


def payouts_to_tie(connection: Connection) -> list[str]:
    """Return the payouts that Stripe has finished and that must be tied, oldest first.

    A payout must be tied if it was never tied, if its tie is a mismatch, or if it failed since. A mismatch therefore
    resolves itself once Stripe's lines change, however long that takes. Stripe lists no lines of manual and instant
    payouts, so there is nothing to finish.
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
            (payout.reconciliation_status == "completed") | ~payout.is_automatic | (payout.method == "instant"),
            is_open,
        )
        .order_by(payout.created_at, payout.id)
    )
    return list(connection.execute(statement).scalars())


def mismatches(connection: Connection) -> list[PayoutTie]:
    """Return the ties of payouts that differ from their lines, newest payout first."""
    return [tie for tie in ties(connection) if tie.status is TieStatus.MISMATCH]


def ties(connection: Connection) -> list[PayoutTie]:
    """Return every tie, newest payout first. A matched payout counts as reopened from the moment it fails."""
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
