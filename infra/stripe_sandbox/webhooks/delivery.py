"""Webhook deliveries: signed, sent, and retried with growing gaps until the endpoint answers 2xx."""

import hashlib
import hmac
import json
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

from infra.stripe_sandbox.sandbox import Sandbox
from infra.stripe_sandbox.settings import DAY
from infra.stripe_sandbox.store import Json

#: Sends a webhook: takes URL, headers and body, returns the HTTP status, raises OSError if there is no answer.
Sender = Callable[[str, dict[str, str], bytes], int]

TIMEOUT_SECONDS = 20
FIRST_GAP_SECONDS = 3
GAP_MOST_SECONDS = 12 * 3600
GIVES_UP_AFTER_SECONDS = 3 * DAY
TICK_SECONDS = 0.2


def signature(payload: bytes, secrets: list[str], moment: int) -> str:
    """Return the Stripe-Signature header: the time, and a `v1` signature for each secret."""
    signed = str(moment).encode() + b"." + payload
    codes = [hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest() for secret in secrets]
    return ",".join([f"t={moment}", *(f"v1={code}" for code in codes)])


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: Any, **_kwargs: Any) -> None:
        return None


def post(url: str, headers: dict[str, str], body: bytes) -> int:
    """Send a webhook over HTTP. A redirect is not followed and counts as a failure, as at Stripe."""
    opener = urllib.request.build_opener(_NoRedirects)
    request = urllib.request.Request(url, body, headers, method="POST")  # noqa: S310 - the operator's own endpoint
    try:
        with opener.open(request, timeout=TIMEOUT_SECONDS) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        error.close()
        return int(error.code)


class Deliverer:
    """Sends pending deliveries one after another, without holding the lock of the sandbox."""

    def __init__(self, sandbox: Sandbox, sender: Sender = post) -> None:
        self._sandbox = sandbox
        self._sender = sender
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Deliver in the background until `stop`."""
        self._thread = threading.Thread(target=self._run, name="webhooks", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop delivering in the background, and wait for the delivery under way."""
        self._stop.set()
        if self._thread:
            self._thread.join(TIMEOUT_SECONDS)

    def _run(self) -> None:
        while not self._stop.wait(TICK_SECONDS):
            with self._sandbox.lock:
                self._sandbox.run_due_tasks()
                self._sandbox.store.save()
            if not self._sandbox.knobs.hold:
                self.deliver_due()

    def deliver_due(self) -> int:
        """Send each delivery that is due once. Return the number of 2xx answers."""
        return self._deliver(lambda record: bool(record["due"] <= self._sandbox.wall_now()))

    def deliver_now(self) -> int:
        """Run due tasks, then send each pending delivery once, due or not. Return the number of 2xx answers."""
        with self._sandbox.lock:
            self._sandbox.run_due_tasks()
        return self._deliver(lambda _record: True)

    def _deliver(self, is_due: Callable[[Json], bool]) -> int:
        with self._sandbox.lock:
            waiting = [
                record["id"] for record in self._sandbox.store.where("_delivery", status="pending") if is_due(record)
            ]
            if self._sandbox.knobs.reorder:
                waiting.reverse()
        return sum(self.attempt(delivery_id) for delivery_id in waiting)

    def attempt(self, delivery_id: str) -> bool:
        """Send a delivery once and record the answer. Return whether it was 2xx."""
        prepared = self._prepare(delivery_id)
        if prepared is None:
            return False
        url, headers, body, copies = prepared
        status, error = 0, None
        for _ in range(copies):
            try:
                status, error = self._sender(url, headers, body), None
            except OSError as failure:
                status, error = 0, str(failure)
        return self._record(delivery_id, status, error)

    def _prepare(self, delivery_id: str) -> tuple[str, dict[str, str], bytes, int] | None:
        sandbox = self._sandbox
        with sandbox.lock:
            record = sandbox.store.need("_delivery", delivery_id)
            endpoint = sandbox.store.get("webhook_endpoint", record["endpoint"])
            if endpoint is None:
                sandbox.store.put("_delivery", delivery_id, {**record, "status": "failed"})
                return None
            knobs = sandbox.knobs
            if knobs.drop > 0:
                knobs.drop -= 1
                sandbox.store.put("_delivery", delivery_id, {**record, "status": "dropped"})
                return None
            copies = 2 if knobs.duplicate > 0 else 1
            knobs.duplicate = max(0, knobs.duplicate - 1)
            event = sandbox.store.need("event", record["event"])
            payload = json.dumps(sandbox.render(event)).encode()
            secrets = sandbox.store.need("_secret", endpoint["id"])["secrets"]
            headers = {
                "Content-Type": "application/json; charset=utf-8",
                "Stripe-Signature": signature(payload, secrets, sandbox.wall_now()),
                "User-Agent": "Stripe/1.0 (sandbox)",
            }
            return endpoint["url"], headers, payload, copies

    def _record(self, delivery_id: str, status: int, error: str | None) -> bool:
        sandbox = self._sandbox
        with sandbox.lock:
            record = sandbox.store.need("_delivery", delivery_id)
            now = sandbox.wall_now()
            record["attempts"].append({"at": now, "status": status, "error": error})
            is_delivered = 200 <= status < 300
            if is_delivered and record["status"] != "delivered":
                record["status"] = "delivered"
                event = sandbox.store.need("event", record["event"])
                sandbox.change(event, pending_webhooks=max(0, event["pending_webhooks"] - 1))
            elif not is_delivered:
                _plan_retry(record, now)
            sandbox.store.put("_delivery", delivery_id, record)
            sandbox.store.save()
        return is_delivered


def _plan_retry(record: Json, now: int) -> None:
    tries = len(record["attempts"])
    record["due"] = now + min(GAP_MOST_SECONDS, FIRST_GAP_SECONDS * 2 ** (tries - 1))
    if record["due"] - record["attempts"][0]["at"] > GIVES_UP_AFTER_SECONDS:
        record["status"] = "failed"
