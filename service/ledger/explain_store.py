"""Find everything behind an id: an entry's number or key, a balance transaction, any Stripe object, a contribution."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Table, or_, select

from service.ledger.accounts import Account
from service.ledger.explanation import (
    ExplainedEntry,
    ExplainedEvent,
    ExplainedObject,
    ExplainedPosting,
    Explanation,
)
from service.ledger.store import ledger_entries, ledger_postings
from service.stripe_events.store import events_of
from service.stripe_facts.tables_store import (
    balance_transaction_fees,
    balance_transactions,
    charges,
    disputes,
    payout_members,
    payouts,
    refunds,
)

MAX_EVENTS = 100
_NOT_SHOWN = frozenset({"id", "status_rank", "recorded_at"})
_KINDS = (("charge", charges), ("refund", refunds), ("dispute", disputes), ("payout", payouts))


def explain(connection: Connection, wanted: str) -> Explanation:
    """What is known of `wanted` and of what belongs to it; empty if nothing is."""
    object_ids = _family(connection, _starting_points(connection, wanted))
    moved = select(balance_transactions.c.id).where(
        or_(balance_transactions.c.id.in_(object_ids), balance_transactions.c.source_id.in_(object_ids))
    )
    transaction_ids = frozenset(connection.execute(moved).scalars())
    objects = [
        found for kind, table in _KINDS for found in _objects(connection, kind, table, table.c.id.in_(object_ids))
    ]
    all_ids = object_ids | transaction_ids
    return Explanation(
        objects=(*objects, *_movements(connection, transaction_ids)),
        entries=_entries(connection, all_ids),
        events=tuple(
            ExplainedEvent(event.id, event.type, event.received_at)
            for event in events_of(connection, all_ids, MAX_EVENTS)
        ),
    )


def _starting_points(connection: Connection, wanted: str) -> frozenset[str]:
    """The objects that an entry was made from, or the id itself."""
    by_number = ledger_entries.c.seq == int(wanted) if wanted.isdecimal() and len(wanted) < 18 else None
    by_key = ledger_entries.c.key == wanted
    statement = select(ledger_entries.c.causes).where(by_key if by_number is None else by_number)
    causes = connection.execute(statement).scalar_one_or_none()
    return frozenset(causes or [wanted])


def _family(connection: Connection, ids: frozenset[str]) -> frozenset[str]:
    """These objects, and the charges, refunds and disputes that belong together with them."""
    sources = _ids(connection, balance_transactions, "source_id", balance_transactions.c.id.in_(ids))
    ids = ids | sources
    charge = charges.c
    charge_ids = (
        _ids(connection, refunds, "charge_id", refunds.c.id.in_(ids))
        | _ids(connection, disputes, "charge_id", disputes.c.id.in_(ids))
        | _ids(
            connection,
            charges,
            "id",
            or_(
                *(
                    column.in_(ids)
                    for column in (
                        charge.id,
                        charge.contribution_id,
                        charge.payment_intent_id,
                        charge.invoice_id,
                        charge.subscription_id,
                    )
                )
            ),
        )
    )
    return (
        ids
        | charge_ids
        | _ids(connection, refunds, "id", refunds.c.charge_id.in_(charge_ids))
        | _ids(connection, disputes, "id", disputes.c.charge_id.in_(charge_ids))
    )


def _ids(connection: Connection, table: Table, column: str, condition: ColumnElement[bool]) -> frozenset[str]:
    found = connection.execute(select(table.c[column]).where(condition)).scalars()
    return frozenset(id_ for id_ in found if id_ is not None)


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


def _movements(connection: Connection, ids: Collection[str]) -> list[ExplainedObject]:
    """Balance transactions, each with the components of its fee and the payout that carried it."""
    extras: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    fees, members = balance_transaction_fees, payout_members
    for fee in connection.execute(select(fees).where(fees.c.balance_transaction_id.in_(ids)).order_by(fees.c.line)):
        extras[fee.balance_transaction_id].append((f"fee {fee.type}", f"{fee.amount_minor} {fee.currency}"))
    for member in connection.execute(select(members).where(members.c.balance_transaction_id.in_(ids))):
        extras[member.balance_transaction_id].append(("payout", member.payout_id))
    found = _objects(connection, "balance transaction", balance_transactions, balance_transactions.c.id.in_(ids))
    return [ExplainedObject(each.kind, each.id, (*each.fields, *extras[each.id])) for each in found]


def _entries(connection: Connection, ids: Collection[str]) -> tuple[ExplainedEntry, ...]:
    entry, posting = ledger_entries.c, ledger_postings.c
    condition = or_(entry.source_id.in_(ids), entry.balance_transaction_id.in_(ids))
    rows = connection.execute(select(ledger_entries).where(condition).order_by(entry.seq)).all()
    lines: defaultdict[int, list[ExplainedPosting]] = defaultdict(list)
    statement = select(ledger_postings).where(posting.entry_seq.in_([row.seq for row in rows]))
    for line in connection.execute(statement.order_by(posting.entry_seq, posting.line)):
        lines[line.entry_seq].append(ExplainedPosting(Account(line.account), line.amount_minor))
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


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%dT%H:%M:%SZ}"
    if isinstance(value, list):
        return " ".join(map(str, value))
    return str(value)
