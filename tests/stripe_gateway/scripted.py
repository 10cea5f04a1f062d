"""A scripted Stripe on loopback: it gives a fixed answer for each path and records the headers of requests."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from werkzeug import Request, Response
from werkzeug.serving import make_server

from service.settings import Settings
from service.stripe_gateway import StripeGateway

AT = 1_763_461_800


class ScriptedStripe:
    """A WSGI application. `answers` maps a path to an object, a list of objects, or (status, body) for an error."""

    def __init__(self, answers: dict[str, Any]) -> None:
        self.answers = answers
        self.headers: list[dict[str, str]] = []
        self.url = ""

    def __call__(self, environ: Any, start_response: Any) -> Any:
        request = Request(environ)
        self.headers.append({name.lower(): value for name, value in request.headers.items()})
        return self._answer(request.path)(environ, start_response)

    def _answer(self, path: str) -> Response:
        found = self.answers.get(path)
        status = 200
        if isinstance(found, tuple):
            status, found = found
        elif isinstance(found, list):
            found = {"object": "list", "data": found, "has_more": False, "url": path}
        elif found is None:
            status, found = 404, {"error": {"type": "invalid_request_error", "code": "resource_missing"}}
        text = found if isinstance(found, str) else json.dumps(found)
        return Response(text, status=status, mimetype="application/json", headers={"Request-Id": "req_1"})


@contextmanager
def scripted_stripe(**answers: Any) -> Iterator[tuple[ScriptedStripe, StripeGateway]]:
    """Yield a scripted Stripe and a gateway that uses it. `answers` maps paths without `/v1/` to answers."""
    script = ScriptedStripe({f"/v1/{path}": answer for path, answer in answers.items()})
    server = make_server("127.0.0.1", 0, script, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    script.url = f"http://127.0.0.1:{server.server_port}"
    settings = Settings(
        public_url="https://support.courier.example",
        secret_keys=("a-key-of-the-tests-a-key-of-the-tests",),
        stripe_api_key="sk_test_of_the_tests",
        stripe_webhook_secrets=("whsec_of_the_tests",),
        stripe_api_base=script.url,
    )
    try:
        yield script, StripeGateway(settings)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


MARK = {
    "keepopen_schema": "1",
    "keepopen_contribution": "ctb_1",
    "keepopen_site": "courier",
    "keepopen_interval": "month",
}


def charge(**changes: Any) -> dict[str, Any]:
    return {
        "id": "ch_1", "object": "charge", "status": "succeeded", "amount": 1000, "amount_captured": 1000,
        "amount_refunded": 0, "currency": "eur", "created": AT, "livemode": False, "paid": True, "captured": True,
        "refunded": False, "disputed": False, "balance_transaction": "txn_1", "payment_intent": "pi_1",
        "metadata": {}, **changes,
    }  # fmt: skip


def intent(**changes: Any) -> dict[str, Any]:
    return {
        "id": "pi_1", "object": "payment_intent", "status": "succeeded", "amount": 1000, "amount_received": 1000,
        "currency": "eur", "created": AT, "livemode": False, "latest_charge": "ch_1", "metadata": {}, **changes,
    }  # fmt: skip


def balance_transaction(**changes: Any) -> dict[str, Any]:
    return {
        "id": "txn_1", "object": "balance_transaction", "amount": 1000, "fee": 40, "net": 960, "currency": "eur",
        "reporting_category": "charge", "type": "charge", "source": "ch_1", "status": "pending", "created": AT,
        "available_on": AT + 86_400, "fee_details": [], **changes,
    }  # fmt: skip


def invoice(**changes: Any) -> dict[str, Any]:
    details = {"subscription": "sub_1", "metadata": MARK}
    return {
        "id": "in_1", "object": "invoice", "status": "paid", "total": 1000, "amount_due": 1000, "amount_paid": 1000,
        "amount_remaining": 0, "currency": "eur", "created": AT, "livemode": False, "customer": "cus_1",
        "parent": {"type": "subscription_details", "subscription_details": details}, "attempt_count": 1,
        "payments": {"object": "list", "data": [invoice_payment()], "has_more": False}, **changes,
    }  # fmt: skip


def invoice_payment(payment_id: str = "inpay_1", intent_id: str = "pi_1", **changes: Any) -> dict[str, Any]:
    return {
        "id": payment_id, "object": "invoice_payment", "invoice": "in_1", "status": "paid", "amount_paid": 1000,
        "amount_requested": 1000, "currency": "eur", "is_default": True,
        "payment": {"type": "payment_intent", "payment_intent": intent_id}, **changes,
    }  # fmt: skip


def subscription(**changes: Any) -> dict[str, Any]:
    price = {"unit_amount": 1000, "currency": "eur", "recurring": {"interval": "month", "interval_count": 1}}
    item = {"id": "si_1", "price": price, "quantity": 1, "current_period_start": AT, "current_period_end": AT + 86_400}
    return {
        "id": "sub_1", "object": "subscription", "status": "active", "customer": "cus_1", "created": AT,
        "livemode": False, "items": {"object": "list", "data": [item], "has_more": False}, "metadata": MARK,
        "cancel_at_period_end": False, **changes,
    }  # fmt: skip
