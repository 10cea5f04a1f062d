"""Routes for charges: read them, and change their description, metadata and fraud report."""

from infra.stripe_sandbox.http.listing import listed, whole
from infra.stripe_sandbox.http.metadata import merged
from infra.stripe_sandbox.http.routing import Params, Routes
from infra.stripe_sandbox.sandbox import Sandbox, include
from infra.stripe_sandbox.store import Json

routes = Routes()


@routes.add("GET /v1/charges")
def list_all(sandbox: Sandbox, params: Params) -> Json:
    return listed(sandbox, "charge", params, "customer", "payment_intent")


@routes.add("GET /v1/charges/{id}")
def retrieve(sandbox: Sandbox, params: Params, charge_id: str) -> Json:  # noqa: ARG001
    return sandbox.store.need("charge", charge_id)


@routes.add("POST /v1/charges/{id}")
def update(sandbox: Sandbox, params: Params, charge_id: str) -> Json:
    charge = sandbox.store.need("charge", charge_id)
    changes: Json = {name: params[name] for name in ("description", "receipt_email", "customer") if name in params}
    if "metadata" in params:
        changes["metadata"] = merged(charge["metadata"], params["metadata"])
    if "fraud_details" in params:
        changes["fraud_details"] = params["fraud_details"] or {}
    previous = sandbox.change(charge, **changes)
    if previous:
        sandbox.emit("charge.updated", charge, previous)
    return charge


@include("charge", "refunds")
def _refunds(sandbox: Sandbox, charge: Json) -> Json:
    return whole(
        reversed(list(sandbox.store.where("refund", charge=charge["id"]))), f"/v1/charges/{charge['id']}/refunds"
    )
