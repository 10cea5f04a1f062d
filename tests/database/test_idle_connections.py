"""A process gives idle connections back, and leaves the last ones of the server to commands."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from sqlalchemy import Engine, text

from service.database import engine as engines
from service.database.engine import application_engine, inbox_engine
from service.database.transaction import committed, committed_at_once
from service.errors import StoreUnavailableError
from tests.conftest import plain_address

BURST = 12
OPEN = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


def use(engine: Engine) -> int:
    with committed(engine) as connection:
        return int(connection.execute(text("SELECT 1 FROM pg_sleep(0.2)")).scalar_one())


def open_connections(address: str) -> int:
    with psycopg.connect(plain_address(address)) as connection:
        row = connection.execute(OPEN).fetchone()
    return int(row[0]) if row else 0


@pytest.fixture
def quick(database_address: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """An engine whose connections PostgreSQL ends after a second."""
    monkeypatch.setattr(engines, "DATABASE_IDLE_SECONDS", 1)
    engine = application_engine(database_address)
    yield engine
    engine.dispose()


def test_connections_of_a_burst_are_given_back_and_the_next_request_notices_nothing(
    quick: Engine, database_address: str
) -> None:
    with ThreadPoolExecutor(BURST) as pool:
        assert list(pool.map(use, [quick] * BURST)) == [1] * BURST
    assert open_connections(database_address) > BURST // 2

    deadline = time.monotonic() + 30
    while open_connections(database_address) and time.monotonic() < deadline:
        time.sleep(0.1)

    assert open_connections(database_address) == 0
    assert [use(quick) for _ in range(3)] == [1, 1, 1]


def test_a_server_process_takes_none_of_the_last_connections_and_a_command_does(database_address: str) -> None:
    most = 10_000  # more than the server has, so that it has always too few
    refused, inbox = application_engine(database_address, most), inbox_engine(database_address, most)
    command = application_engine(database_address)

    with pytest.raises(StoreUnavailableError, match="connections are kept for commands") as error:
        use(refused)
    with pytest.raises(StoreUnavailableError, match="connections are kept"), committed_at_once(inbox):
        pass

    assert use(command) == 1
    assert "kept for commands" not in error.value.title
    assert open_connections(database_address) == 1  # that of the command
    for engine in (refused, inbox, command):
        engine.dispose()


def test_a_connection_whose_options_were_dropped_in_between_is_refused(
    database_address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "_bounds", lambda: "-c timezone=UTC")  # as PgBouncer with ignore_startup_parameters
    engine = application_engine(database_address)

    with pytest.raises(StoreUnavailableError, match="Connect to PostgreSQL itself"):
        use(engine)
    engine.dispose()


def test_an_address_may_name_several_hosts(database_address: str) -> None:
    folder = psycopg.conninfo.conninfo_to_dict(plain_address(database_address))
    host, name = str(folder["host"]), str(folder["dbname"])
    wanted = f"postgresql://postgres@/{name}?host=127.0.0.1,{host}&port=9,5432&target_session_attrs=read-write"
    engine = application_engine(wanted)

    assert use(engine) == 1
    engine.dispose()


def test_the_reason_of_a_refused_connection_is_for_operators_only() -> None:
    engine = application_engine("postgresql://nobody:hunter22@127.0.0.1:9/nothing")

    with pytest.raises(StoreUnavailableError) as error:
        use(engine)

    assert "127.0.0.1" in str(error.value)
    assert "hunter22" not in str(error.value)
    assert "127.0.0.1" not in error.value.title
    engine.dispose()


def test_a_connection_that_is_always_used_is_replaced(database_address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise a process that asks every second would never notice that the server accepts no new connections."""
    monkeypatch.setattr(engines, "DATABASE_CONNECTION_SECONDS", 0.3)
    engine = application_engine(database_address)
    found = set()
    until = time.monotonic() + 1
    while time.monotonic() < until:
        with committed(engine) as connection:
            found.add(connection.execute(text("SELECT pg_backend_pid()")).scalar_one())
    engine.dispose()

    assert 2 <= len(found) <= 4
