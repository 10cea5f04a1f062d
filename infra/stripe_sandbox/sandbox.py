"""The sandbox itself: its store, its time, the work it has scheduled and the events it emits."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any

from infra.stripe_sandbox.ids import Ids
from infra.stripe_sandbox.interface import API_VERSION, EVENT_TYPES
from infra.stripe_sandbox.rendering import Expander
from infra.stripe_sandbox.settings import Knobs, SandboxSettings
from infra.stripe_sandbox.store import Json, Store

Clock = Callable[[], datetime]
Task = Callable[["Sandbox", Json], None]
Include = Callable[["Sandbox", Json], Any]
#: Gets the PaymentIntent of a delayed payment once that payment has succeeded or failed.
Settled = Callable[["Sandbox", Json], None]

#: The API request being answered. Its id and idempotency key go into the events it causes.
current_request: ContextVar[Json | None] = ContextVar("current_request", default=None)

TASKS: dict[str, Task] = {}
INCLUDES: dict[tuple[str, str], Include] = {}


def task(name: str) -> Callable[[Task], Task]:
    """Register a function that can be scheduled under `name`. The state file stores the name."""

    def register(function: Task) -> Task:
        TASKS[name] = function
        return function

    return register


def include(object_name: str, field: str) -> Callable[[Include], Include]:
    """Register the function for a field that `object_name` has only if a request expands it."""

    def register(function: Include) -> Include:
        INCLUDES[object_name, field] = function
        return function

    return register


class Sandbox:
    """One Stripe account. Callers hold `lock` while they read or change anything.

    The functions in `on_settled` run in their order after each delayed payment.
    """

    def __init__(
        self, store: Store, clock: Clock, settings: SandboxSettings, ids: Ids, on_settled: tuple[Settled, ...]
    ) -> None:
        self.store = store
        self.settings = settings
        self.ids = ids
        self.on_settled = on_settled
        self.knobs = Knobs()
        self.lock = threading.RLock()
        self.expander = Expander(store.find, self._include)
        self._clock = clock
        self._catching_up: int | None = None
        self._nothing_before: dict[str | None, int] = {}  # by test clock: no waiting task is due earlier
        self._frozen: int | None = None
        self._frozen_clock: str | None = None

    # time

    def now(self) -> int:
        """Return the time in seconds since the epoch. Inside `at_clock`, the time of the test clock."""
        return self._frozen if self._frozen is not None else self.wall_now()

    def wall_now(self) -> int:
        """Return the real time, or the due time of the overdue task that is running."""
        return self._catching_up if self._catching_up is not None else int(self._clock().timestamp())

    @contextmanager
    def at_clock(self, clock_id: str | None) -> Iterator[None]:
        """Use the time of a test clock inside the block. With None, do not change the time."""
        if clock_id is None:
            yield
            return
        with self.at(self.store.need("test_helpers.test_clock", clock_id)["frozen_time"], clock_id):
            yield

    @contextmanager
    def at(self, moment: int, clock_id: str) -> Iterator[None]:
        """Use `moment` as the time inside the block, and schedule new tasks on the test clock."""
        before = (self._frozen, self._frozen_clock)
        self._frozen, self._frozen_clock = moment, clock_id
        try:
            yield
        finally:
            self._frozen, self._frozen_clock = before

    def clock_of(self, owner: Json | str | None) -> str | None:
        """Return the id of the test clock of a customer, or of an object that has a customer."""
        owner = self.store.find(owner) if isinstance(owner, str) else owner
        if owner is None:
            return None
        if owner["object"] != "customer":
            return self.clock_of(owner.get("customer"))
        return owner.get("test_clock")

    # objects

    def id(self, prefix: str) -> str:
        return self.ids.new(prefix)

    def change(self, body: Json, **changes: Any) -> Json:
        """Set fields and return the old values of those that changed, for `previous_attributes` of an event."""
        previous = {name: body.get(name) for name, value in changes.items() if body.get(name) != value}
        body.update(changes)
        self.store.add(body)
        return previous

    def render(self, body: Json, expand: list[str] | None = None) -> Json:
        """Return a copy with all required fields, and with the ids at the paths in `expand` replaced by objects."""
        answer: Json = self.expander.render(body, expand or [])
        return answer

    def _include(self, node: Json, field: str) -> Any:
        found = INCLUDES.get((str(node.get("object")), field))
        return found(self, node) if found else None

    # scheduled work

    def schedule(self, name: str, due: int, **arguments: Any) -> None:
        """Run a task at `due`. Inside `at_clock` it waits for the test clock, otherwise for real time."""
        task_id = self.id("task")
        record = {"id": task_id, "name": name, "due": due, "arguments": arguments, "clock": self._frozen_clock}
        self.store.put("_task", task_id, record)
        if due < self._nothing_before.get(self._frozen_clock, 0):
            self._nothing_before[self._frozen_clock] = due

    def schedule_after(self, seconds: int, name: str, **arguments: Any) -> None:
        """Run a task after some real time: money settles in real time even if the customer has a test clock."""
        with self._off_clock():
            self.schedule(name, self.wall_now() + seconds, **arguments)

    @contextmanager
    def _off_clock(self) -> Iterator[None]:
        before = (self._frozen, self._frozen_clock)
        self._frozen = self._frozen_clock = None
        try:
            yield
        finally:
            self._frozen, self._frozen_clock = before

    def run_due_tasks(self) -> int:
        """Run the tasks that are due in real time, earliest first, each at its due time. Return their number."""
        until, count = self.wall_now(), 0
        try:
            while record := self._next_task(until, None):
                self._catching_up = record["due"]
                self._run_task(record)
                count += 1
        finally:
            self._catching_up = None
        return count

    def run_clock_tasks(self, clock_id: str, until: int) -> None:
        """Run the tasks of a test clock that are due by `until`, earliest first, each at its due time."""
        while record := self._next_task(until, clock_id):
            with self.at(record["due"], clock_id):
                self._run_task(record)

    def _next_task(self, until: int, clock_id: str | None) -> Json | None:
        if self._nothing_before.get(clock_id, 0) > until:
            return None
        first = min(self.store.where("_task", clock=clock_id), key=lambda record: record["due"], default=None)
        self._nothing_before[clock_id] = first["due"] if first else until + 1
        return first if first and first["due"] <= until else None

    def _run_task(self, record: Json) -> None:
        self.store.delete("_task", record["id"])
        TASKS[record["name"]](self, record["arguments"])

    # events

    def emit(self, kind: str, body: Json, previous: Json | None = None) -> Json:
        """Store an event with a copy of the object, and queue it for every endpoint that listens to this type."""
        if kind not in EVENT_TYPES:
            raise AssertionError(f"not a Stripe event type: {kind}")
        data: Json = {"object": self.render(body)}
        if previous:
            data["previous_attributes"] = previous
        request = current_request.get() or {}
        event: Json = {
            "id": self.id("evt"),
            "object": "event",
            "api_version": API_VERSION,
            "created": self.now(),
            "data": data,
            "livemode": False,
            "pending_webhooks": 0,
            "request": {"id": request.get("id"), "idempotency_key": request.get("idempotency_key")},
            "type": kind,
        }
        self.store.add(event)
        self._queue(event)
        return event

    def _queue(self, event: Json) -> None:
        for endpoint in self.store.where("webhook_endpoint", status="enabled"):
            if "*" in endpoint["enabled_events"] or event["type"] in endpoint["enabled_events"]:
                self.queue_delivery(event["id"], endpoint["id"])
                event["pending_webhooks"] += 1

    def queue_delivery(self, event_id: str, endpoint_id: str) -> Json:
        """Queue one delivery for `webhooks/delivery.py` to send."""
        delivery_id = self.id("del")
        due = self.wall_now() + self.settings.webhook_delay_seconds + self.knobs.delay_seconds
        record = {
            "id": delivery_id,
            "event": event_id,
            "endpoint": endpoint_id,
            "status": "pending",
            "due": due,
            "attempts": [],
        }
        return self.store.put("_delivery", delivery_id, record)
