"""Routes for disputes and early fraud warnings."""

from infra.stripe_sandbox.errors import ApiError
from infra.stripe_sandbox.http.listing import listed
from infra.stripe_sandbox.http.metadata import merged
from infra.stripe_sandbox.http.routing import Params, Routes
from infra.stripe_sandbox.objects import disputes
from infra.stripe_sandbox.sandbox import Sandbox
from infra.stripe_sandbox.store import Json

AWAITING_RESPONSE = ("needs_response", "warning_needs_response")

routes = Routes()


@routes.add("GET /v1/disputes")
def list_all(sandbox: Sandbox, params: Params) -> Json:
    return listed(sandbox, "dispute", params, "charge", "payment_intent")


@routes.add("GET /v1/disputes/{id}")
def retrieve(sandbox: Sandbox, params: Params, dispute_id: str) -> Json:  # noqa: ARG001
    return sandbox.store.need("dispute", dispute_id)


@routes.add("POST /v1/disputes/{id}")
def update(sandbox: Sandbox, params: Params, dispute_id: str) -> Json:
    dispute = sandbox.store.need("dispute", dispute_id)
    if "evidence" in params and dispute["status"] not in AWAITING_RESPONSE:
        raise ApiError("This dispute does not accept evidence any more.")
    changes: Json = {}
    if "metadata" in params:
        changes["metadata"] = merged(dispute["metadata"], params["metadata"])
    if "evidence" in params:
        is_submitted = params.get("submit", True)
        changes |= disputes.add_evidence(sandbox, dispute, params["evidence"], is_submitted=is_submitted)
    before = sandbox.change(dispute, **changes)
    sandbox.emit("charge.dispute.updated", dispute, before)
    return dispute


@routes.add("POST /v1/disputes/{id}/close")
def close(sandbox: Sandbox, params: Params, dispute_id: str) -> Json:  # noqa: ARG001
    dispute = sandbox.store.need("dispute", dispute_id)
    if dispute["status"] not in AWAITING_RESPONSE:
        raise ApiError("This dispute is already closed.")
    disputes.decide(sandbox, dispute, "warning_closed" if dispute["status"].startswith("warning") else "lost")
    return dispute


@routes.add("GET /v1/radar/early_fraud_warnings")
def list_warnings(sandbox: Sandbox, params: Params) -> Json:
    return listed(sandbox, "radar.early_fraud_warning", params, "charge", "payment_intent")


@routes.add("GET /v1/radar/early_fraud_warnings/{id}")
def retrieve_warning(sandbox: Sandbox, params: Params, warning_id: str) -> Json:  # noqa: ARG001
    return sandbox.store.need("radar.early_fraud_warning", warning_id)
