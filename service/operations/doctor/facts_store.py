"""SQL that reads what the checks of an installation need: versions, the clock, and the newest charge."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, text

from service.database.metadata import metadata
from service.stripe_facts.tables_store import charges


@dataclass(frozen=True, slots=True)
class DatabaseFacts:
    """PostgreSQL's version, the login, its clock, and the newest migration (None before the first).

    `missing_tables`: those that every database of this version has, and this one does not.
    """

    version: str
    version_number: int
    encoding: str
    login: str
    now: datetime
    revision: str | None
    missing_tables: tuple[str, ...] = ()


def database_facts(connection: Connection) -> DatabaseFacts:
    """Read the facts. They can be read before the first migration too."""
    row = connection.execute(
        text("""
            SELECT current_setting('server_version'), current_setting('server_version_num')::int,
                getdatabaseencoding(), session_user::text, clock_timestamp(),
                coalesce(has_table_privilege(to_regclass('alembic_version'), 'SELECT'), false)
        """)
    ).one()
    version, number, encoding, login, now, is_readable = row
    revision = _revision(connection) if is_readable else None
    return DatabaseFacts(version, number, encoding, login, now, revision, _missing_tables(connection))


def newest_charge(connection: Connection) -> str | None:
    """Return the id of the charge that was made last, or None if there is none."""
    return connection.scalar(select(charges.c.id).order_by(charges.c.created_at.desc()).limit(1))


def _revision(connection: Connection) -> str | None:
    found: str | None = connection.scalar(text("SELECT max(version_num) FROM alembic_version"))
    return found


def _missing_tables(connection: Connection) -> tuple[str, ...]:
    statement = text(
        "SELECT name FROM unnest(CAST(:names AS text[])) name WHERE to_regclass(quote_ident(name)) IS NULL"
    )
    return tuple(sorted(connection.execute(statement, {"names": sorted(metadata.tables)}).scalars()))
