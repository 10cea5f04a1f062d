"""Bring a database up to date. Migrations only go forward, and two that start at the same time run in turn."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from service.database.engine import owner_engine
from service.errors import DomainError

MIGRATIONS = Path(__file__).parent / "migrations"
MIGRATION_LOCK = 0x6B6F_6D67  # advisory lock, one migration at a time


class UnknownRevisionError(DomainError):
    """The database was migrated by a version of the service whose migrations this version does not have."""

    code = "unknown_revision"


def migrate(address: str) -> None:
    """Run the missing migrations on the database at `address`. Change nothing if the database is up to date.

    Raise UnknownRevisionError if another version of the service has migrated the database.
    """
    engine = owner_engine(address)
    try:
        with engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK})
            config = _alembic_config(connection)
            _refuse_unknown_revision(connection, config)
            command.upgrade(config, "head")
    finally:
        engine.dispose()


def _alembic_config(connection: Connection) -> Config:
    """Configure Alembic for an open connection; there is no alembic.ini."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def _refuse_unknown_revision(connection: Connection, config: Config) -> None:
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    unknown = sorted(set(MigrationContext.configure(connection).get_current_heads()) - known)
    if unknown:
        raise UnknownRevisionError(
            f"The database is at revision {unknown[0]}, which this version of Keepopen does not know. "
            "If an unreleased version made the database, delete it and migrate an empty one. "
            "If a newer version migrated it, run that version."
        )
