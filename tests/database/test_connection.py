"""A wait for PostgreSQL ends on our side if the server says nothing for too long."""

import time

import pytest
from sqlalchemy import Engine, text

from service.database import engine as engines
from service.database.connection import BoundedConnection
from service.database.engine import inbox_engine
from service.database.transaction import committed, committed_at_once
from service.errors import StoreUnavailableError
from service.waiting_limits import within
from tests.conftest import plain_address

SLEEP = "SELECT pg_sleep(20)"


def test_the_deadline_of_a_request_ends_a_statement(engine: Engine) -> None:
    began = time.monotonic()

    with within(0.3), pytest.raises(StoreUnavailableError), committed(engine) as connection:
        connection.execute(text(SLEEP))

    assert time.monotonic() - began < 5
    with committed(engine) as connection:
        assert connection.execute(text("SELECT 1")).scalar() == 1


def test_a_silent_server_ends_a_statement_of_the_inbox_and_its_connection(
    database_address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "INBOX_SILENCE_SECONDS", 0.3)
    inbox = inbox_engine(database_address)
    with pytest.raises(StoreUnavailableError), committed_at_once(inbox) as connection:
        connection.execute(SLEEP)

    with committed_at_once(inbox) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    inbox.dispose()


def test_a_connection_that_was_given_up_is_closed(database_address: str) -> None:
    connection = BoundedConnection.connect(plain_address(database_address))
    connection.silence_seconds = 0.2

    with pytest.raises(Exception, match="said nothing"):
        connection.execute(SLEEP)

    assert connection.closed
