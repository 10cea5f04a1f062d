"""Notes with which a person accepts an exception or a red check of a period. Rows are only added; the newest counts."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import BigInteger, Column, Connection, Date, Identity, Index, Table, Text, insert, select

from service.database.columns import INSTANT
from service.database.metadata import metadata

ledger_closing_notes = Table(
    "ledger_closing_notes",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("last_day", Date, nullable=False),
    Column("subject", Text, nullable=False),
    Column("note", Text),
    Column("noted_by", Text, nullable=False),
    Column("noted_at", INSTANT, nullable=False),
    Index(None, "last_day", "subject", "id"),
)


@dataclass(frozen=True, slots=True)
class ClosingNote:
    """Why a person accepts something before the period that ends with `last_day` is closed.

    `subject` is the kind and ids of an exception, or the number of a check. `note` None takes an earlier note back.
    """

    last_day: date
    subject: str
    note: str | None
    noted_by: str
    noted_at: datetime


def add_note(connection: Connection, note: ClosingNote) -> None:
    """Save a note."""
    connection.execute(
        insert(ledger_closing_notes).values(
            last_day=note.last_day,
            subject=note.subject,
            note=note.note,
            noted_by=note.noted_by,
            noted_at=note.noted_at,
        )
    )


def notes_of(connection: Connection, last_day: date) -> dict[str, ClosingNote]:
    """Return the notes in force for the period that ends with this day, by subject."""
    c = ledger_closing_notes.c
    columns = (c.last_day, c.subject, c.note, c.noted_by, c.noted_at)
    statement = select(*columns).where(c.last_day == last_day).order_by(c.id)
    newest = {row.subject: ClosingNote(*row) for row in connection.execute(statement)}
    return {subject: note for subject, note in newest.items() if note.note is not None}
