"""Customers."""

from typing import Any

from infra.stripe_sandbox import payment_methods
from infra.stripe_sandbox.errors import NotFoundError
from infra.stripe_sandbox.listing import listed, whole
from infra.stripe_sandbox.routing import Params, route
from infra.stripe_sandbox.sandbox import Sandbox, include
from infra.stripe_sandbox.shapes import Json

PLAIN = ("address", "description", "email", "name", "phone", "preferred_locales", "shipping", "tax_exempt")


def make(sandbox: Sandbox, **given: Any) -> Json:
    """Store a customer and say so."""
    body: Json = {
        "id": sandbox.id("cus"),
        "object": "customer",
        "address": None,
        "balance": 0,
        "created": sandbox.now(),
        "delinquent": False,
        "invoice_prefix": sandbox.ids.choice("ABCDEFGHJKLMNPQRSTUVWXYZ23456789", 8),
        "invoice_settings": {"custom_fields": None, "default_payment_method": None, "footer": None},
        "livemode": False,
        "metadata": {},
        "next_invoice_sequence": 1,
        "preferred_locales": [],
        "tax_exempt": "none",
        "test_clock": None,
    }
    body.update({name: value for name, value in given.items() if value is not None})
    sandbox.store.add(body)
    sandbox.emit("customer.created", body)
    return body


def need(sandbox: Sandbox, customer_id: str, param: str = "customer") -> Json:
    """The customer, or 404; a deleted one is as good as gone for anything but retrieving."""
    found = sandbox.store.get("customer", customer_id)
    if found is None or found.get("deleted"):
        raise NotFoundError("customer", customer_id, param)
    return found


def _settings(sandbox: Sandbox, body: Json, params: Params) -> Json:
    changes: Json = {name: params[name] or None for name in PLAIN if name in params}
    if "metadata" in params:
        changes["metadata"] = merged(body["metadata"], params["metadata"])
    if "invoice_settings" in params:
        given = dict(params["invoice_settings"])
        if method := given.get("default_payment_method"):
            given["default_payment_method"] = payment_methods.resolve(sandbox, method)["id"]
        changes["invoice_settings"] = {**body["invoice_settings"], **given}
    return changes


def merged(before: dict[str, str], given: Any) -> dict[str, str]:
    """Metadata after an update: an empty value unsets a key, an empty text unsets all."""
    if given == "":
        return {}
    return {key: value for key, value in {**before, **given}.items() if value != ""}


@route("POST /v1/customers")
def create(sandbox: Sandbox, params: Params) -> Json:
    clock = params.get("test_clock")
    if clock and sandbox.store.get("test_helpers.test_clock", clock) is None:
        raise NotFoundError("test clock", clock, "test_clock")
    with sandbox.at_clock(clock):
        plain = {name: params.get(name) or None for name in PLAIN}
        body = make(sandbox, **plain, metadata=params.get("metadata") or {}, test_clock=clock)
        if method := params.get("payment_method"):
            payment_methods.attach(sandbox, payment_methods.resolve(sandbox, method), body["id"])
        rest = {"invoice_settings": params["invoice_settings"]} if "invoice_settings" in params else {}
        if source := params.get("source"):
            attached = payment_methods.attach(sandbox, payment_methods.resolve(sandbox, source), body["id"])
            rest = {"invoice_settings": {"default_payment_method": attached["id"]}}
        sandbox.change(body, **_settings(sandbox, body, rest))
    return body


@route("GET /v1/customers")
def list_all(sandbox: Sandbox, params: Params) -> Json:
    answer = listed(sandbox, "customer", params, "email", "test_clock")
    answer["data"] = [customer for customer in answer["data"] if not customer.get("deleted")]
    return answer


@route("GET /v1/customers/{id}")
def retrieve(sandbox: Sandbox, params: Params, customer_id: str) -> Json:  # noqa: ARG001
    found = sandbox.store.get("customer", customer_id)
    if found is None:
        raise NotFoundError("customer", customer_id)
    return found


@route("POST /v1/customers/{id}")
def update(sandbox: Sandbox, params: Params, customer_id: str) -> Json:
    body = need(sandbox, customer_id, "id")
    previous = sandbox.change(body, **_settings(sandbox, body, params))
    if previous:
        sandbox.emit("customer.updated", body, previous)
    return body


@route("DELETE /v1/customers/{id}")
def delete(sandbox: Sandbox, params: Params, customer_id: str) -> Json:  # noqa: ARG001
    from infra.stripe_sandbox.subscriptions import end  # noqa: PLC0415 - a subscription knows its customer

    body = need(sandbox, customer_id, "id")
    for subscription in list(sandbox.store.where("subscription", customer=customer_id)):
        if subscription["status"] not in ("canceled", "incomplete_expired"):
            end(sandbox, subscription, "cancellation_requested")
    sandbox.emit("customer.deleted", body)
    gone: Json = {"id": customer_id, "object": "customer", "deleted": True}
    return sandbox.store.put("customer", customer_id, gone)


@include("customer", "subscriptions")
def _subscriptions(sandbox: Sandbox, customer: Json) -> Json:
    found = [each for each in sandbox.store.where("subscription", customer=customer["id"]) if not each["ended_at"]]
    return whole(reversed(found), f"/v1/customers/{customer['id']}/subscriptions")
