"""POST /webhooks/stripe: receive an event from Stripe.

`fast_path.py` answers most deliveries before Flask does. This route gives the same answers, and words every refusal.
"""

from http import HTTPStatus

from flask import jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge

from service.errors import StoreUnavailableError
from service.services import current_services
from service.stripe_events.inbox import MAX_BODY_BYTES, WebhookRefusedError, count_delivery, receive
from service.web.requests import Blueprint, limited_body

blueprint = Blueprint("stripe_events", __name__, description="Stripe's webhooks")


@blueprint.post("/webhooks/stripe")
@limited_body(MAX_BODY_BYTES)
@blueprint.alt_response(HTTPStatus.OK, schema={"type": "object"})
def stripe_webhook() -> ResponseReturnValue:
    """Save a signed event. The answer 200 means that the event is committed to our database."""
    services = current_services()
    counter = services.metrics.webhooks
    try:
        event, result = receive(services, request.get_data(cache=False), request.headers.get("Stripe-Signature", ""))
    except (WebhookRefusedError, RequestEntityTooLarge, ClientDisconnected):
        counter.add("unknown", "refused")
        raise
    except StoreUnavailableError:
        counter.add("unknown", "not_committed")
        raise
    count_delivery(services, event, result)
    return jsonify(status=result.value)
