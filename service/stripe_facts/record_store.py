"""Save facts, and queue the objects whose ledger entries may change.

Facts may arrive late and more than once. A status never goes back (a pending charge does not replace a succeeded one),
a link that is known is never removed, and saving a fact again changes nothing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from enum import StrEnum
from functools import cache
from types import MappingProxyType

from sqlalchemy import Boolean, ColumnElement, Connection, Label, Table, func, insert, literal_column, or_, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.sql.dml import ReturningInsert

from service.database.columns import is_in
from service.stripe_facts.tables_store import (
    balance_transaction_fees,
    balance_transactions,
    charges,
    disputes,
    fact_transitions,
    invoice_payments,
    invoices,
    payout_members,
    payouts,
    posting_queue,
    refunds,
)
from service.stripe_gateway.facts import (
    BalanceTransaction,
    Charge,
    ContributionMark,
    Dispute,
    Invoice,
    InvoicePayment,
    Payout,
    Refund,
)

# PostgreSQL sets xmax on a row that an upsert updates, and leaves it 0 on a row that it inserts.
_IS_NEW: Label[bool] = literal_column("xmax = 0", Boolean).label("is_new")
_UNDATED: Mapping[str, datetime] = MappingProxyType({})
_KEPT_ONCE_KNOWN = frozenset({"site", "interval", "campaign", "variant", "fund"})

StoredFact = BalanceTransaction | Charge | Refund | Dispute | Payout | Invoice | InvoicePayment

# The kind of object that a balance transaction is posted with. Any other category is posted by itself.
_QUEUE_KINDS: Mapping[str, str] = {
    "charge": "charge",
    "charge_failure": "charge",
    "refund": "refund",
    "refund_failure": "refund",
    "dispute": "dispute",
    "dispute_reversal": "dispute",
    "payout": "payout",
    "payout_reversal": "payout",
}
_ENDED_REFUND_STATUSES = frozenset({"succeeded", "failed", "canceled"})
_CLOSED_DISPUTE_STATUSES = frozenset({"won", "lost", "prevented", "warning_closed"})

# A fact is stale if its status ranks lower than the stored one. Statuses that are not listed rank 2.
_RANKS: Mapping[Table, Mapping[str, int]] = {
    charges: {"pending": 0, "succeeded": 1, "failed": 2},
    refunds: {"pending": 0, "requires_action": 0, "succeeded": 1, "failed": 2, "canceled": 2},
    disputes: {"warning_needs_response": 0, "warning_under_review": 0, "needs_response": 1, "under_review": 1},
    payouts: {"pending": 0, "in_transit": 1, "paid": 2, "failed": 3, "canceled": 3},
    invoices: {"draft": 0, "open": 1, "uncollectible": 2, "paid": 3, "void": 3},
    invoice_payments: {"open": 0, "paid": 1, "canceled": 1},
}
_TABLES: Mapping[type, Table] = {
    Charge: charges,
    Refund: refunds,
    Dispute: disputes,
    Payout: payouts,
    Invoice: invoices,
    InvoicePayment: invoice_payments,
}
_NOT_STORED = frozenset(
    {"fee_details", "contribution", "hosted_invoice_url", "finalization_error", "payments", "billed_interval"}
)


class Recorded(StrEnum):
    """How saving a fact changed what is stored."""

    NEW = "new"
    CHANGED = "changed"


def record_facts(
    connection: Connection, facts: Iterable[StoredFact], now: datetime, happened_at: Mapping[str, datetime] = _UNDATED
) -> None:
    """Save facts, each kind in one statement, and queue what they change.

    `happened_at` holds by object id when a status changed, if an event said so. Otherwise `now` is taken.
    """
    facts = list(facts)
    facts += [payment for fact in facts if isinstance(fact, Invoice) for payment in fact.payments]
    record_balance_transactions(connection, [fact for fact in facts if isinstance(fact, BalanceTransaction)], now)
    transitions: list[tuple[str, str, datetime]] = []
    targets: list[tuple[str, str]] = []
    for kind, table in _TABLES.items():
        for fact, outcome in _upserted(connection, table, [fact for fact in facts if type(fact) is kind], now):
            is_dated = fact.id in happened_at or outcome is Recorded.CHANGED
            reached = _transitions(fact, outcome, is_dated=is_dated)
            transitions += ((fact.id, transition, happened_at.get(fact.id, now)) for transition in reached)
            targets += _queue_targets(fact)
    record_transitions(connection, transitions)
    _enqueue(connection, targets)


def record_balance_transactions(
    connection: Connection, transactions: Sequence[BalanceTransaction], now: datetime
) -> None:
    """Save balance transactions with their fee details. A known one changes only from pending to available."""
    # A transaction that occurs both pending and available is saved as available.
    by_id = {row.id: row for row in sorted(transactions, key=lambda row: row.status != "pending")}
    if not by_id:
        return
    rows = [_row(balance_transactions, transaction, now) for transaction in by_id.values()]
    # Rows are always written in the order of their ids, so that two concurrent pulls cannot deadlock.
    rows.sort(key=lambda row: str(row["id"]))
    new_ids = [row.id for row in connection.execute(_transaction_statement(), rows) if row.is_new]
    fee_rows = [row for id_ in new_ids for row in _fee_rows(by_id[id_])]
    if fee_rows:
        connection.execute(insert(balance_transaction_fees), fee_rows)
    _enqueue(connection, [_queue_target(by_id[id_]) for id_ in new_ids])


def record_payout_members(
    connection: Connection, payout_id: str, transactions: Sequence[BalanceTransaction], now: datetime
) -> frozenset[str]:
    """Save the balance transactions that a payout paid out, in the caller's transaction.

    Return the ids of those that now belong to this payout. A balance transaction belongs to at most one payout: if it
    belongs to another payout already, it stays there and is not returned.
    """
    record_balance_transactions(connection, transactions, now)
    ids = sorted({transaction.id for transaction in transactions})
    if ids:
        statement = upsert(payout_members).on_conflict_do_nothing(index_elements=["balance_transaction_id"])
        rows = [{"balance_transaction_id": id_, "payout_id": payout_id, "recorded_at": now} for id_ in ids]
        connection.execute(statement, rows)
    members = payout_members.c
    own = select(members.balance_transaction_id).where(
        is_in(members.balance_transaction_id, ids), members.payout_id == payout_id
    )
    return frozenset(connection.execute(own).scalars())


@cache
def _transaction_statement() -> ReturningInsert[str, bool]:
    statement = upsert(balance_transactions)
    new = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=["id"],
        set_={"status": new.status, "available_at": new.available_at},
        where=(balance_transactions.c.status == "pending") & (new.status != "pending"),
    ).returning(balance_transactions.c.id, _IS_NEW)


def record_transitions(connection: Connection, transitions: Iterable[tuple[str, str, datetime]]) -> None:
    """Save when objects reached a status: object id, status and time. A time that is known already stays."""
    rows = [dict(zip(("object_id", "transition", "seen_at"), row, strict=True)) for row in transitions]
    if rows:
        connection.execute(upsert(fact_transitions).on_conflict_do_nothing(), rows)


def _transitions(fact: StoredFact, outcome: Recorded, *, is_dated: bool) -> Iterator[str]:
    """Yield the status changes whose time is saved. `is_dated`: the time of the change is known.

    A new charge that succeeded needs none, because the fact has its creation time.
    """
    match fact:
        case Refund() if is_dated and fact.status in _ENDED_REFUND_STATUSES:
            yield fact.status
        case Charge(status="failed") if is_dated and outcome is Recorded.NEW:
            yield fact.status
        case Charge() if outcome is Recorded.CHANGED:
            if fact.status != "pending":
                yield fact.status
            if fact.contribution is not None:
                yield "matched"
        case Dispute() if fact.status in _CLOSED_DISPUTE_STATUSES:
            yield fact.status
        case Payout() if fact.status == "paid":
            yield "paid"


def _queue_targets(fact: StoredFact) -> list[tuple[str, str]]:
    """Return the objects to post again because this fact changed, as (kind, id)."""
    match fact:
        case Charge():
            return [("charge", fact.id)]
        case Refund(charge_id=str(charge_id)):
            return [("charge", charge_id)]
        case Dispute():
            return [("dispute", fact.id)]
        case Payout():
            return [("payout", fact.id)]
        case _:
            return []


def _upserted(
    connection: Connection, table: Table, facts: Sequence[StoredFact], now: datetime
) -> Iterator[tuple[StoredFact, Recorded]]:
    """Insert rows, or update the rows with their ids unless the new ones are stale or equal. Yield what that changed.

    A statement may write a row only once, so a second fact about an object waits for the next statement. Rows are
    always written in the order of their ids, so that two concurrent refreshes cannot deadlock.
    """
    waiting = sorted(facts, key=lambda fact: fact.id)
    while waiting:
        by_id = {fact.id: fact for fact in reversed(waiting)}
        waiting = [fact for fact in waiting if by_id[fact.id] is not fact]
        rows = [_row(table, by_id[id_], now) for id_ in sorted(by_id)]
        for stored in connection.execute(_upsert_statement(table), rows):
            yield by_id[stored.id], Recorded.NEW if stored.is_new else Recorded.CHANGED


@cache
def _upsert_statement(table: Table) -> ReturningInsert[str, bool]:
    statement = upsert(table)
    new = statement.excluded
    changing = [column for column in table.c if column.name not in {"id", "recorded_at"}]
    values = {column.name: _merged(column.name, column, new[column.name]) for column in changing}
    is_different = or_(*(column.is_distinct_from(values[column.name]) for column in changing))
    return statement.on_conflict_do_update(
        index_elements=["id"], set_=values, where=(new.status_rank >= table.c.status_rank) & is_different
    ).returning(table.c.id, _IS_NEW)


def _merged(name: str, column: ColumnElement[object], new: ColumnElement[object]) -> ColumnElement[object]:
    """Return the new value of a column. An id or mark that is known is not replaced by null."""
    return func.coalesce(new, column) if name.endswith("_id") or name in _KEPT_ONCE_KNOWN else new


def _row(table: Table, fact: StoredFact, now: datetime) -> dict[str, object]:
    row: dict[str, object] = {
        field.name: getattr(fact, field.name) for field in fields(fact) if field.name not in _NOT_STORED
    }
    if isinstance(fact, Charge | Invoice):
        row |= _mark_row(fact.contribution)
    if isinstance(fact, Dispute):
        row["balance_transaction_ids"] = list(fact.balance_transaction_ids)
    if table in _RANKS:
        row["status_rank"] = _status_rank(table, fact)
    return row | {"recorded_at": now}


def _status_rank(table: Table, fact: StoredFact) -> int:
    """Return the rank of a fact's status. A dispute also ranks by its number of balance transactions.

    A dispute can be lost and then won on appeal, which adds a balance transaction.
    """
    rank = _RANKS[table].get(fact.status, 2)
    return rank * 100 + len(fact.balance_transaction_ids) if isinstance(fact, Dispute) else rank


def _mark_row(mark: ContributionMark | None) -> dict[str, object]:
    names = [field.name for field in fields(ContributionMark)]
    return {name: getattr(mark, name) if mark else None for name in names}


def _fee_rows(transaction: BalanceTransaction) -> list[dict[str, object]]:
    return [
        {
            "balance_transaction_id": transaction.id,
            "line": line,
            "type": detail.type,
            "amount_minor": detail.amount_minor,
            "currency": detail.currency,
            "description": detail.description,
        }
        for line, detail in enumerate(transaction.fee_details, start=1)
    ]


def _queue_target(transaction: BalanceTransaction) -> tuple[str, str]:
    kind = _QUEUE_KINDS.get(transaction.reporting_category)
    if kind is None or transaction.source_id is None:
        return "balance_transaction", transaction.id
    return kind, transaction.source_id


def _enqueue(connection: Connection, targets: Iterable[tuple[str, str]]) -> None:
    rows = [{"kind": kind, "object_id": object_id} for kind, object_id in sorted(set(targets))]
    if rows:
        connection.execute(insert(posting_queue), rows)
