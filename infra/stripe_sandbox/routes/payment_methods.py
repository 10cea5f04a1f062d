"""Routes for payment methods."""

from typing import Any

from infra.stripe_sandbox.errors import ApiError, BadParameterError, CardDeclinedError, NotFoundError, missing
from infra.stripe_sandbox.http.listing import listed, page
from infra.stripe_sandbox.http.routing import Params, Routes
from infra.stripe_sandbox.objects import (
    cards,
    payment_methods,
)
from infra.stripe_sandbox.objects.cards import SandboxMethod
from infra.stripe_sandbox.sandbox import Sandbox
from infra.stripe_sandbox.store import Json

routes = Routes()


@routes.add("POST /v1/payment_methods")
def create(sandbox: Sandbox, params: Params) -> Json:
    kind = params.get("type")
    if kind not in ("card", "sepa_debit", "bacs_debit"):
        raise BadParameterError("This sandbox supports the types card, sepa_debit and bacs_debit.", "type")
    given: dict[str, Any] = params.get(kind, {})
    method, expiry = _read_method(kind, given)
    made = payment_methods.make(sandbox, method, params.get("billing_details"), expiry)
    made["metadata"] = params.get("metadata") or {}
    return made


def _read_method(kind: str, given: dict[str, Any]) -> tuple[SandboxMethod, tuple[int, int]]:
    if token := given.get("token"):
        found = cards.by_shared_id(token)
        if found is None:
            raise NotFoundError("token", token, f"{kind}[token]")
        return found, (12, 2034)
    number = given.get("number") or given.get("iban") or given.get("account_number")
    if not number:
        raise missing(f"{kind}[number]" if kind == "card" else f"{kind}[iban]")
    found = cards.by_number(str(number))
    if found is None or found.kind != kind:
        raise CardDeclinedError("Your card number is incorrect.", "incorrect_number", None, param="number")
    return found, (int(given.get("exp_month", 12)), int(given.get("exp_year", 2034)))


@routes.add("GET /v1/payment_methods")
def list_all(sandbox: Sandbox, params: Params) -> Json:
    return listed(sandbox, "payment_method", params, "customer", "type")


@routes.add("GET /v1/customers/{id}/payment_methods")
def list_of_customer(sandbox: Sandbox, params: Params, customer_id: str) -> Json:
    found = sandbox.store.where("payment_method", customer=customer_id)
    chosen = [method for method in found if params.get("type") in (None, method["type"])]
    return page(reversed(chosen), params, f"/v1/customers/{customer_id}/payment_methods")


@routes.add("GET /v1/payment_methods/{id}")
def retrieve(sandbox: Sandbox, params: Params, method_id: str) -> Json:  # noqa: ARG001
    return payment_methods.resolve(sandbox, method_id)


@routes.add("POST /v1/payment_methods/{id}")
def update(sandbox: Sandbox, params: Params, method_id: str) -> Json:
    method = payment_methods.resolve(sandbox, method_id)
    changes: Json = {}
    if "billing_details" in params:
        changes["billing_details"] = {**method["billing_details"], **params["billing_details"]}
    if "metadata" in params:
        changes["metadata"] = {**method["metadata"], **(params["metadata"] or {})}
    previous = sandbox.change(method, **changes)
    sandbox.emit("payment_method.updated", method, previous)
    return method


@routes.add("POST /v1/payment_methods/{id}/attach")
def attach(sandbox: Sandbox, params: Params, method_id: str) -> Json:
    customer = params.get("customer")
    if not customer:
        raise missing("customer")
    sandbox.store.need("customer", customer, "customer")
    method = payment_methods.resolve(sandbox, method_id)
    if method.get("customer") not in (None, customer):
        raise ApiError("This payment method is attached to another customer.")
    return payment_methods.attach(sandbox, method, customer)


@routes.add("POST /v1/payment_methods/{id}/detach")
def detach(sandbox: Sandbox, params: Params, method_id: str) -> Json:  # noqa: ARG001
    method = payment_methods.resolve(sandbox, method_id)
    if method.get("customer") is None:
        raise ApiError("This payment method is not attached to a customer.")
    previous = sandbox.change(method, customer=None)
    sandbox.emit("payment_method.detached", method, previous)
    return method
