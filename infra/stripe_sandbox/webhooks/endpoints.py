"""Webhook endpoints and their signing secrets."""

from infra.stripe_sandbox.interface import API_VERSION
from infra.stripe_sandbox.sandbox import Sandbox
from infra.stripe_sandbox.store import Json


def make(sandbox: Sandbox, url: str, enabled_events: list[str], secret: str, **given: object) -> Json:
    """Store an endpoint. `secret` signs its deliveries."""
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


def roll_secret(sandbox: Sandbox, endpoint_id: str, secret: str, *, keeps_old: bool) -> None:
    """Sign with `secret` from now on. With `keeps_old`, sign with the earlier secrets too."""
    record = sandbox.store.need("_secret", endpoint_id)
    old = record["secrets"] if keeps_old else []
    sandbox.store.put("_secret", endpoint_id, {"secrets": [secret, *old]})
