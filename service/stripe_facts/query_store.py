"""Read facts as values, and answer questions about which facts we have."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime

from sqlalchemy import Connection, Row, Select, Table, and_, exists, func, or_, select

from service.database.columns import is_in
from service.money import Interval, Money
from service.stripe_facts.tables_store import (
    balance_transaction_fees,
    balance_transactions,
    charges,
    disputes,
    fact_transitions,
    payouts,
    refunds,
)
from service.stripe_gateway.facts import (
    BalanceTransaction,
    Charge,
    ContributionMark,
    Dispute,
    FeeDetail,
    Payout,
    Refund,
)

_MARK = frozenset(field.name for field in fields(ContributionMark))
_COLUMNS: Mapping[Table, frozenset[str]] = {
    charges: frozenset(field.name for field in fields(Charge)),
    refunds: frozenset(field.name for field in fields(Refund)),
    disputes: frozenset(field.name for field in fields(Dispute)),
    payouts: frozenset(field.name for field in fields(Payout)),
    balance_transactions: frozenset(field.name for field in fields(BalanceTransaction)),
}


def charges_by_id(connection: Connection, ids: Collection[str]) -> dict[str, Charge]:
    """Return the charges with these ids, by id. Charges that we do not have are left out."""
    columns = [column for column in charges.c if column.name in _COLUMNS[charges] | _MARK]
    rows = connection.execute(select(*columns).where(is_in(charges.c.id, ids)))
    return {row.id: _charge(row) for row in rows}


def refunds_by_charge(connection: Connection, charge_ids: Collection[str]) -> dict[str, list[Refund]]:
    """Return all refunds of these charges, by charge id."""
    found: defaultdict[str, list[Refund]] = defaultdict(list)
    for row in connection.execute(
        _select(refunds).where(is_in(refunds.c.charge_id, charge_ids)).order_by(refunds.c.id)
    ):
        found[row.charge_id].append(Refund(**row._mapping))
    return found


def refunds_by_id(connection: Connection, ids: Collection[str]) -> dict[str, Refund]:
    """Return the refunds with these ids, by id. Refunds that we do not have are left out."""
    rows = connection.execute(_select(refunds).where(is_in(refunds.c.id, ids)))
    return {row.id: Refund(**row._mapping) for row in rows}


def disputes_by_id(connection: Connection, ids: Collection[str]) -> dict[str, Dispute]:
    """Return the disputes with these ids, by id. Disputes that we do not have are left out."""
    rows = connection.execute(_select(disputes).where(is_in(disputes.c.id, ids)))
    found = (Dispute(**row._mapping) for row in rows)
    return {
        dispute.id: replace(dispute, balance_transaction_ids=tuple(dispute.balance_transaction_ids))
        for dispute in found
    }


@dataclass(frozen=True, slots=True)
class OpenDispute:
    """A dispute or inquiry that waits for our response. `due_at` None: Stripe named no time."""

    id: str
    charge_id: str
    amount: Money
    due_at: datetime | None


def disputes_to_answer(connection: Connection, *, is_livemode: bool) -> list[OpenDispute]:
    """Return the disputes that wait for our response, those due first."""
    c = disputes.c
    statement = (
        select(c.id, c.charge_id, c.amount_minor, c.currency, c.evidence_due_at)
        .where(c.status.in_(("needs_response", "warning_needs_response")), c.is_livemode == is_livemode)
        .order_by(c.evidence_due_at.nulls_last(), c.id)
    )
    return [OpenDispute(row[0], row[1], Money(row[2], row[3]), row[4]) for row in connection.execute(statement)]


def payouts_by_id(connection: Connection, ids: Collection[str]) -> dict[str, Payout]:
    """Return the payouts with these ids, by id. Payouts that we do not have are left out."""
    rows = connection.execute(_select(payouts).where(is_in(payouts.c.id, ids)))
    return {row.id: Payout(**row._mapping) for row in rows}


def transactions_by_source(connection: Connection, source_ids: Collection[str]) -> dict[str, list[BalanceTransaction]]:
    """Return all balance transactions that these objects caused, by the id of the object."""
    statement = _select(balance_transactions).where(is_in(balance_transactions.c.source_id, source_ids))
    found: defaultdict[str, list[BalanceTransaction]] = defaultdict(list)
    for transaction in _transactions(connection, statement):
        found[transaction.source_id or ""].append(transaction)
    return found


def transactions_by_id(connection: Connection, ids: Collection[str]) -> dict[str, BalanceTransaction]:
    """Return the balance transactions with these ids, by id. Those that we do not have are left out."""
    statement = _select(balance_transactions).where(is_in(balance_transactions.c.id, ids))
    return {transaction.id: transaction for transaction in _transactions(connection, statement)}


def transitions_of(connection: Connection, object_ids: Collection[str]) -> dict[str, dict[str, datetime]]:
    """Return when each status of these objects was first seen, by object id and status."""
    found: defaultdict[str, dict[str, datetime]] = defaultdict(dict)
    statement = select(fact_transitions).where(is_in(fact_transitions.c.object_id, object_ids))
    for row in connection.execute(statement):
        found[row.object_id][row.transition] = row.seen_at
    return found


def known_transaction_ids(connection: Connection, ids: Collection[str]) -> frozenset[str]:
    """Return those of these balance transactions that we have."""
    statement = select(balance_transactions.c.id).where(is_in(balance_transactions.c.id, ids))
    return frozenset(connection.execute(statement).scalars())


def newest_transaction_at(connection: Connection) -> datetime | None:
    """Return when Stripe created the newest balance transaction that we have, or None if we have none."""
    found: datetime | None = connection.scalar(select(func.max(balance_transactions.c.created_at)))
    return found


def missing_sources(connection: Connection) -> list[tuple[str, str]]:
    """Return the disputes and payouts that we do not have although we have a balance transaction of theirs.

    Each is given as (reporting category, id of the dispute or payout), oldest balance transaction first.
    """
    c = balance_transactions.c
    is_dispute = c.reporting_category.in_(("dispute", "dispute_reversal"))
    is_payout = c.reporting_category.in_(("payout", "payout_reversal"))
    is_missing = or_(
        and_(is_dispute, ~exists().where(disputes.c.id == c.source_id)),
        and_(is_payout, ~exists().where(payouts.c.id == c.source_id)),
    )
    statement = select(c.reporting_category, c.source_id).where(c.source_id.is_not(None), is_missing)
    return [(row.reporting_category, row.source_id) for row in connection.execute(statement.order_by(c.created_at))]


def payouts_due(connection: Connection, through: date, *, is_livemode: bool) -> list[str]:
    """Return the payouts that were to arrive by this day and that Stripe has not reported as arrived or returned."""
    c = payouts.c
    is_due = and_(c.arrival_on <= through, c.status.in_(("pending", "in_transit")), c.is_livemode == is_livemode)
    return list(connection.execute(select(c.id).where(is_due).order_by(c.arrival_on, c.id)).scalars())


def _select(table: Table) -> Select[tuple[object, ...]]:
    return select(*(column for column in table.c if column.name in _COLUMNS[table]))


def _transactions(connection: Connection, statement: Select[tuple[object, ...]]) -> list[BalanceTransaction]:
    rows = connection.execute(statement.order_by(balance_transactions.c.id)).all()
    details = _fee_details(connection, [row.id for row in rows])
    return [BalanceTransaction(**row._mapping, fee_details=tuple(details[row.id])) for row in rows]


def _fee_details(connection: Connection, ids: Sequence[str]) -> Mapping[str, list[FeeDetail]]:
    fees = balance_transaction_fees
    found: defaultdict[str, list[FeeDetail]] = defaultdict(list)
    statement = select(fees).where(is_in(fees.c.balance_transaction_id, ids)).order_by(fees.c.line)
    for row in connection.execute(statement):
        found[row.balance_transaction_id].append(FeeDetail(row.type, row.amount_minor, row.currency, row.description))
    return found


def _charge(row: Row[tuple[object, ...]]) -> Charge:
    values = dict(row._mapping)
    mark = {name: values.pop(name) for name in _MARK}
    contribution = None
    if mark["contribution_id"] is not None:
        contribution = ContributionMark(**mark | {"interval": Interval(mark["interval"])})
    return Charge(**values, contribution=contribution)
