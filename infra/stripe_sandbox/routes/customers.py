"""Routes for customers."""

from infra.stripe_sandbox.http.listing import listed, whole
from infra.stripe_sandbox.http.metadata import merged
from infra.stripe_sandbox.http.routing import Params, Routes
from infra.stripe_sandbox.objects import customers, payment_methods, subscriptions
from infra.stripe_sandbox.sandbox import Sandbox, include
from infra.stripe_sandbox.store import Json

routes = Routes()


PLAIN = ("address", "description", "email", "name", "phone", "preferred_locales", "shipping", "tax_exempt")


@routes.add("POST /v1/customers")
def create(sandbox: Sandbox, params: Params) -> Json:
    clock = params.get("test_clock")
    if clock:
        sandbox.store.need("test_helpers.test_clock", clock, "test_clock")
    with sandbox.at_clock(clock):
        plain = {name: params.get(name) or None for name in PLAIN}
        body = customers.make(sandbox, **plain, metadata=params.get("metadata") or {}, test_clock=clock)
        if method := params.get("payment_method"):
            payment_methods.attach(sandbox, payment_methods.resolve(sandbox, method), body["id"])
        rest = {"invoice_settings": params["invoice_settings"]} if "invoice_settings" in params else {}
        if source := params.get("source"):
            attached = payment_methods.attach(sandbox, payment_methods.resolve(sandbox, source), body["id"])
            rest = {"invoice_settings": {"default_payment_method": attached["id"]}}
        sandbox.change(body, **_changes(sandbox, body, rest))
    return body


@routes.add("GET /v1/customers")
def list_all(sandbox: Sandbox, params: Params) -> Json:
    answer = listed(sandbox, "customer", params, "email", "test_clock")
    answer["data"] = [customer for customer in answer["data"] if not customer.get("deleted")]
    return answer


@routes.add("GET /v1/customers/{id}")
def retrieve(sandbox: Sandbox, params: Params, customer_id: str) -> Json:  # noqa: ARG001
    return sandbox.store.need("customer", customer_id)


@routes.add("POST /v1/customers/{id}")
def update(sandbox: Sandbox, params: Params, customer_id: str) -> Json:
    body = customers.existing(sandbox, customer_id, "id")
    previous = sandbox.change(body, **_changes(sandbox, body, params))
    if previous:
        sandbox.emit("customer.updated", body, previous)
    return body


def _changes(sandbox: Sandbox, body: Json, params: Params) -> Json:
    changes: Json = {name: params[name] or None for name in PLAIN if name in params}
    if "metadata" in params:
        changes["metadata"] = merged(body["metadata"], params["metadata"])
    if "invoice_settings" in params:
        given = dict(params["invoice_settings"])
        if method := given.get("default_payment_method"):
            given["default_payment_method"] = payment_methods.resolve(sandbox, method)["id"]
        changes["invoice_settings"] = {**body["invoice_settings"], **given}
    return changes


@routes.add("DELETE /v1/customers/{id}")
def delete(sandbox: Sandbox, params: Params, customer_id: str) -> Json:  # noqa: ARG001
    body = customers.existing(sandbox, customer_id, "id")
    for subscription in list(sandbox.store.where("subscription", customer=customer_id)):
        if subscription["status"] not in subscriptions.ENDED:
            subscriptions.end(sandbox, subscription, "cancellation_requested")
    sandbox.emit("customer.deleted", body)
    return sandbox.store.add({"id": customer_id, "object": "customer", "deleted": True})


@include("customer", "subscriptions")
def _subscriptions(sandbox: Sandbox, customer: Json) -> Json:
    current = [
        subscription
        for subscription in sandbox.store.where("subscription", customer=customer["id"])
        if not subscription["ended_at"]
    ]
    return whole(reversed(current), f"/v1/customers/{customer['id']}/subscriptions")
