"""The tables of entries by a person and of the decisions on them. Rows are only ever added."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Connection,
    Date,
    ForeignKey,
    Index,
    SmallInteger,
    Table,
    Text,
    insert,
    select,
)
from sqlalchemy.engine import Row

from service.database.columns import INSTANT, is_in
from service.database.metadata import metadata
from service.ledger.manual.entry import ManualDecision, ManualEntry, ManualKind, ManualOutcome

manual_entries = Table(
    "manual_entries",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("accounting_date", Date, nullable=False),
    Column("why", Text, nullable=False),
    Column("subject_id", Text),
    Column("reverses", Text, ForeignKey("manual_entries.id")),
    Column("site", Text),
    Column("campaign", Text),
    Column("fund", Text),
    Column("proposed_by", Text, nullable=False),
    Column("proposed_at", INSTANT, nullable=False),
    Column("needs_second_person", Boolean, nullable=False),
    CheckConstraint("kind IN ('reclassify', 'write_off', 'settle', 'enter', 'reverse')", name="kind"),
    Index(None, "subject_id"),
)

manual_entry_lines = Table(
    "manual_entry_lines",
    metadata,
    Column("manual_entry_id", Text, ForeignKey("manual_entries.id"), primary_key=True),
    Column("line", SmallInteger, primary_key=True),
    Column("account", Text, ForeignKey("ledger_accounts.code"), nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
)

manual_entry_decisions = Table(
    "manual_entry_decisions",
    metadata,
    Column("manual_entry_id", Text, ForeignKey("manual_entries.id"), primary_key=True),
    Column("outcome", Text, nullable=False),
    Column("decided_by", Text, nullable=False),
    Column("decided_at", INSTANT, nullable=False),
    Column("why", Text),
    CheckConstraint("outcome IN ('posted', 'refused')", name="outcome"),
)

_ENTRY, _LINE, _DECISION = manual_entries.c, manual_entry_lines.c, manual_entry_decisions.c


def insert_manual(connection: Connection, entries: Sequence[ManualEntry]) -> None:
    """Save proposed entries with their lines."""
    names = manual_entries.c.keys()
    rows = [{name: getattr(manual, name) for name in names} | {"kind": manual.kind.value} for manual in entries]
    lines = [
        {"manual_entry_id": manual.id, "line": line, "account": str(account), "amount_minor": amount_minor}
        for manual in entries
        for line, (account, amount_minor) in enumerate(manual.lines, start=1)
    ]
    if rows:
        connection.execute(insert(manual_entries), rows)
        connection.execute(insert(manual_entry_lines), lines)


def insert_decisions(connection: Connection, decisions: Mapping[str, ManualDecision]) -> None:
    """Save what became of proposed entries, by their ids."""
    rows = [
        {
            "manual_entry_id": manual_id,
            "outcome": decision.outcome.value,
            "decided_by": decision.decided_by,
            "decided_at": decision.decided_at,
            "why": decision.why,
        }
        for manual_id, decision in decisions.items()
    ]
    if rows:
        connection.execute(insert(manual_entry_decisions), rows)


def find_manual(connection: Connection, ids: Collection[str]) -> dict[str, ManualEntry]:
    """Return the entries with these ids, by id."""
    rows = connection.execute(select(manual_entries).where(is_in(_ENTRY.id, ids)))
    return {manual.id: manual for manual in _with_lines(connection, rows)}


def decisions_on(connection: Connection, ids: Collection[str]) -> dict[str, ManualDecision]:
    """Return the decisions on these entries, by the entry's id. An entry that waits has none."""
    rows = connection.execute(select(manual_entry_decisions).where(is_in(_DECISION.manual_entry_id, ids)))
    return {
        row.manual_entry_id: ManualDecision(ManualOutcome(row.outcome), row.decided_by, row.decided_at, row.why)
        for row in rows
    }


def posted_reversals(connection: Connection, ids: Collection[str]) -> dict[str, str]:
    """Return the ids of the posted entries that reverse these entries, by the id of the reversed entry."""
    statement = (
        select(_ENTRY.reverses, _ENTRY.id)
        .join_from(manual_entries, manual_entry_decisions, _DECISION.manual_entry_id == _ENTRY.id)
        .where(is_in(_ENTRY.reverses, ids), _DECISION.outcome == ManualOutcome.POSTED.value)
    )
    return {row.reverses: row.id for row in connection.execute(statement)}


def list_manual(connection: Connection, *, only_waiting: bool, limit: int) -> list[ManualEntry]:
    """Return the newest entries, at most `limit`, or only those that wait for a second person; the oldest first."""
    statement = select(manual_entries)
    if only_waiting:
        statement = statement.where(_ENTRY.id.not_in(select(_DECISION.manual_entry_id)))
    newest = connection.execute(statement.order_by(_ENTRY.proposed_at.desc(), _ENTRY.id.desc()).limit(limit))
    return list(_with_lines(connection, newest.all()[::-1]))


def _with_lines(connection: Connection, rows: Iterable[Row[tuple[object, ...]]]) -> Iterable[ManualEntry]:
    found = list(rows)
    lines: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
    statement = select(manual_entry_lines).where(is_in(_LINE.manual_entry_id, [row.id for row in found]))
    for line in connection.execute(statement.order_by(_LINE.manual_entry_id, _LINE.line)):
        lines[line.manual_entry_id].append((line.account, line.amount_minor))
    for row in found:
        values = row._asdict()
        yield ManualEntry(**values | {"kind": ManualKind(row.kind), "lines": tuple(lines[row.id])})
