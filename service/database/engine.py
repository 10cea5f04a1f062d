"""Engines for the two database users: the application and the owner.

The application acts as a role that cannot change or delete ledger rows. Migrations and rebuilding act as the owner.
"""

from typing import Any

from psycopg.conninfo import make_conninfo
from sqlalchemy import Engine, create_engine, make_url
from sqlalchemy.engine import URL

from service.database.connection import bound_waits
from service.database.embedded import as_application, revive_embedded, start_embedded
from service.database.embedded_server import APPLICATION_ROLE
from service.settings import Settings
from service.waiting_limits import (
    DATABASE_CONNECT_SECONDS,
    DATABASE_CONNECTIONS,
    DATABASE_POOL_SECONDS,
    DATABASE_SILENCE_SECONDS,
    DATABASE_STATEMENT_SECONDS,
    INBOX_CONNECTIONS,
    INBOX_SILENCE_SECONDS,
)


def database_address(settings: Settings) -> str:
    """Return the address for normal use. Start the embedded PostgreSQL if the settings have no database."""
    return settings.database_url or as_application(start_embedded(settings.var_dir))


def owner_address(settings: Settings) -> str:
    """Return the address for migrations and for rebuilding the ledger, which signs in as the owner of the tables."""
    return settings.migration_database_url or settings.database_url or start_embedded(settings.var_dir)


def revive_database(settings: Settings) -> None:
    """Start the embedded PostgreSQL again if it was killed. Do nothing if the database is not ours.

    Raise StoreUnavailableError if it does not start.
    """
    if settings.database_url is None:
        revive_embedded(settings.var_dir)


def application_engine(address: str) -> Engine:
    """Create the engine for normal use. It acts as `keepopen_app`, with limits on connections and statements."""
    engine = create_engine(_psycopg(address), pool_pre_ping=True, pool_size=DATABASE_CONNECTIONS, **_bounds())
    return bound_waits(engine, DATABASE_SILENCE_SECONDS)


def inbox_engine(address: str) -> Engine:
    """Create an engine for single statements that must be fast. It acts as `keepopen_app`, with the usual limits.

    Each statement is a transaction, its plan is reused, and connections are not tested before use. If a connection is
    lost, `committed_at_once` drops all connections of the pool.
    """
    options: dict[str, Any] = {"isolation_level": "AUTOCOMMIT", "pool_reset_on_return": None}
    bounds = _bounds(" -c plan_cache_mode=force_generic_plan")
    engine = create_engine(_psycopg(address), pool_size=INBOX_CONNECTIONS, **options, **bounds)
    return bound_waits(engine, INBOX_SILENCE_SECONDS)


def _bounds(more: str = "") -> dict[str, Any]:
    timeout = f"-c statement_timeout={DATABASE_STATEMENT_SECONDS}s"
    options = f"-c role={APPLICATION_ROLE} -c timezone=UTC {timeout}{more}"
    return {
        "hide_parameters": True,  # an error must not quote personal data
        "max_overflow": 0,
        "pool_timeout": DATABASE_POOL_SECONDS,
        "connect_args": {"connect_timeout": DATABASE_CONNECT_SECONDS, "options": options},
    }


def owner_engine(address: str) -> Engine:
    """Create an engine that acts as the user in `address`, for migrations and for rebuilding the ledger."""
    return create_engine(
        _psycopg(address),
        hide_parameters=True,
        connect_args={"connect_timeout": DATABASE_CONNECT_SECONDS, "options": "-c timezone=UTC"},
    )


def application_conninfo(address: str) -> str:
    """Return a libpq connection string that acts as `keepopen_app`, for the job queue's own connections."""
    plain = make_url(address).set(drivername="postgresql").render_as_string(hide_password=False)
    options = f"-c role={APPLICATION_ROLE} -c timezone=UTC"
    return make_conninfo(plain, options=options, connect_timeout=DATABASE_CONNECT_SECONDS)


def _psycopg(address: str) -> URL:
    return make_url(address).set(drivername="postgresql+psycopg")
