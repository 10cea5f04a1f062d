"""Payment methods: made from test numbers, shared ids or tokens; attached to customers."""

import hashlib
from typing import Any

from infra.stripe_sandbox import cards
from infra.stripe_sandbox.cards import SandboxMethod
from infra.stripe_sandbox.errors import ApiError, BadParameterError, CardDeclinedError, NotFoundError, missing
from infra.stripe_sandbox.listing import listed, page
from infra.stripe_sandbox.routing import Params, route
from infra.stripe_sandbox.sandbox import Sandbox
from infra.stripe_sandbox.shapes import Json

EMPTY_ADDRESS: dict[str, None] = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))


def make(
    sandbox: Sandbox, method: SandboxMethod, billing: Json | None = None, expiry: tuple[int, int] = (12, 2034)
) -> Json:
    """Store a payment method that behaves as `method` does; `expiry` is month and year."""
    body: Json = {
        "id": sandbox.id("pm"),
        "object": "payment_method",
        "allow_redisplay": "unspecified",
        "billing_details": billing_details(billing or {}),
        "created": sandbox.now(),
        "livemode": False,
        "metadata": {},
        "type": method.kind,
        method.kind: _stored(method, expiry),
    }
    sandbox.store.put("_method", body["id"], {"number": method.number})
    return sandbox.store.add(body)


def billing_details(given: Json) -> Json:
    address = {**EMPTY_ADDRESS, **(given.get("address") or {})}
    return {"address": address, **{name: given.get(name) for name in ("email", "name", "phone", "tax_id")}}


def _fingerprint(method: SandboxMethod) -> str:
    return hashlib.sha256(method.number.encode()).hexdigest()[:16]


def _stored(method: SandboxMethod, expiry: tuple[int, int]) -> Json:
    if method.kind == "sepa_debit":
        details = {"bank_code": method.number[4:12], "branch_code": "", "country": method.country}
        return {**details, "fingerprint": _fingerprint(method), "last4": method.last4, "generated_from": None}
    if method.kind == "bacs_debit":
        return {"fingerprint": _fingerprint(method), "last4": method.last4, "sort_code": "108800"}
    return {
        "brand": method.brand,
        "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
        "country": method.country,
        "display_brand": method.brand,
        "exp_month": expiry[0],
        "exp_year": expiry[1],
        "fingerprint": _fingerprint(method),
        "funding": "credit",
        "generated_from": None,
        "last4": method.last4,
        "networks": {"available": [method.brand], "preferred": None},
        "regulated_status": "unregulated",
        "three_d_secure_usage": {"supported": True},
        "wallet": None,
    }


def behaviour(sandbox: Sandbox, method_id: str) -> SandboxMethod:
    """The test method behind a stored payment method."""
    found = cards.by_number(sandbox.store.need("_method", method_id)["number"])
    if found is None:
        raise AssertionError(f"no test number behind {method_id}")
    return found


def resolve(sandbox: Sandbox, method_id: str, param: str = "payment_method") -> Json:
    """A stored payment method by id; a shared id such as pm_card_visa makes a new one."""
    found = sandbox.store.get("payment_method", method_id)
    if found:
        return found
    shared = cards.by_shared_id(method_id)
    if shared is None:
        raise NotFoundError("PaymentMethod", method_id, param)
    return make(sandbox, shared)


def attach(sandbox: Sandbox, method: Json, customer_id: str) -> Json:
    """Attach to a customer; emits once."""
    if method.get("customer") == customer_id:
        return method
    sandbox.change(method, customer=customer_id)
    sandbox.emit("payment_method.attached", method)
    return method


@route("POST /v1/payment_methods")
def create(sandbox: Sandbox, params: Params) -> Json:
    kind = params.get("type")
    if kind not in ("card", "sepa_debit", "bacs_debit"):
        raise BadParameterError("This sandbox makes payment methods of type card, sepa_debit and bacs_debit.", "type")
    given: dict[str, Any] = params.get(kind, {})
    method, expiry = _read_method(kind, given)
    made = make(sandbox, method, params.get("billing_details"), expiry)
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


@route("GET /v1/payment_methods")
def list_all(sandbox: Sandbox, params: Params) -> Json:
    return listed(sandbox, "payment_method", params, "customer", "type")


@route("GET /v1/customers/{id}/payment_methods")
def list_of_customer(sandbox: Sandbox, params: Params, customer_id: str) -> Json:
    found = sandbox.store.where("payment_method", customer=customer_id)
    chosen = [method for method in found if params.get("type") in (None, method["type"])]
    return page(reversed(chosen), params, f"/v1/customers/{customer_id}/payment_methods")


@route("GET /v1/payment_methods/{id}")
def retrieve(sandbox: Sandbox, params: Params, method_id: str) -> Json:  # noqa: ARG001
    return resolve(sandbox, method_id)


@route("POST /v1/payment_methods/{id}")
def update(sandbox: Sandbox, params: Params, method_id: str) -> Json:
    method = resolve(sandbox, method_id)
    changes: Json = {}
    if "billing_details" in params:
        changes["billing_details"] = {**method["billing_details"], **params["billing_details"]}
    if "metadata" in params:
        changes["metadata"] = {**method["metadata"], **(params["metadata"] or {})}
    previous = sandbox.change(method, **changes)
    sandbox.emit("payment_method.updated", method, previous)
    return method


@route("POST /v1/payment_methods/{id}/attach")
def attach_route(sandbox: Sandbox, params: Params, method_id: str) -> Json:
    customer = params.get("customer")
    if not customer:
        raise missing("customer")
    if sandbox.store.get("customer", customer) is None:
        raise NotFoundError("customer", customer, "customer")
    method = resolve(sandbox, method_id)
    if method.get("customer") not in (None, customer):
        raise ApiError("The payment method you provided has already been attached to a customer.")
    return attach(sandbox, method, customer)


@route("POST /v1/payment_methods/{id}/detach")
def detach(sandbox: Sandbox, params: Params, method_id: str) -> Json:  # noqa: ARG001
    method = resolve(sandbox, method_id)
    if method.get("customer") is None:
        raise ApiError("The payment method you provided is not attached to a customer so detachment is impossible.")
    previous = sandbox.change(method, customer=None)
    sandbox.emit("payment_method.detached", method, previous)
    return method
