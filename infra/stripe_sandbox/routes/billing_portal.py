"""Routes for the customer portal: configurations and sessions. pages/portal.py has its pages."""

from typing import Any

from infra.stripe_sandbox.errors import BadParameterError, missing
from infra.stripe_sandbox.http.listing import listed
from infra.stripe_sandbox.http.metadata import merged
from infra.stripe_sandbox.http.routing import Params, Routes
from infra.stripe_sandbox.objects import customers, portal_configurations
from infra.stripe_sandbox.sandbox import Sandbox
from infra.stripe_sandbox.store import Json

routes = Routes()


@routes.add("POST /v1/billing_portal/configurations")
def create_configuration(sandbox: Sandbox, params: Params) -> Json:
    portal_configurations.default(sandbox)
    body = portal_configurations.make(sandbox, params["features"], params)
    sandbox.emit("billing_portal.configuration.created", body)
    return body


@routes.add("GET /v1/billing_portal/configurations")
def list_configurations(sandbox: Sandbox, params: Params) -> Json:
    portal_configurations.default(sandbox)
    return listed(sandbox, "billing_portal.configuration", params, "active", "is_default")


@routes.add("GET /v1/billing_portal/configurations/{id}")
def retrieve_configuration(sandbox: Sandbox, params: Params, configuration_id: str) -> Json:  # noqa: ARG001
    return sandbox.store.need("billing_portal.configuration", configuration_id)


@routes.add("POST /v1/billing_portal/configurations/{id}")
def update_configuration(sandbox: Sandbox, params: Params, configuration_id: str) -> Json:
    body = sandbox.store.need("billing_portal.configuration", configuration_id)
    changes: Json = {name: params[name] for name in ("active", "default_return_url", "name") if name in params}
    if "features" in params:
        changes["features"] = portal_configurations.merged_features(body["features"], params["features"])
    if "business_profile" in params:
        changes["business_profile"] = {**body["business_profile"], **params["business_profile"]}
    if "metadata" in params:
        changes["metadata"] = merged(body["metadata"], params["metadata"])
    before = sandbox.change(body, **changes, updated=sandbox.now())
    sandbox.emit("billing_portal.configuration.updated", body, before)
    return body


@routes.add("POST /v1/billing_portal/sessions")
def create_session(sandbox: Sandbox, params: Params) -> Json:
    if "customer" not in params:
        raise missing("customer")
    customers.existing(sandbox, params["customer"])
    if "configuration" in params:
        configuration = sandbox.store.need("billing_portal.configuration", params["configuration"])
    else:
        configuration = portal_configurations.default(sandbox)
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
