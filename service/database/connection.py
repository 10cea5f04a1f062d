"""Connections to PostgreSQL that are given up if the server says nothing for too long, and checked when they are made.

PostgreSQL itself keeps `statement_timeout`, so a server that hangs does not end a statement. `tcp_user_timeout` would
not help on a Unix socket. So the wait is bounded here, on our side of the connection.
"""

from typing import Any, TypeVar

import psycopg
import structlog
from psycopg.abc import PQGen
from psycopg.rows import TupleRow
from sqlalchemy import Engine, event

from service.database.embedded_server import APPLICATION_ROLE
from service.database.reasons import reason_of
from service.logs import Seldom
from service.waiting_limits import (
    DATABASE_FAILURES,
    DATABASE_PAUSE_SECONDS,
    DATABASE_SILENCE_SECONDS,
    DATABASE_STATEMENT_SECONDS,
    Breaker,
    seconds_left,
)

Result = TypeVar("Result")
INTERVAL_SECONDS = 0.1  # how often a waiting thread wakes up, so that Ctrl-C reaches it
SESSION = """
    SELECT current_user::text = %s AND current_setting('TimeZone') = 'UTC' AND current_setting('statement_timeout') = %s
"""
# A superuser's connections are not counted on: a service must not sign in as one.
FREE_CONNECTIONS = """
    SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
           - coalesce(current_setting('reserved_connections', true)::int, 0) - sum(numbackends)::int
    FROM pg_stat_database
"""

log = structlog.get_logger()


class BoundedConnection(psycopg.Connection[TupleRow]):
    """A connection on which every wait ends after `silence_seconds`, or earlier at the deadline of the request.

    The connection is then closed, because a late answer would be taken for the answer to the next statement.
    """

    silence_seconds = DATABASE_SILENCE_SECONDS

    def wait(self, gen: PQGen[Result], interval: float = INTERVAL_SECONDS, timeout: float | None = None) -> Result:
        """Wait for the server. Raise OperationalError if it says nothing in time."""
        if timeout is not None:
            return super().wait(gen, interval, timeout)
        try:
            return super().wait(gen, interval, seconds_left(self.silence_seconds))
        except psycopg.errors._WaitTimeout:  # the wait functions raise nothing else, and it is to be converted
            self.pgconn.finish()
            raise psycopg.OperationalError("the server said nothing for too long") from None


def connect_by(engine: Engine, conninfo: str, silence_seconds: float, kept_free: int = 0) -> Engine:
    """Let the engine connect with a connection string of libpq, and wait for at most so long. Return the engine.

    A new connection is closed again if it would leave the server fewer than `kept_free` connections: those are for
    commands, such as `campaigns pause`. While the server does not accept connections, one attempt every second finds
    out whether it is back. More attempts would wait for nothing if it hangs, and would take its processor if it has no
    connection left.
    """
    breaker, seldom = Breaker(DATABASE_FAILURES, DATABASE_PAUSE_SECONDS), Seldom()
    reason = ""

    @event.listens_for(engine, "do_connect")
    def connect(_: Any, __: Any, ___: list[Any], ____: dict[str, Any]) -> BoundedConnection:
        nonlocal reason
        if not breaker.allows_call():
            raise psycopg.OperationalError(f"the server accepted no connection a moment ago: {reason}")
        try:
            connection = BoundedConnection.connect(conninfo)
            connection.silence_seconds = silence_seconds
            _check(connection, kept_free)
        except psycopg.OperationalError as error:
            breaker.failed()
            reason = reason_of(error)
            if seldom.is_due(reason):
                log.warning("database_refused", reason=reason)
            raise
        breaker.succeeded()
        return connection

    event.listen(engine, "checkin", _forget_mode)
    return engine


def _forget_mode(connection: BoundedConnection | None, _: Any) -> None:
    """Let the next transaction be read-only if the server says so.

    SQLAlchemy asks for writing after a transaction that was to be read-only, whatever the server's default is.
    """
    if connection is not None and not connection.closed:
        connection.read_only = None


def _check(connection: BoundedConnection, kept_free: int) -> None:
    """Close a new connection, and raise OperationalError, if it is not as we asked for or should be left to others."""
    connection.autocommit = True
    try:
        session = connection.execute(SESSION, [APPLICATION_ROLE, f"{DATABASE_STATEMENT_SECONDS}s"]).fetchone()
        if session is None or not session[0]:
            raise psycopg.OperationalError(
                "role, timezone or statement_timeout are not those that were asked for; a pooler in between, such as "
                "PgBouncer, ignores the parameter `options`. Connect to PostgreSQL itself"
            )
        free = connection.execute(FREE_CONNECTIONS).fetchone() if kept_free else None
        if free is not None and free[0] < kept_free:
            raise psycopg.OperationalError(f"the server's last {kept_free} connections are kept for commands")
        connection.autocommit = False
    except BaseException:
        connection.close()
        raise
