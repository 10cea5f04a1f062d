"""Webhook endpoints: the secret is shown once, at creation."""

from infra.stripe_sandbox.customers import merged
from infra.stripe_sandbox.errors import BadParameterError, NotFoundError
from infra.stripe_sandbox.interface import API_VERSION
from infra.stripe_sandbox.listing import listed
from infra.stripe_sandbox.routing import Params, route
from infra.stripe_sandbox.sandbox import Sandbox
from infra.stripe_sandbox.shapes import Json


def make(sandbox: Sandbox, url: str, enabled_events: list[str], secret: str, **given: object) -> Json:
    """Store an endpoint; `secret` signs its deliveries."""
    body: Json = {
        "id": sandbox.id("we"),
        "object": "webhook_endpoint",
        "api_version": API_VERSION,
        "created": sandbox.now(),
        "description": None,
        "enabled_events": enabled_events,
        "livemode": False,
        "metadata": {},
        "status": "enabled",
        "url": url,
    }
    body.update({name: value for name, value in given.items() if value is not None})
    sandbox.store.put("_secret", body["id"], {"secrets": [secret]})
    return sandbox.store.add(body)


def need(sandbox: Sandbox, endpoint_id: str) -> Json:
    found = sandbox.store.get("webhook_endpoint", endpoint_id)
    if found is None:
        raise NotFoundError("webhook endpoint", endpoint_id)
    return found


def roll_secret(sandbox: Sandbox, endpoint_id: str, secret: str, *, keeps_old: bool) -> None:
    """Sign with `secret` from now on; with the old ones too while they are still honoured."""
    record = sandbox.store.need("_secret", endpoint_id)
    old = record["secrets"] if keeps_old else []
    sandbox.store.put("_secret", endpoint_id, {"secrets": [secret, *old]})


@route("POST /v1/webhook_endpoints")
def create(sandbox: Sandbox, params: Params) -> Json:
    if not params["url"].startswith(("http://", "https://")):
        raise BadParameterError(
            "Invalid URL: An explicit scheme (such as https) must be provided.", "url", "url_invalid"
        )
    secret = sandbox.id("whsec")
    given = {name: params.get(name) or None for name in ("description", "metadata", "api_version")}
    body = make(sandbox, params["url"], params["enabled_events"], secret, **given)
    return {**body, "secret": secret}


@route("GET /v1/webhook_endpoints")
def list_all(sandbox: Sandbox, params: Params) -> Json:
    return listed(sandbox, "webhook_endpoint", params)


@route("GET /v1/webhook_endpoints/{id}")
def retrieve(sandbox: Sandbox, params: Params, endpoint_id: str) -> Json:  # noqa: ARG001
    return need(sandbox, endpoint_id)


@route("POST /v1/webhook_endpoints/{id}")
def update(sandbox: Sandbox, params: Params, endpoint_id: str) -> Json:
    body = need(sandbox, endpoint_id)
    changes: Json = {name: params[name] for name in ("url", "enabled_events", "description") if name in params}
    if "disabled" in params:
        changes["status"] = "disabled" if params["disabled"] else "enabled"
    if "metadata" in params:
        changes["metadata"] = merged(body["metadata"], params["metadata"])
    sandbox.change(body, **changes)
    return body


@route("DELETE /v1/webhook_endpoints/{id}")
def delete(sandbox: Sandbox, params: Params, endpoint_id: str) -> Json:  # noqa: ARG001
    need(sandbox, endpoint_id)
    sandbox.store.delete("webhook_endpoint", endpoint_id)
    return {"id": endpoint_id, "object": "webhook_endpoint", "deleted": True}
