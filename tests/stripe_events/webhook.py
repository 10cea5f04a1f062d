"""Build events as Stripe sends them, sign them and deliver them."""

import json
from typing import Any

from stripe import WebhookSignature
from werkzeug.test import TestResponse

from tests.contributions.world import Newsroom
from tests.stripe import WEBHOOK_SECRET


def event(event_id: str = "evt_1", event_type: str = "charge.succeeded", **changes: Any) -> dict[str, Any]:
    """Return a snapshot event about a charge. `changes` replaces fields of the event."""
    return {
        "id": event_id,
        "object": "event",
        "type": event_type,
        "livemode": False,
        "api_version": "2026-10-28.endive",
        "created": 1_763_461_800,
        "data": {"object": {"id": "ch_1", "object": "charge"}},
        **changes,
    }


def signed(body: str, at: float, secret: str = WEBHOOK_SECRET) -> str:
    """Return the `Stripe-Signature` header of a body signed at this time (seconds since 1970)."""
    return str(WebhookSignature.generate_signature_header(body, secret, int(at)))


def send(newsroom: Newsroom, content: Any, **headers: str) -> TestResponse:
    """Post an event or a raw body, with a valid signature of this moment unless `signature` is given."""
    body = content if isinstance(content, str) else json.dumps(content)
    signature = headers.pop("signature", signed(body, newsroom.clock().timestamp()))
    return newsroom.client.post("/webhooks/stripe", data=body, headers={"Stripe-Signature": signature, **headers})
