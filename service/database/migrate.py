"""Bring a database up to date. Migrations only go forward, and two that start at the same time run in turn."""

from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from service.database.engine import owner_engine
from service.database.fitness import refuse_unfit
from service.database.grants import restore_rights
from service.database.reasons import reason_of
from service.errors import DomainError, StoreUnavailableError

MIGRATIONS = Path(__file__).parent / "migrations"
MIGRATION_LOCK = 0x6B6F_6D67  # advisory lock, one migration at a time
LOCK_SECONDS = 10
TRIES = 5
BLOCKED = """
    SELECT relation::regclass::text FROM pg_locks
    WHERE pid = pg_backend_pid() AND locktype = 'relation' AND mode = 'AccessExclusiveLock'
"""


class UnknownRevisionError(DomainError):
    """The database was migrated by a version of the service whose migrations this version does not have."""

    code = "unknown_revision"


class MigrationBlockedError(DomainError):
    """Another session holds a table that a migration has to change."""

    code = "migration_blocked"


def migrate(address: str, login: str | None = None) -> None:
    """Run the missing migrations on the database at `address`, and give the application's role all its rights again.

    Each migration is a transaction of its own, so that it holds its locks only for itself. `login` is the database user
    of the service, who becomes a member of that role. Raise UnfitDatabaseError if the database is too old or has
    another encoding, UnknownRevisionError if another version of the service has migrated it, and MigrationBlockedError
    if a table cannot be locked in time.
    """
    engine = owner_engine(address)
    try:
        with engine.connect() as turn:
            turn.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": MIGRATION_LOCK})  # until `turn` is closed
            turn.commit()
            with engine.connect() as connection:
                refuse_unfit(connection)
                _run(connection)
            with engine.begin() as connection:
                restore_rights(connection, login)
            turn.invalidate()
    except (DBAPIError, psycopg.Error) as error:  # migrations use the driver's own cursor, which raises its own errors
        if isinstance(_cause(error), (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected)):
            raise MigrationBlockedError(
                f"A table that a migration has to change was in use for {LOCK_SECONDS} seconds, perhaps by an export. "
                "That migration changed nothing. Run `migrate` again, when fewer people work."
            ) from error
        raise StoreUnavailableError("the database could not be migrated", reason_of(error)) from error
    finally:
        engine.dispose()


def migrate_one(owner: Engine, revision: str) -> tuple[str, ...]:
    """Run a single migration. Return the tables that existed before and could not be read while it ran."""
    with owner.begin() as connection:
        before = set(connection.execute(text("SELECT tablename FROM pg_tables")).scalars())
        command.upgrade(_alembic_config(connection), revision)
        return tuple(sorted(before & set(connection.execute(text(BLOCKED)).scalars())))


def known_revisions() -> tuple[str, ...]:
    """Return the migrations of this version of the service, oldest first."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return tuple(reversed([script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]))


def _run(connection: Connection) -> None:
    """Run the missing migrations. They wait for a lock for a limited time, because everyone else waits behind them.

    A migration that PostgreSQL breaks off, because a writer and it wait for each other, is tried again.
    """
    connection.execute(text(f"SET lock_timeout = '{LOCK_SECONDS}s'"))
    config = _alembic_config(connection)
    _refuse_unknown_revision(connection)
    for tries_left in reversed(range(TRIES)):
        connection.commit()  # Alembic begins its own transactions only if there is none
        try:
            command.upgrade(config, "head")
        except (DBAPIError, psycopg.Error) as error:
            if not (tries_left and isinstance(_cause(error), psycopg.errors.DeadlockDetected)):
                raise
            connection.rollback()
        else:
            return


def _cause(error: BaseException) -> BaseException | None:
    """Return the driver's own error."""
    return error.orig if isinstance(error, DBAPIError) else error


def _alembic_config(connection: Connection) -> Config:
    """Configure Alembic for an open connection; there is no alembic.ini."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def _refuse_unknown_revision(connection: Connection) -> None:
    unknown = sorted(set(MigrationContext.configure(connection).get_current_heads()) - set(known_revisions()))
    if unknown:
        raise UnknownRevisionError(
            f"The database is at revision {unknown[0]}, which this version of Keepopen does not know. "
            "If an unreleased version made the database, delete it and migrate an empty one. "
            "If a newer version migrated it, run that version."
        )
