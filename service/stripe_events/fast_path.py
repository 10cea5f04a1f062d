"""Accept webhook deliveries ahead of Flask's dispatch, which costs more time than saving the event.

The fast path checks the same signature, commits the same row and gives the same answer as the Flask route. Any other
request (another method, a body of unknown or excessive length, a delivery that is refused or could not be committed)
goes on to the Flask route unchanged, which words every refusal.
"""

from collections.abc import Iterable
from io import BytesIO

from service.logs import request_id_of
from service.services import Services
from service.stripe_events.inbox import MAX_BODY_BYTES, DeliveryResult, count_delivery, receive
from service.web.headers import EVERY_ANSWER
from service.web.requests import Environ, StartResponse, Wsgi, plain_body

PATH = "/webhooks/stripe"
_BODIES = {result: f'{{"status":"{result}"}}\n'.encode() for result in DeliveryResult}


class WebhookFastPath:
    """A WSGI application that answers good deliveries and passes every other request to `behind`."""

    def __init__(self, behind: Wsgi, services: Services) -> None:
        self._behind, self._services = behind, services

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] != PATH or environ["REQUEST_METHOD"] != "POST":
            return self._behind(environ, start_response)
        raw = plain_body(environ, MAX_BODY_BYTES)
        if raw is None:
            return self._behind(environ, start_response)
        try:
            event, result = receive(self._services, raw, environ.get("HTTP_STRIPE_SIGNATURE", ""))
        except Exception:  # whatever it is, the route meets it too and words the answer
            environ["wsgi.input"] = BytesIO(raw)
            return self._behind(environ, start_response)
        count_delivery(self._services, event, result)
        body = _BODIES[result]
        headers = [
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(body))),
            ("X-Request-Id", request_id_of(environ.get("HTTP_X_REQUEST_ID", ""))),
            *EVERY_ANSWER,
        ]
        start_response("200 OK", headers)
        return (body,)
