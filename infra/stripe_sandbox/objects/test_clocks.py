"""Test clocks: a customer with a test clock uses its time, and advancing the clock runs what falls due."""

from infra.stripe_sandbox.sandbox import Sandbox
from infra.stripe_sandbox.settings import DAY
from infra.stripe_sandbox.store import Json

DELETED_AFTER_SECONDS = 30 * DAY


def make(sandbox: Sandbox, frozen_time: int, name: str | None) -> Json:
    """Store a clock and emit `test_helpers.test_clock.created`."""
    body: Json = {
        "id": sandbox.id("clock"),
        "object": "test_helpers.test_clock",
        "created": sandbox.wall_now(),
        "deletes_after": sandbox.wall_now() + DELETED_AFTER_SECONDS,
        "frozen_time": frozen_time,
        "livemode": False,
        "name": name,
        "status": "ready",
        "status_details": {},
    }
    sandbox.store.add(body)
    sandbox.emit("test_helpers.test_clock.created", body)
    return body


def advance(sandbox: Sandbox, clock: Json, target: int) -> Json:
    """Run everything due up to `target`. Return the clock as it was meanwhile: advancing, as Stripe answers."""
    sandbox.change(clock, status="advancing", status_details={"advancing": {"target_frozen_time": target}})
    sandbox.emit("test_helpers.test_clock.advancing", clock)
    answer = dict(clock)
    sandbox.run_clock_tasks(clock["id"], target)
    sandbox.change(clock, status="ready", status_details={}, frozen_time=target)
    sandbox.emit("test_helpers.test_clock.ready", clock)
    return answer


def delete(sandbox: Sandbox, clock: Json) -> None:
    """Delete a clock with its customers, their subscriptions and its waiting tasks."""
    for customer in list(sandbox.store.where("customer", test_clock=clock["id"])):
        for subscription in list(sandbox.store.where("subscription", customer=customer["id"])):
            sandbox.store.delete("subscription", subscription["id"])
        sandbox.store.delete("customer", customer["id"])
    for record in list(sandbox.store.where("_task", clock=clock["id"])):
        sandbox.store.delete("_task", record["id"])
    sandbox.store.delete("test_helpers.test_clock", clock["id"])
    sandbox.emit("test_helpers.test_clock.deleted", clock)
