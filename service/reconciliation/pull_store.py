"""How far the balance has been pulled."""

from datetime import datetime

from sqlalchemy import Column, Connection, Table, Text, select
from sqlalchemy.dialects.postgresql import insert

from service.database.columns import INSTANT
from service.database.metadata import metadata

BALANCE_CURSOR = "balance"

pull_cursors = Table(
    "pull_cursors",
    metadata,
    Column("name", Text, primary_key=True),
    Column("pulled_through_at", INSTANT, nullable=False),
)


def pulled_through(connection: Connection) -> datetime | None:
    """Return when the last complete pull of the balance began, or None before the first complete pull."""
    c = pull_cursors.c
    found: datetime | None = connection.scalar(select(c.pulled_through_at).where(c.name == BALANCE_CURSOR))
    return found


def set_pulled_through(connection: Connection, began_at: datetime) -> None:
    """Save when a complete pull began, unless a later one is saved already."""
    statement = insert(pull_cursors).values(name=BALANCE_CURSOR, pulled_through_at=began_at)
    new = statement.excluded.pulled_through_at
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["name"],
            set_={"pulled_through_at": new},
            where=new > pull_cursors.c.pulled_through_at,
        )
    )
