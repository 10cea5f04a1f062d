"""The customer portal's API: configurations and sessions. Its pages are in pages/portal.py."""

import copy
from typing import Any

from infra.stripe_sandbox import customers
from infra.stripe_sandbox.customers import merged
from infra.stripe_sandbox.errors import BadParameterError, NotFoundError, missing
from infra.stripe_sandbox.listing import listed
from infra.stripe_sandbox.routing import Params, route
from infra.stripe_sandbox.sandbox import Sandbox
from infra.stripe_sandbox.shapes import Json

_OFF: Json = {
    "customer_update": {"allowed_updates": [], "enabled": False},
    "invoice_history": {"enabled": False},
    "payment_method_update": {"enabled": False},
    "subscription_cancel": {
        "cancellation_reason": {"enabled": False, "options": []},
        "enabled": False,
        "mode": "at_period_end",
        "proration_behavior": "none",
    },
    "subscription_pause": {"duration": {"type": "indefinite", "interval_options": []}, "enabled": False},
    "subscription_update": {
        "default_allowed_updates": [],
        "enabled": False,
        "products": [],
        "proration_behavior": "none",
        "schedule_at_period_end": {"conditions": []},
        "trial_update_behavior": "end_trial",
    },
}

_DEFAULT: Json = {
    "customer_update": {"allowed_updates": ["email", "name"], "enabled": True},
    "invoice_history": {"enabled": True},
    "payment_method_update": {"enabled": True},
    "subscription_cancel": {"enabled": True},
}


def _make(sandbox: Sandbox, features: Json, params: Params, *, is_default: bool) -> Json:
    now = sandbox.now()
    body: Json = {
        "id": sandbox.id("bpc"),
        "object": "billing_portal.configuration",
        "active": True,
        "business_profile": params.get("business_profile", {}),
        "created": now,
        "default_return_url": params.get("default_return_url"),
        "features": _merged_features(copy.deepcopy(_OFF), features),
        "is_default": is_default,
        "livemode": False,
        "login_page": {"enabled": params.get("login_page", {}).get("enabled", False)},
        "metadata": params.get("metadata") or {},
        "name": params.get("name"),
        "updated": now,
    }
    return sandbox.store.add(body)


def _merged_features(features: Json, given: Json) -> Json:
    for name, values in given.items():
        features[name] = {**features[name], **values}
    return features


def default_configuration(sandbox: Sandbox) -> Json:
    """The account's default configuration, made when first needed."""
    for found in sandbox.store.where("billing_portal.configuration", is_default=True):
        return found
    return _make(sandbox, _DEFAULT, {}, is_default=True)


def need_configuration(sandbox: Sandbox, configuration_id: str) -> Json:
    found = sandbox.store.get("billing_portal.configuration", configuration_id)
    if found is None:
        raise NotFoundError("configuration", configuration_id, "configuration")
    return found


@route("POST /v1/billing_portal/configurations")
def create_configuration(sandbox: Sandbox, params: Params) -> Json:
    default_configuration(sandbox)
    body = _make(sandbox, params["features"], params, is_default=False)
    sandbox.emit("billing_portal.configuration.created", body)
    return body


@route("GET /v1/billing_portal/configurations")
def list_configurations(sandbox: Sandbox, params: Params) -> Json:
    default_configuration(sandbox)
    return listed(sandbox, "billing_portal.configuration", params, "active", "is_default")


@route("GET /v1/billing_portal/configurations/{id}")
def retrieve_configuration(sandbox: Sandbox, params: Params, configuration_id: str) -> Json:  # noqa: ARG001
    return need_configuration(sandbox, configuration_id)


@route("POST /v1/billing_portal/configurations/{id}")
def update_configuration(sandbox: Sandbox, params: Params, configuration_id: str) -> Json:
    body = need_configuration(sandbox, configuration_id)
    changes: Json = {name: params[name] for name in ("active", "default_return_url", "name") if name in params}
    if "features" in params:
        changes["features"] = _merged_features(copy.deepcopy(body["features"]), params["features"])
    if "business_profile" in params:
        changes["business_profile"] = {**body["business_profile"], **params["business_profile"]}
    if "metadata" in params:
        changes["metadata"] = merged(body["metadata"], params["metadata"])
    before = sandbox.change(body, **changes, updated=sandbox.now())
    sandbox.emit("billing_portal.configuration.updated", body, before)
    return body


@route("POST /v1/billing_portal/sessions")
def create_session(sandbox: Sandbox, params: Params) -> Json:
    if "customer" not in params:
        raise missing("customer")
    customers.need(sandbox, params["customer"])
    if "configuration" in params:
        configuration = need_configuration(sandbox, params["configuration"])
    else:
        configuration = default_configuration(sandbox)
    session_id = sandbox.id("bps")
    body: Json = {
        "id": session_id,
        "object": "billing_portal.session",
        "configuration": configuration["id"],
        "created": sandbox.now(),
        "customer": params["customer"],
        "flow": _flow(sandbox, params.get("flow_data")),
        "livemode": False,
        "locale": params.get("locale"),
        "return_url": params.get("return_url") or configuration["default_return_url"],
        "url": f"{sandbox.settings.public_url}/p/session/{session_id}",
    }
    sandbox.store.add(body)
    sandbox.emit("billing_portal.session.created", body)
    return body


def _flow(sandbox: Sandbox, given: Any) -> Json | None:
    if not given:
        return None
    kind = given["type"]
    wanted = given.get(kind)
    if kind.startswith("subscription") and not wanted:
        raise missing(f"flow_data[{kind}]")
    if wanted and "subscription" in wanted and not sandbox.store.get("subscription", wanted["subscription"]):
        raise BadParameterError(f"No such subscription: '{wanted['subscription']}'", f"flow_data[{kind}][subscription]")
    return {"after_completion": {"type": "portal_homepage"}, **given}
