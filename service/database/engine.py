"""Connections: the application's (as a role that cannot rewrite the ledger) and the owner's (migrations, rebuild)."""

from typing import Any

from psycopg.conninfo import make_conninfo
from sqlalchemy import Engine, create_engine, make_url
from sqlalchemy.engine import URL

from service.database.embedded import start_embedded
from service.settings import Settings

APPLICATION_ROLE = "keepopen_app"
CONNECT_TIMEOUT_SECONDS = 3
STATEMENT_TIMEOUT_MILLISECONDS = 30_000
POOL_SIZE = 8
POOL_TIMEOUT_SECONDS = 3


def database_address(settings: Settings) -> str:
    """The database's address; starts the embedded PostgreSQL when the settings name none."""
    return settings.database_url or start_embedded(settings.var_dir).get_uri()


def application_engine(address: str) -> Engine:
    """Connections that act as `keepopen_app`: bounded in number, in waiting and in the length of a statement."""
    return create_engine(_psycopg(address), pool_pre_ping=True, **_bounds())


def inbox_engine(address: str) -> Engine:
    """The same for one statement that must cost little: a transaction by itself, planned once, on connections that are
    not tried first. Whoever meets a dead one drops them all (`committed_at_once`)."""
    bounds = _bounds(" -c plan_cache_mode=force_generic_plan")
    return create_engine(_psycopg(address), isolation_level="AUTOCOMMIT", pool_reset_on_return=None, **bounds)


def _bounds(more: str = "") -> dict[str, Any]:
    options = f"-c role={APPLICATION_ROLE} -c timezone=UTC -c statement_timeout={STATEMENT_TIMEOUT_MILLISECONDS}{more}"
    return {
        "pool_size": POOL_SIZE,
        "max_overflow": 0,
        "pool_timeout": POOL_TIMEOUT_SECONDS,
        "connect_args": {"connect_timeout": CONNECT_TIMEOUT_SECONDS, "options": options},
    }


def owner_engine(address: str) -> Engine:
    """Connections as whoever the address names: for migrations and for rebuilding what is derived."""
    return create_engine(
        _psycopg(address), connect_args={"connect_timeout": CONNECT_TIMEOUT_SECONDS, "options": "-c timezone=UTC"}
    )


def application_conninfo(address: str) -> str:
    """The same application role as libpq connection text, for the job queue's own connections."""
    plain = make_url(address).set(drivername="postgresql").render_as_string(hide_password=False)
    return make_conninfo(plain, options=f"-c role={APPLICATION_ROLE} -c timezone=UTC")


def _psycopg(address: str) -> URL:
    return make_url(address).set(drivername="postgresql+psycopg")
