"""Routes for events, which can be read for thirty days, as at Stripe."""

from infra.stripe_sandbox.errors import BadParameterError, NotFoundError
from infra.stripe_sandbox.http.listing import page
from infra.stripe_sandbox.http.routing import Params, Routes
from infra.stripe_sandbox.sandbox import Sandbox
from infra.stripe_sandbox.settings import DAY
from infra.stripe_sandbox.store import Json

KEPT_SECONDS = 30 * DAY
TYPES_MOST = 20

routes = Routes()


@routes.add("GET /v1/events")
def list_all(sandbox: Sandbox, params: Params) -> Json:
    if "type" in params and "types" in params:
        raise BadParameterError("Pass either `type` or `types`, not both.", "type")
    if len(params.get("types", [])) > TYPES_MOST:
        raise BadParameterError(f"Pass at most {TYPES_MOST} types.", "types")
    oldest = sandbox.wall_now() - KEPT_SECONDS
    chosen = [
        event
        for event in reversed(sandbox.store.all("event"))
        if event["created"] >= oldest and _is_wanted(sandbox, event, params)
    ]
    return page(chosen, params, "/v1/events")


def _is_wanted(sandbox: Sandbox, event: Json, params: Params) -> bool:
    wanted = params.get("types") or ([params["type"]] if "type" in params else None)
    if wanted and not any(_matches(event["type"], pattern) for pattern in wanted):
        return False
    if "delivery_success" not in params:
        return True
    deliveries = list(sandbox.store.where("_delivery", event=event["id"]))
    is_delivered = bool(deliveries) and all(delivery["status"] == "delivered" for delivery in deliveries)
    return is_delivered is bool(params["delivery_success"])


def _matches(kind: str, pattern: str) -> bool:
    return kind == pattern or (pattern.endswith("*") and kind.startswith(pattern[:-1]))


@routes.add("GET /v1/events/{id}")
def retrieve(sandbox: Sandbox, params: Params, event_id: str) -> Json:  # noqa: ARG001
    event = sandbox.store.need("event", event_id)
    if event["created"] < sandbox.wall_now() - KEPT_SECONDS:
        raise NotFoundError("event", event_id)
    return event
