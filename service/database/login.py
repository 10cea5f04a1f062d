"""Check that the application does not sign in to the database as somebody who could change the ledger."""

import structlog
from sqlalchemy import Connection, Engine, text

from service.database.transaction import committed
from service.errors import StoreUnavailableError

# `role=keepopen_app` only limits a session until it says `SET ROLE NONE`: then the login's own rights count.
IS_TOO_POWERFUL = text("""
    SELECT login.rolsuper OR coalesce(bool_or(pg_has_role(login.oid, ledger.relowner, 'MEMBER')), false)
    FROM pg_roles AS login
    LEFT JOIN pg_class AS ledger ON ledger.oid = to_regclass('ledger_entries')
    WHERE login.rolname = session_user
    GROUP BY login.oid, login.rolsuper
""")

log = structlog.get_logger()


def is_login_too_powerful(connection: Connection) -> bool:
    """Return whether this session could change the ledger: its login is a superuser, or owns the tables."""
    return bool(connection.execute(IS_TOO_POWERFUL).scalar_one())


def warn_of_powerful_login(engine: Engine) -> None:
    """Log a warning if the application's login could change the ledger. Do nothing if the database is away."""
    try:
        with committed(engine) as connection:
            if is_login_too_powerful(connection):
                log.warning("database_login_too_powerful", remedy="see `The database` in docs/operate.md")
    except StoreUnavailableError:
        log.warning("database_login_not_checked")
