"""Engines for the two database users: the application and the owner.

The application acts as a role that cannot change or delete ledger rows. Migrations and rebuilding act as the owner.
"""

from typing import Any

import psycopg
import structlog
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from sqlalchemy import Engine, create_engine

from service.database.connection import connect_by
from service.database.embedded import as_application, embedded_address, revive_embedded, start_embedded
from service.database.embedded_server import APPLICATION_ROLE
from service.errors import StoreUnavailableError
from service.settings import DatabaseSettings, Settings, SettingsError
from service.waiting_limits import (
    DATABASE_CONNECT_SECONDS,
    DATABASE_CONNECTION_SECONDS,
    DATABASE_CONNECTIONS,
    DATABASE_IDLE_SECONDS,
    DATABASE_POOL_SECONDS,
    DATABASE_SILENCE_SECONDS,
    DATABASE_STATEMENT_SECONDS,
    INBOX_CONNECTIONS,
    INBOX_SILENCE_SECONDS,
)

log = structlog.get_logger()
DRIVER = "postgresql+psycopg://"  # `connect_by` and `creator` know the rest


def database_address(settings: Settings, *, needs_start: bool = True) -> str:
    """Return the address for normal use. Start the embedded PostgreSQL if the settings have no database.

    If it does not start, raise StoreUnavailableError, or only log that if `needs_start` is false.
    """
    if settings.database_url:
        return settings.database_url
    try:
        return as_application(start_embedded(settings.var_dir))
    except StoreUnavailableError as error:
        if needs_start:
            raise
        log.error("database_not_started", reason=str(error))
        return as_application(embedded_address(settings.var_dir))


def login_of_service(settings: DatabaseSettings) -> str | None:
    """Return the database user of the service if migrations have an address of their own, else None."""
    if settings.migration_database_url is None or settings.database_url is None:
        return None
    user = conninfo_to_dict(_conninfo(settings.database_url, "")).get("user")
    return None if user is None else str(user)


def owner_address(settings: Settings | DatabaseSettings) -> str:
    """Return the address for migrations and for rebuilding the ledger, which signs in as the owner of the tables."""
    return settings.migration_database_url or settings.database_url or start_embedded(settings.var_dir)


def revive_database(settings: Settings) -> None:
    """Start the embedded PostgreSQL again if it was killed. Do nothing if the database is not ours.

    Raise StoreUnavailableError if it does not start.
    """
    if settings.database_url is None:
        revive_embedded(settings.var_dir)


def application_engine(address: str, kept_free: int = 0) -> Engine:
    """Create the engine for normal use. It acts as `keepopen_app`, with limits on connections and statements.

    PostgreSQL ends connections that are idle, and the pool prefers those that were used last, so that a process keeps
    only as many as it needs. `kept_free`: how many connections of the server it leaves to commands.

    Each statement is planned for its values, because a plan for any days reads two years to show four weeks, and is
    worked on by one process, because parallel workers take more processor time than they save.
    """
    plans = "-c plan_cache_mode=force_custom_plan -c max_parallel_workers_per_gather=0"
    options = f"{_bounds()} {plans} -c idle_session_timeout={DATABASE_IDLE_SECONDS}s"
    renewal: dict[str, Any] = {"pool_pre_ping": True, "pool_recycle": DATABASE_CONNECTION_SECONDS}
    engine = create_engine(DRIVER, pool_use_lifo=True, pool_size=DATABASE_CONNECTIONS, **renewal, **_pool())
    return connect_by(engine, _conninfo(address, options), DATABASE_SILENCE_SECONDS, kept_free)


def inbox_engine(address: str, kept_free: int = 0) -> Engine:
    """Create an engine for single statements that must be fast. It acts as `keepopen_app`, with the usual limits.

    Each statement is a transaction, its plan is reused, and connections are not tested before use. If a connection is
    lost, `committed_at_once` drops all connections of the pool.
    """
    mode: dict[str, Any] = {"isolation_level": "AUTOCOMMIT", "pool_reset_on_return": None}
    options = f"{_bounds()} -c plan_cache_mode=force_generic_plan"
    engine = create_engine(DRIVER, pool_size=INBOX_CONNECTIONS, **mode, **_pool())
    return connect_by(engine, _conninfo(address, options), INBOX_SILENCE_SECONDS, kept_free)


def owner_engine(address: str) -> Engine:
    """Create an engine that acts as the user in `address`, for migrations and for rebuilding the ledger."""
    conninfo = _conninfo(address, "-c timezone=UTC")
    return create_engine(DRIVER, hide_parameters=True, creator=lambda: psycopg.connect(conninfo))


def application_conninfo(address: str) -> str:
    """Return a libpq connection string that acts as `keepopen_app`, for the job queue's own connections."""
    return _conninfo(address, f"-c role={APPLICATION_ROLE} -c timezone=UTC")


def _bounds() -> str:
    """Return what a new connection of the application asks PostgreSQL for."""
    return f"-c role={APPLICATION_ROLE} -c timezone=UTC -c statement_timeout={DATABASE_STATEMENT_SECONDS}s"


def _pool() -> dict[str, Any]:
    # An error must not quote personal data.
    return {"hide_parameters": True, "max_overflow": 0, "pool_timeout": DATABASE_POOL_SECONDS}


def _conninfo(address: str, options: str) -> str:
    """Return libpq's connection string for an address, which may name several hosts as libpq reads them."""
    plain = address.replace("postgresql+psycopg://", "postgresql://", 1)
    try:
        given = conninfo_to_dict(plain).get("options") or ""
    except psycopg.Error:  # its message quotes the address, and so the password
        problem = "DATABASE_URL or MIGRATION_DATABASE_URL: PostgreSQL's library cannot read this address."
        raise SettingsError((problem,)) from None
    return make_conninfo(plain, options=f"{given} {options}".strip(), connect_timeout=DATABASE_CONNECT_SECONDS)
