"""Read facts back as values."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime

from sqlalchemy import Connection, Row, Select, Table, select

from service.database.columns import is_in
from service.money import Interval
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
    """The charges among `ids` that are known."""
    columns = [column for column in charges.c if column.name in _COLUMNS[charges] | _MARK]
    rows = connection.execute(select(*columns).where(is_in(charges.c.id, ids)))
    return {row.id: _charge(row) for row in rows}


def refunds_by_charge(connection: Connection, charge_ids: Collection[str]) -> dict[str, list[Refund]]:
    """Every known refund of these charges."""
    found: defaultdict[str, list[Refund]] = defaultdict(list)
    for row in connection.execute(
        _select(refunds).where(is_in(refunds.c.charge_id, charge_ids)).order_by(refunds.c.id)
    ):
        found[row.charge_id].append(Refund(**row._mapping))
    return found


def refunds_by_id(connection: Connection, ids: Collection[str]) -> dict[str, Refund]:
    rows = connection.execute(_select(refunds).where(is_in(refunds.c.id, ids)))
    return {row.id: Refund(**row._mapping) for row in rows}


def disputes_by_id(connection: Connection, ids: Collection[str]) -> dict[str, Dispute]:
    rows = connection.execute(_select(disputes).where(is_in(disputes.c.id, ids)))
    found = (Dispute(**row._mapping) for row in rows)
    return {
        dispute.id: replace(dispute, balance_transaction_ids=tuple(dispute.balance_transaction_ids))
        for dispute in found
    }


def payouts_by_id(connection: Connection, ids: Collection[str]) -> dict[str, Payout]:
    rows = connection.execute(_select(payouts).where(is_in(payouts.c.id, ids)))
    return {row.id: Payout(**row._mapping) for row in rows}


def transactions_by_source(connection: Connection, source_ids: Collection[str]) -> dict[str, list[BalanceTransaction]]:
    """Every known balance transaction of these sources."""
    statement = _select(balance_transactions).where(is_in(balance_transactions.c.source_id, source_ids))
    found: defaultdict[str, list[BalanceTransaction]] = defaultdict(list)
    for transaction in _transactions(connection, statement):
        found[transaction.source_id or ""].append(transaction)
    return found


def transactions_by_id(connection: Connection, ids: Collection[str]) -> dict[str, BalanceTransaction]:
    statement = _select(balance_transactions).where(is_in(balance_transactions.c.id, ids))
    return {transaction.id: transaction for transaction in _transactions(connection, statement)}


def transitions_of(connection: Connection, object_ids: Collection[str]) -> dict[str, dict[str, datetime]]:
    """When each status of these objects was first learned."""
    found: defaultdict[str, dict[str, datetime]] = defaultdict(dict)
    statement = select(fact_transitions).where(is_in(fact_transitions.c.object_id, object_ids))
    for row in connection.execute(statement):
        found[row.object_id][row.transition] = row.seen_at
    return found


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
