"""One sandbox in process: stripe-python without a socket, time that stands until moved, webhooks that are caught."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import stripe
from werkzeug.test import Client, TestResponse

from infra.stripe_sandbox import SandboxSettings, StripeSandbox, create_sandbox
from tests.stripe_sandbox.request_oracle import check_form
from tests.stripe_sandbox.type_oracle import check_object

BASE = "http://stripe.test"
ENDPOINT = "http://newsroom.test/webhooks/stripe"
SECRET = "whsec_sandbox_tests"
CARD = "4242 4242 4242 4242"


@dataclass
class Clock:
    """Stands still until it is moved."""

    now: datetime = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **amount: float) -> None:
        self.now += timedelta(**amount)


@dataclass
class Inbox:
    """Where webhooks arrive; `status` is what it answers."""

    status: int = 200
    received: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def __call__(self, _url: str, headers: dict[str, str], body: bytes) -> int:
        self.received.append((headers, body))
        return self.status

    @property
    def types(self) -> list[str]:
        return [json.loads(body)["type"] for _headers, body in self.received]

    def events(self, kind: str) -> list[Any]:
        return [event for _headers, body in self.received if (event := json.loads(body))["type"] == kind]


class InProcess(stripe.HTTPClient):
    """The transport of stripe-python, led straight into the WSGI app; every answer goes through the type oracle."""

    name = "in_process"

    def __init__(self, app: StripeSandbox) -> None:
        super().__init__()
        self._client = Client(app)
        self.problems: list[str] = []
        self.answers: list[TestResponse] = []

    def request(  # type: ignore[override]
        self, method: str, url: str, headers: Mapping[str, str] | None, post_data: Any = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        path = url.removeprefix(BASE)
        given = {name: value for name, value in (headers or {}).items() if name != "Content-Length"}
        answer = self._client.open(path, method=method.upper(), headers=given, data=post_data)
        self.answers.append(answer)
        if answer.status_code == 200:
            where, _, query = path.partition("?")
            if "payment_pages" not in where:
                self.problems += check_form(method.upper(), where, post_data or query)
            body = json.loads(answer.data)
            if body.get("object") != "payment_page":
                self.problems += check_object(body)
        return answer.data, answer.status_code, dict(answer.headers)

    def close(self) -> None:
        pass


class Bench:
    """Everything a test of the sandbox needs."""

    def __init__(self, **settings: Any) -> None:
        self.clock = Clock()
        self.inbox = Inbox()
        chosen = SandboxSettings(public_url=BASE, webhook_url=ENDPOINT, webhook_secret=SECRET, **settings)
        self.app = create_sandbox(chosen, clock=self.clock, sender=self.inbox, seed=7)
        self.transport = InProcess(self.app)
        self.stripe = stripe.StripeClient(
            "sk_test_sandbox_tests",
            base_addresses={"api": BASE},
            http_client=self.transport,
            max_network_retries=0,
        )
        self.v1: Any = self.stripe.v1
        self.browser = Client(self.app)

    @property
    def knobs(self) -> Any:
        return self.app.sandbox.knobs

    def advance(self, **amount: float) -> None:
        """Let time pass, and what falls due meanwhile happen."""
        self.clock.advance(**amount)
        with self.app.sandbox.lock:
            self.app.sandbox.run_due_tasks()

    def deliver(self) -> list[str]:
        """Deliver every pending webhook; returns the types that arrived now."""
        before = len(self.inbox.received)
        self.app.deliverer.deliver_now()
        return self.inbox.types[before:]

    def session(self, amount: int = 500, *, interval: str | None = None, **given: Any) -> Any:
        """A hosted Checkout Session in euros."""
        price: Any = {"currency": "eur", "unit_amount": amount, "product_data": {"name": "Contribution"}}
        if interval:
            price["recurring"] = {"interval": interval}
        wanted: Any = {
            "mode": "subscription" if interval else "payment",
            "line_items": [{"price_data": price, "quantity": 1}],
            "success_url": "http://newsroom.test/thanks?session={CHECKOUT_SESSION_ID}",
            "cancel_url": "http://newsroom.test/support",
            **given,
        }
        return self.v1.checkout.sessions.create(wanted)

    def pay(self, session: Any, card: str = CARD, **fields: str) -> TestResponse:
        """Fill in the hosted page and press the button."""
        form = {"email": "reader@example.org", "card_number": card, "card_expiry": "12 / 34", "card_cvc": "123"}
        return self.browser.post(f"/c/pay/{session.id}", data={**form, "country": "DE", **fields})

    def paid(self, amount: int = 500, card: str = CARD, **given: Any) -> Any:
        """A paid one-off session with its charge's balance transaction, read back."""
        session = self.session(amount, **given)
        assert self.pay(session, card).status_code == 303
        self.advance(seconds=1)
        return self.v1.checkout.sessions.retrieve(
            session.id, {"expand": ["payment_intent.latest_charge.balance_transaction"]}
        )

    def charge(self, amount: int = 500, card: str = CARD) -> Any:
        return self.paid(amount, card).payment_intent.latest_charge

    def problems(self) -> list[str]:
        """What the type oracle found in every answer, every event and everything in store."""
        sandbox = self.app.sandbox
        found = list(self.transport.problems)
        for event in sandbox.store.all("event"):
            body = json.loads(json.dumps(sandbox.render(event)))
            found += check_object(body)
            if body["type"] != "invoice.upcoming":
                found += [f"{body['type']}: {each}" for each in check_object(body["data"]["object"])]
        return sorted(set(found))
