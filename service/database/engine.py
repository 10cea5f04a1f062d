"""Connections: the application's (as a role that cannot rewrite the ledger) and the owner's (migrations, rebuild)."""

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
    options = f"-c role={APPLICATION_ROLE} -c timezone=UTC -c statement_timeout={STATEMENT_TIMEOUT_MILLISECONDS}"
    return create_engine(
        _psycopg(address),
        pool_size=POOL_SIZE,
        max_overflow=0,
        pool_timeout=POOL_TIMEOUT_SECONDS,
        pool_pre_ping=True,
        connect_args={"connect_timeout": CONNECT_TIMEOUT_SECONDS, "options": options},
    )


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
