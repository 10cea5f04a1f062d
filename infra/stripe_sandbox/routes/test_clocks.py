"""Routes for test clocks."""

from infra.stripe_sandbox.errors import BadParameterError
from infra.stripe_sandbox.http.listing import listed
from infra.stripe_sandbox.http.routing import Params, Routes
from infra.stripe_sandbox.objects import test_clocks
from infra.stripe_sandbox.sandbox import Sandbox
from infra.stripe_sandbox.store import Json

routes = Routes()


@routes.add("POST /v1/test_helpers/test_clocks")
def create(sandbox: Sandbox, params: Params) -> Json:
    return test_clocks.make(sandbox, params["frozen_time"], params.get("name"))


@routes.add("POST /v1/test_helpers/test_clocks/{id}/advance")
def advance(sandbox: Sandbox, params: Params, clock_id: str) -> Json:
    clock = sandbox.store.need("test_helpers.test_clock", clock_id)
    if params["frozen_time"] <= clock["frozen_time"]:
        raise BadParameterError("`frozen_time` must be later than the time of the clock.", "frozen_time")
    return test_clocks.advance(sandbox, clock, params["frozen_time"])


@routes.add("GET /v1/test_helpers/test_clocks")
def list_all(sandbox: Sandbox, params: Params) -> Json:
    return listed(sandbox, "test_helpers.test_clock", params)


@routes.add("GET /v1/test_helpers/test_clocks/{id}")
def retrieve(sandbox: Sandbox, params: Params, clock_id: str) -> Json:  # noqa: ARG001
    return sandbox.store.need("test_helpers.test_clock", clock_id)


@routes.add("DELETE /v1/test_helpers/test_clocks/{id}")
def delete(sandbox: Sandbox, params: Params, clock_id: str) -> Json:  # noqa: ARG001
    test_clocks.delete(sandbox, sandbox.store.need("test_helpers.test_clock", clock_id))
    return {"id": clock_id, "object": "test_helpers.test_clock", "deleted": True}
