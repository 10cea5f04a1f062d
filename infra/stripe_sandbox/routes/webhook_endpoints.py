"""Routes for webhook endpoints. Only the answer to their creation contains the secret."""

from infra.stripe_sandbox.errors import BadParameterError
from infra.stripe_sandbox.http.listing import listed
from infra.stripe_sandbox.http.metadata import merged
from infra.stripe_sandbox.http.routing import Params, Routes
from infra.stripe_sandbox.sandbox import Sandbox
from infra.stripe_sandbox.store import Json
from infra.stripe_sandbox.webhooks import endpoints

routes = Routes()


@routes.add("POST /v1/webhook_endpoints")
def create(sandbox: Sandbox, params: Params) -> Json:
    if not params["url"].startswith(("http://", "https://")):
        raise BadParameterError("Invalid URL: it must start with http:// or https://.", "url", "url_invalid")
    secret = sandbox.id("whsec")
    given = {name: params.get(name) or None for name in ("description", "metadata", "api_version")}
    body = endpoints.make(sandbox, params["url"], params["enabled_events"], secret, **given)
    return {**body, "secret": secret}


@routes.add("GET /v1/webhook_endpoints")
def list_all(sandbox: Sandbox, params: Params) -> Json:
    return listed(sandbox, "webhook_endpoint", params)


@routes.add("GET /v1/webhook_endpoints/{id}")
def retrieve(sandbox: Sandbox, params: Params, endpoint_id: str) -> Json:  # noqa: ARG001
    return sandbox.store.need("webhook_endpoint", endpoint_id)


@routes.add("POST /v1/webhook_endpoints/{id}")
def update(sandbox: Sandbox, params: Params, endpoint_id: str) -> Json:
    body = sandbox.store.need("webhook_endpoint", endpoint_id)
    changes: Json = {name: params[name] for name in ("url", "enabled_events", "description") if name in params}
    if "disabled" in params:
        changes["status"] = "disabled" if params["disabled"] else "enabled"
    if "metadata" in params:
        changes["metadata"] = merged(body["metadata"], params["metadata"])
    sandbox.change(body, **changes)
    return body


@routes.add("DELETE /v1/webhook_endpoints/{id}")
def delete(sandbox: Sandbox, params: Params, endpoint_id: str) -> Json:  # noqa: ARG001
    sandbox.store.need("webhook_endpoint", endpoint_id)
    sandbox.store.delete("webhook_endpoint", endpoint_id)
    return {"id": endpoint_id, "object": "webhook_endpoint", "deleted": True}
