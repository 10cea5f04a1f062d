"""The service and the sandbox in one process, with a clock that the past sets."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.serving import make_server

from infra.stripe_sandbox import SandboxSettings, StripeSandbox, create_sandbox
from service.app import create_app
from service.contributions.mail.sending import send_due_mail
from service.decisions.tally import Tally
from service.insights.flusher import Flusher
from service.reconciliation.checking import check_books
from service.reconciliation.pull import sync
from service.reconciliation.refresh import sweep
from service.services import EXTENSION, Services
from service.settings import Settings

HOST = "127.0.0.1"
SETTLED_EVERY = timedelta(hours=12)
STRIPE_SETTLES = timedelta(seconds=2)  # the balance transaction of a charge comes a second after the charge


class Time:
    """A clock that only moves forward, when it is told to. `settled`: until when all events were worked off."""

    def __init__(self, start: datetime) -> None:
        self.now = self.settled = start.astimezone(UTC)

    def __call__(self) -> datetime:
        return self.now

    def reach(self, moment: datetime) -> None:
        """Move the clock to `moment`, unless it is later already."""
        self.now = max(self.now, moment.astimezone(UTC))


@dataclass(frozen=True, slots=True)
class Town:
    """The service, the sandbox and the time that they share."""

    app: Flask
    services: Services
    stripe: StripeSandbox
    time: Time

    def client(self, number: int) -> FlaskClient:
        """Return a browser with its own cookies, in a network of its own: rate limits count networks."""
        client = self.app.test_client()
        client.environ_base["REMOTE_ADDR"] = f"10.{number >> 8}.{number & 255}.1"
        return client

    def wait_until(self, moment: datetime) -> None:
        """Let time pass. What falls due at Stripe meanwhile is worked off twice a day, to save time."""
        while moment.astimezone(UTC) - self.time.settled > SETTLED_EVERY:
            self.time.reach(self.time.settled + SETTLED_EVERY)
            self.settle()
        self.time.reach(moment)

    def settle(self) -> None:
        """Deliver the events that are due, and work them off as the worker does."""
        self.time.settled = self.time()
        while self.stripe.deliverer.deliver_now():
            sweep(self.services)
            send_due_mail(self.services)

    def end(self) -> None:
        """Save the counts, pull the balance, and check all books, as the jobs of the service do."""
        Flusher(self.services.engine, self.services.part(Tally)).flush()
        sync(self.services)
        check_books(self.services)
        self.stripe.sandbox.store.save()


@contextmanager
def town(settings: Settings, state: Path, start: datetime) -> Iterator[Town]:
    """Run the service with these settings and a sandbox that keeps its state in a file, until the end of the block."""
    time = Time(start)
    app = create_app(settings, clock=time, has_background=False)
    services: Services = app.extensions[EXTENSION]
    client = app.test_client()

    def send(url: str, headers: dict[str, str], body: bytes) -> int:
        return client.post(urlsplit(url).path, headers=headers, data=body).status_code

    endpoint = f"{settings.public_url}/webhooks/stripe"
    chosen = SandboxSettings(
        public_url=settings.stripe_api_base or "",
        webhook_url=endpoint,
        webhook_secret=settings.stripe_webhook_secrets[0],
    )
    stripe = create_sandbox(chosen, clock=time, sender=send, state_file=state)
    server = make_server(HOST, urlsplit(chosen.public_url).port or 0, stripe, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield Town(app, services, stripe, time)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        stripe.sandbox.store.close()
        services.close()
