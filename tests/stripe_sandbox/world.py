"""A sandbox in process with stripe-python, a browser, a clock and a webhook inbox."""

import json
from typing import Any

import stripe
from werkzeug.test import Client, TestResponse

from infra.stripe_sandbox import SandboxSettings, create_sandbox
from infra.stripe_sandbox.settings import Knobs
from tests.stripe_sandbox.harness import BASE, Clock, Inbox, InProcess
from tests.stripe_sandbox.type_oracle import check_object

ENDPOINT = "http://newsroom.test/webhooks/stripe"
SECRET = "whsec_sandbox_tests"
CARD = "4242 4242 4242 4242"
#: Headers of an API request that is not made by stripe-python.
HEADERS = {"Authorization": "Bearer sk_test_x", "Stripe-Version": "2026-10-28.endive"}


class World:
    """A sandbox and everything that a test needs to use it. `v1` is the API, `browser` opens the pages."""

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
    def settings(self) -> SandboxSettings:
        return self.app.sandbox.settings

    @property
    def knobs(self) -> Knobs:
        return self.app.sandbox.knobs

    def set_knobs(self, **knobs: Any) -> None:
        """Change knobs through the sandbox's own API."""
        assert self.browser.post("/_sandbox/knobs", json=knobs).status_code == 200

    def add_fault(self, **fault: Any) -> None:
        """Ask for a fault through the sandbox's own API."""
        assert self.browser.post("/_sandbox/faults", json=fault).status_code == 200

    def advance(self, **amount: float) -> None:
        """Move the clock and run the tasks that have become due."""
        self.clock.advance(**amount)
        with self.app.sandbox.lock:
            self.app.sandbox.run_due_tasks()

    def deliver(self) -> list[str]:
        """Deliver every pending webhook. Return the types of the events that arrived."""
        before = len(self.inbox.received)
        self.app.deliverer.deliver_now()
        return self.inbox.types[before:]

    def only_delivery(self) -> Any:
        """Return the record of the only delivery."""
        [record] = self.browser.get("/_sandbox/deliveries").get_json()["deliveries"]
        return record

    def session(self, amount: int = 500, *, interval: str | None = None, **given: Any) -> Any:
        """Create a hosted Checkout Session in euros."""
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
        """Return a paid session, expanded to the balance transaction of its charge."""
        session = self.session(amount, **given)
        assert self.pay(session, card).status_code == 303
        self.advance(seconds=1)
        return self.v1.checkout.sessions.retrieve(
            session.id, {"expand": ["payment_intent.latest_charge.balance_transaction"]}
        )

    def charge(self, amount: int = 500, card: str = CARD) -> Any:
        """Return the charge of a paid session."""
        return self.paid(amount, card).payment_intent.latest_charge

    def euros(self) -> dict[str, int]:
        """Return the available and the pending euros of the balance."""
        balance = self.v1.balance.retrieve()
        return {"available": balance.available[0].amount, "pending": balance.pending[0].amount}

    def transactions(self, **params: Any) -> list[Any]:
        """Return up to 100 balance transactions, newest first."""
        return list(self.v1.balance_transactions.list({"limit": 100, **params}).data)

    def problems(self) -> list[str]:
        """Return what the type oracles found in every answer and every event."""
        sandbox = self.app.sandbox
        found = list(self.transport.problems)
        for event in sandbox.store.all("event"):
            body = json.loads(json.dumps(sandbox.render(event)))
            found += check_object(body)
            if body["type"] != "invoice.upcoming":
                found += [f"{body['type']}: {problem}" for problem in check_object(body["data"]["object"])]
        return sorted(set(found))
