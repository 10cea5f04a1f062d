"""Payment methods: made from test numbers, shared ids or tokens, and attached to customers."""

import hashlib

from infra.stripe_sandbox.errors import NotFoundError
from infra.stripe_sandbox.objects import cards
from infra.stripe_sandbox.objects.cards import SandboxMethod
from infra.stripe_sandbox.sandbox import Sandbox
from infra.stripe_sandbox.store import Json

EMPTY_ADDRESS: dict[str, None] = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))


def make(
    sandbox: Sandbox, method: SandboxMethod, billing: Json | None = None, expiry: tuple[int, int] = (12, 2034)
) -> Json:
    """Store a payment method that acts as the test method does. `expiry` is the month and year."""
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
    """Return billing details with every field of Stripe's type."""
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


def behaviour_of(sandbox: Sandbox, method_id: str) -> SandboxMethod:
    """Return the test method that a stored payment method was made from."""
    found = cards.by_number(sandbox.store.need("_method", method_id)["number"])
    if found is None:
        raise AssertionError(f"payment method {method_id} has no test number")
    return found


def resolve(sandbox: Sandbox, method_id: str, param: str = "payment_method") -> Json:
    """Return a stored payment method, or make it from a shared id such as pm_card_visa. Raise NotFoundError."""
    found = sandbox.store.get("payment_method", method_id)
    if found:
        return found
    shared = cards.by_shared_id(method_id)
    if shared is None:
        raise NotFoundError("payment_method", method_id, param)
    return make(sandbox, shared)


def attach(sandbox: Sandbox, method: Json, customer_id: str) -> Json:
    """Attach the method to a customer. If it is attached already, do nothing."""
    if method.get("customer") == customer_id:
        return method
    sandbox.change(method, customer=customer_id)
    sandbox.emit("payment_method.attached", method)
    return method
