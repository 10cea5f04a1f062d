"""Test clocks: customers made on one live in its time; advancing it runs everything that falls due on the way."""

from infra.stripe_sandbox.errors import BadParameterError, NotFoundError
from infra.stripe_sandbox.listing import listed
from infra.stripe_sandbox.routing import Params, route
from infra.stripe_sandbox.sandbox import Sandbox
from infra.stripe_sandbox.settings import DAY
from infra.stripe_sandbox.shapes import Json

DELETED_AFTER_SECONDS = 30 * DAY


@route("POST /v1/test_helpers/test_clocks")
def create(sandbox: Sandbox, params: Params) -> Json:
    body: Json = {
        "id": sandbox.id("clock"),
        "object": "test_helpers.test_clock",
        "created": sandbox.wall_now(),
        "deletes_after": sandbox.wall_now() + DELETED_AFTER_SECONDS,
        "frozen_time": params["frozen_time"],
        "livemode": False,
        "name": params.get("name"),
        "status": "ready",
        "status_details": {},
    }
    sandbox.store.add(body)
    sandbox.emit("test_helpers.test_clock.created", body)
    return body


def need(sandbox: Sandbox, clock_id: str) -> Json:
    found = sandbox.store.get("test_helpers.test_clock", clock_id)
    if found is None:
        raise NotFoundError("test clock", clock_id)
    return found


@route("POST /v1/test_helpers/test_clocks/{id}/advance")
def advance(sandbox: Sandbox, params: Params, clock_id: str) -> Json:
    """Moves at once; the answer still says advancing, as Stripe's does, and the next read says ready."""
    clock = need(sandbox, clock_id)
    target = params["frozen_time"]
    if target <= clock["frozen_time"]:
        raise BadParameterError("The frozen_time must be after the current frozen_time.", "frozen_time")
    sandbox.change(clock, status="advancing", status_details={"advancing": {"target_frozen_time": target}})
    sandbox.emit("test_helpers.test_clock.advancing", clock)
    answer = dict(clock)
    sandbox.run_clock_tasks(clock_id, target)
    sandbox.change(clock, status="ready", status_details={}, frozen_time=target)
    sandbox.emit("test_helpers.test_clock.ready", clock)
    return answer


@route("GET /v1/test_helpers/test_clocks")
def list_all(sandbox: Sandbox, params: Params) -> Json:
    return {**listed(sandbox, "test_helpers.test_clock", params), "url": "/v1/test_helpers/test_clocks"}


@route("GET /v1/test_helpers/test_clocks/{id}")
def retrieve(sandbox: Sandbox, params: Params, clock_id: str) -> Json:  # noqa: ARG001
    return need(sandbox, clock_id)


@route("DELETE /v1/test_helpers/test_clocks/{id}")
def delete(sandbox: Sandbox, params: Params, clock_id: str) -> Json:  # noqa: ARG001
    """Deletes the clock and everything that lives on it."""
    clock = need(sandbox, clock_id)
    for customer in list(sandbox.store.where("customer", test_clock=clock_id)):
        for subscription in list(sandbox.store.where("subscription", customer=customer["id"])):
            sandbox.store.delete("subscription", subscription["id"])
        sandbox.store.delete("customer", customer["id"])
    for record in list(sandbox.store.where("_task", clock=clock_id)):
        sandbox.store.delete("_task", record["id"])
    sandbox.store.delete("test_helpers.test_clock", clock_id)
    sandbox.emit("test_helpers.test_clock.deleted", clock)
    return {"id": clock_id, "object": "test_helpers.test_clock", "deleted": True}
