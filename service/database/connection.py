"""Connections to PostgreSQL that are given up if the server says nothing for too long.

PostgreSQL itself keeps `statement_timeout`, so a server that hangs does not end a statement. `tcp_user_timeout` would
not help on a Unix socket. So the wait is bounded here, on our side of the connection.
"""

from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen
from psycopg.rows import TupleRow
from sqlalchemy import Engine, event

from service.waiting_limits import (
    DATABASE_FAILURES,
    DATABASE_PAUSE_SECONDS,
    DATABASE_SILENCE_SECONDS,
    Breaker,
    seconds_left,
)

Result = TypeVar("Result")
INTERVAL_SECONDS = 0.1  # how often a waiting thread wakes up, so that Ctrl-C reaches it


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


def bound_waits(engine: Engine, silence_seconds: float) -> Engine:
    """Let the engine make connections that wait for at most so long. Return the engine.

    While the server does not accept connections, one attempt every second finds out whether it is back. More attempts
    would wait for nothing if it hangs, and would take its processor if it has no connection left.
    """
    breaker = Breaker(DATABASE_FAILURES, DATABASE_PAUSE_SECONDS)

    @event.listens_for(engine, "do_connect")
    def connect(_: Any, __: Any, arguments: list[Any], options: dict[str, Any]) -> BoundedConnection:
        if not breaker.allows_call():
            raise psycopg.OperationalError("the server accepted no connection a moment ago")
        try:
            connection = BoundedConnection.connect(*arguments, **options)
        except psycopg.OperationalError:
            breaker.failed()
            raise
        breaker.succeeded()
        connection.silence_seconds = silence_seconds
        return connection

    return engine
