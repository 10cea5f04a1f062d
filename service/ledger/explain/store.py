"""Read the objects and entries behind an id, as values of an explanation."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Table, and_, or_, select, text

from service.ledger.accounts_store import chart_of_accounts
from service.ledger.explain.explanation import ExplainedEntry, ExplainedObject, ExplainedPosting
from service.ledger.manual.store import manual_entries, manual_entry_decisions
from service.ledger.store import MANUAL_ENTRY, ledger_entries, ledger_postings
from service.stripe_facts.tables_store import (
    balance_transaction_fees,
    balance_transactions,
    charges,
    disputes,
    payout_members,
    payouts,
    refunds,
)

_NOT_SHOWN = frozenset({"id", "status_rank", "recorded_at"})
_TABLES = (("charge", charges), ("refund", refunds), ("dispute", disputes), ("payout", payouts))

_RELATED = """
WITH wanted AS (
    SELECT unnest(CAST(:ids AS text[])) AS id
), named AS (
    SELECT id FROM wanted UNION SELECT m.subject_id FROM wanted w JOIN manual_entries m ON m.id = w.id
), sources AS (
    SELECT id FROM named UNION SELECT b.source_id FROM named n JOIN balance_transactions b ON b.id = n.id
), charged AS (
    SELECT c.id FROM sources s JOIN charges c ON c.id = s.id
    UNION SELECT c.id FROM sources s JOIN charges c ON c.contribution_id = s.id
    UNION SELECT c.id FROM sources s JOIN charges c ON c.payment_intent_id = s.id
    UNION SELECT c.id FROM sources s JOIN charges c ON c.invoice_id = s.id
    UNION SELECT c.id FROM sources s JOIN charges c ON c.subscription_id = s.id
    UNION SELECT r.charge_id FROM sources s JOIN refunds r ON r.id = s.id
    UNION SELECT d.charge_id FROM sources s JOIN disputes d ON d.id = s.id
)
SELECT id FROM sources
UNION SELECT id FROM charged
UNION SELECT r.id FROM charged c JOIN refunds r ON r.charge_id = c.id
UNION SELECT d.id FROM charged c JOIN disputes d ON d.charge_id = c.id
"""


def ids_of_entry(connection: Connection, wanted: str) -> frozenset[str]:
    """Return the ids of the objects that an entry was computed from; empty if no entry has this number or key."""
    is_number = wanted.isdecimal() and len(wanted) < 18  # longer digits do not fit the column
    entry = ledger_entries.c
    condition = entry.seq == int(wanted) if is_number else entry.key == wanted
    causes = connection.execute(select(entry.causes).where(condition)).scalar_one_or_none()
    return frozenset(causes or ())


def related_ids(connection: Connection, ids: frozenset[str]) -> frozenset[str]:
    """Return these ids and those of the charges, refunds and disputes that belong to the same payments.

    An entry by a person leads to the object that it is about.
    """
    found = connection.execute(text(_RELATED), {"ids": sorted(ids)}).scalars()
    return frozenset(id_ for id_ in found if id_ is not None)


def transactions_of(connection: Connection, ids: Collection[str]) -> frozenset[str]:
    """Return the ids of the balance transactions among `ids` and of those whose source is among them."""
    moved = balance_transactions.c
    return _ids(connection, balance_transactions, "id", or_(moved.id.in_(ids), moved.source_id.in_(ids)))


def objects_with_ids(connection: Connection, ids: Collection[str]) -> list[ExplainedObject]:
    """Return the charges, refunds, disputes and payouts with these ids."""
    return [shown for kind, table in _TABLES for shown in _objects(connection, kind, table, table.c.id.in_(ids))]


def transactions_with_details(connection: Connection, ids: Collection[str]) -> list[ExplainedObject]:
    """Return balance transactions, each with the components of its fee and the payout that carried it."""
    details: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    fees, members = balance_transaction_fees, payout_members
    for fee in connection.execute(select(fees).where(fees.c.balance_transaction_id.in_(ids)).order_by(fees.c.line)):
        details[fee.balance_transaction_id].append((f"fee {fee.type}", f"{fee.amount_minor} {fee.currency}"))
    for member in connection.execute(select(members).where(members.c.balance_transaction_id.in_(ids))):
        details[member.balance_transaction_id].append(("payout", member.payout_id))
    transactions = _objects(connection, "balance transaction", balance_transactions, balance_transactions.c.id.in_(ids))
    return [
        ExplainedObject(transaction.kind, transaction.id, (*transaction.fields, *details[transaction.id]))
        for transaction in transactions
    ]


def manual_with_decisions(connection: Connection, ids: Collection[str]) -> list[ExplainedObject]:
    """Return the entries by a person that have these ids or are about these objects, each with what became of it."""
    manual, decision = manual_entries.c, manual_entry_decisions.c
    is_wanted = or_(manual.id.in_(ids), manual.subject_id.in_(ids), manual.reverses.in_(ids))
    statement = select(manual_entry_decisions).join(manual_entries, manual.id == decision.manual_entry_id)
    outcomes = {
        row.manual_entry_id: (row.outcome, f"by {row.decided_by} at {_text(row.decided_at)}")
        for row in connection.execute(statement.where(is_wanted))
    }
    return [
        ExplainedObject(shown.kind, shown.id, (*shown.fields, outcomes.get(shown.id, ("waits", "for a second person"))))
        for shown in _objects(connection, "entry by a person", manual_entries, is_wanted)
    ]


def posted_for(connection: Connection, ids: Collection[str]) -> tuple[ExplainedEntry, ...]:
    """Return the entries of the sources or balance transactions `ids`, and entries by a person about them, in order."""
    entry, posting = ledger_entries.c, ledger_postings.c
    is_about = and_(entry.source_type == MANUAL_ENTRY, entry.causes.overlap(list(ids)))
    condition = or_(entry.source_id.in_(ids), entry.balance_transaction_id.in_(ids), is_about)
    rows = connection.execute(select(ledger_entries).where(condition).order_by(entry.seq)).all()
    lines: defaultdict[int, list[ExplainedPosting]] = defaultdict(list)
    chart = chart_of_accounts(connection)
    statement = select(ledger_postings).where(posting.entry_seq.in_([row.seq for row in rows]))
    for line in connection.execute(statement.order_by(posting.entry_seq, posting.line)):
        lines[line.entry_seq].append(ExplainedPosting(line.account, chart[line.account].name, line.amount_minor))
    return tuple(
        ExplainedEntry(
            row.seq,
            row.key,
            row.reason,
            row.currency,
            row.accounting_date.isoformat(),
            row.effective_at,
            tuple(row.causes),
            tuple(lines[row.seq]),
        )
        for row in rows
    )


def _ids(connection: Connection, table: Table, column: str, condition: ColumnElement[bool]) -> frozenset[str]:
    values = connection.execute(select(table.c[column]).where(condition)).scalars()
    return frozenset(id_ for id_ in values if id_ is not None)


def _objects(connection: Connection, kind: str, table: Table, condition: ColumnElement[bool]) -> list[ExplainedObject]:
    rows = connection.execute(select(table).where(condition).order_by(table.c.id)).mappings()
    return [
        ExplainedObject(
            kind,
            row["id"],
            tuple((name, _text(row[name])) for name in row if name not in _NOT_SHOWN and row[name] not in (None, [])),
        )
        for row in rows
    ]


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%dT%H:%M:%SZ}"
    if isinstance(value, list):
        return " ".join(map(str, value))
    return str(value)
