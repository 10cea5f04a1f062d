"""Save events that arrive at the same moment together, so that they share a statement and a commit."""

import threading

from sqlalchemy import Engine

from service.database.transaction import committed_at_once
from service.errors import StoreUnavailableError
from service.stripe_events.saving_store import JobSlot, NewEvent, save_events
from service.waiting_limits import INBOX, INBOX_CONNECTIONS, seconds_left

MOST_EVENTS = 64  # in a statement


class Delivery:
    """An event that is to be saved, and what came of it."""

    __slots__ = ("ended", "error", "is_new", "new_event")

    def __init__(self, new_event: NewEvent) -> None:
        self.new_event, self.ended = new_event, threading.Event()
        self.is_new = False
        self.error: Exception | None = None


class EventWriter:
    """Saves events, each with the job that works on it.

    While all connections are saving, events wait on a list. The thread that gets the next connection saves all of them.
    """

    def __init__(self, inbox: Engine, job: JobSlot) -> None:
        self._inbox, self._job = inbox, job
        self._waiting: list[Delivery] = []
        self._list = threading.Lock()
        self._connections = threading.Semaphore(INBOX_CONNECTIONS)

    def save(self, new_event: NewEvent) -> bool:
        """Commit an event. Return False if it is in the inbox already. Raise StoreUnavailableError if that failed."""
        delivery = Delivery(new_event)
        with self._list:
            self._waiting.append(delivery)
        if self._connections.acquire(timeout=seconds_left(INBOX.seconds)):
            try:
                while not delivery.ended.is_set() and (batch := self._next_batch()):
                    self._save_all(batch)
            finally:
                self._connections.release()
        if not delivery.ended.wait(seconds_left(INBOX.seconds)):
            raise StoreUnavailableError("events that came earlier are still being saved; try again")
        if delivery.error is not None:
            raise delivery.error
        return delivery.is_new

    def _next_batch(self) -> list[Delivery]:
        """Take the deliveries that have waited longest off the list."""
        with self._list:
            batch, self._waiting = self._waiting[:MOST_EVENTS], self._waiting[MOST_EVENTS:]
        return batch

    def _save_all(self, batch: list[Delivery]) -> None:
        """Save deliveries together. PostgreSQL refuses no value of an envelope, so no delivery makes others fail."""
        try:
            self._save(batch)
        except Exception as error:
            for delivery in batch:
                delivery.error = error
        for delivery in batch:
            delivery.ended.set()

    def _save(self, batch: list[Delivery]) -> None:
        with committed_at_once(self._inbox) as connection:
            new_ids = save_events(connection, [delivery.new_event for delivery in batch], self._job)
        for delivery in batch:
            event_id = delivery.new_event.event.id
            delivery.is_new = event_id in new_ids
            new_ids.discard(event_id)  # the second delivery of an event is a repetition
