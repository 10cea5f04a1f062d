"""SQL of the record of backups."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, Column, Connection, Table, Text, func, insert, select, text, update

from service.database.columns import INSTANT
from service.database.metadata import metadata

backups = Table(
    "backups",
    metadata,
    Column("name", Text, primary_key=True),
    Column("made_at", INSTANT, nullable=False),
    Column("byte_count", BigInteger, nullable=False),
    Column("verified_at", INSTANT),
)


@dataclass(frozen=True, slots=True)
class LastBackups:
    """When the newest backup was made, and when the newest of those that were restored for a check was made."""

    made_at: datetime | None
    verified_made_at: datetime | None


def add_backup(connection: Connection, name: str, made_at: datetime, byte_count: int) -> None:
    """Add a complete backup to the record."""
    connection.execute(insert(backups).values(name=name, made_at=made_at, byte_count=byte_count))


def set_verified(connection: Connection, name: str, now: datetime) -> None:
    """Note that a backup was restored and checked. Do nothing if the record does not have it."""
    connection.execute(update(backups).where(backups.c.name == name).values(verified_at=now))


def last_backups(connection: Connection) -> LastBackups:
    """Return when the newest backups were made."""
    verified = func.max(backups.c.made_at).filter(backups.c.verified_at.is_not(None))
    row = connection.execute(select(func.max(backups.c.made_at), verified)).one()
    return LastBackups(*row)


def count_rows(connection: Connection) -> dict[str, int]:
    """Return the number of rows of every table, by its name."""
    names = connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"))
    quoted = {name: connection.dialect.identifier_preparer.quote(name) for name in names.scalars()}
    return {
        name: connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()  # noqa: S608 quoted above
        for name, table in quoted.items()
    }


def table_count(connection: Connection) -> int:
    """Return how many tables, views and sequences the database has in any schema of its own."""
    statement = """
        SELECT count(*) FROM pg_class WHERE relnamespace NOT IN (
            SELECT oid FROM pg_namespace WHERE nspname LIKE 'pg\\_%' OR nspname = 'information_schema'
        )
    """
    return int(connection.execute(text(statement)).scalar_one())


def export_snapshot(connection: Connection) -> str:
    """Return the name under which another session can read what this transaction reads."""
    return str(connection.execute(text("SELECT pg_export_snapshot()")).scalar_one())


def revision_of(connection: Connection) -> str:
    """Return the newest migration of the database."""
    return str(connection.execute(text("SELECT max(version_num) FROM alembic_version")).scalar_one())
