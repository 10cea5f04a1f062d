"""Events that arrive at the same moment share a statement and a commit, and each gets its own outcome."""

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from service.database.transaction import committed
from service.errors import StoreUnavailableError
from service.services import Services
from service.stripe_events import event_writer
from service.stripe_events.event_writer import EventWriter
from service.stripe_events.saving_store import NewEvent, save_events
from service.stripe_events.store import EventStatus, stripe_events
from service.stripe_gateway.events import read_event
from service.waiting_limits import INBOX_CONNECTIONS, within
from tests.conftest import NOW

THREADS = 24


def new_event(number: int) -> NewEvent:
    body = {"id": f"evt_{number}", "type": "charge.succeeded", "data": {"object": {"id": f"ch_{number}"}}}
    return NewEvent(read_event(body), b"sealed", EventStatus.RECEIVED, NOW)


@pytest.fixture
def writer(app_services: Services) -> EventWriter:
    return app_services.part(EventWriter)


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The number of events in each statement that saved some."""
    sizes: list[int] = []
    save = save_events

    def counted(connection: Any, events: Sequence[NewEvent], job: Any) -> set[str]:
        sizes.append(len(events))
        return save(connection, events, job)

    monkeypatch.setattr(event_writer, "save_events", counted)
    return sizes


@contextmanager
def connections_taken(writer: EventWriter) -> Iterator[None]:
    """Let no event be saved until the end of the block."""
    for _ in range(INBOX_CONNECTIONS):
        writer._connections.acquire()
    yield
    for _ in range(INBOX_CONNECTIONS):
        writer._connections.release()


def saved_at_once(writer: EventWriter, events: Sequence[NewEvent]) -> list[bool]:
    """Save each event in a thread of its own, all at the same moment, and return their outcomes in order."""
    with ThreadPoolExecutor(THREADS) as pool:
        with connections_taken(writer):
            outcomes = [pool.submit(writer.save, event) for event in events]
            while len(writer._waiting) < len(events):
                threading.Event().wait(0.005)
        return [outcome.result(30) for outcome in outcomes]


def test_events_that_arrive_together_are_saved_together(
    writer: EventWriter, statements: list[int], engine: Engine
) -> None:
    assert saved_at_once(writer, [new_event(number) for number in range(THREADS)]) == [True] * THREADS
    assert statements == [THREADS]
    with committed(engine) as connection:
        assert connection.scalar(select(func.count()).select_from(stripe_events)) == THREADS


def test_an_event_that_comes_twice_is_new_once(writer: EventWriter) -> None:
    writer.save(new_event(0))

    outcomes = saved_at_once(writer, [new_event(number) for number in (0, 1, 1, 2)])

    assert outcomes[0] is False
    assert sorted(outcomes[1:3]) == [False, True]
    assert outcomes[3] is True


def test_a_statement_has_a_bounded_number_of_events(
    writer: EventWriter, statements: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_writer, "MOST_EVENTS", 10)

    assert all(saved_at_once(writer, [new_event(number) for number in range(THREADS)]))
    assert sorted(statements) == [4, 10, 10]


def test_a_failure_is_told_to_all_and_the_next_event_is_saved(
    writer: EventWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> set[str]:
        raise StoreUnavailableError("away")

    with monkeypatch.context() as patch, ThreadPoolExecutor(THREADS) as pool:
        patch.setattr(event_writer, "save_events", fails)
        outcomes = [pool.submit(writer.save, new_event(number)) for number in range(THREADS)]
        assert all(isinstance(outcome.exception(30), StoreUnavailableError) for outcome in outcomes)

    assert writer.save(new_event(0))


def test_an_event_waits_no_longer_than_its_request_may(writer: EventWriter) -> None:
    with connections_taken(writer), within(0.05), pytest.raises(StoreUnavailableError):
        writer.save(new_event(0))
