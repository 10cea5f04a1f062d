"""A newsroom that takes money: the service on a fresh database, the Courier's site, and Stripe's sandbox."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from service.app import create_app
from service.campaigns.editing import Author, save_site
from service.campaigns.snapshot.holder import SnapshotHolder
from service.contributions.checkout.support_token import new_support_token
from service.reconciliation.refresh import drain
from service.services import EXTENSION, Services
from service.settings import Settings
from tests.conftest import SettableClock
from tests.stripe import StripeStand, stripe_stand

SITE: dict[str, Any] = {
    "key": "courier",
    "name": "The Courier",
    "timezone": "Europe/Dublin",
    "home_url": "https://courier.example/",
    "origins": ["https://courier.example"],
    "languages": ["en"],
    "currency": "EUR",
    "amount_limits": {
        "EUR": {"one_off": {"min": 1, "max": 2000}, "month": {"min": 1, "max": 500}, "year": {"min": 5, "max": 2000}},
        "JPY": {"one_off": {"min": 100, "max": 200000}},
    },
}


@dataclass(frozen=True)
class Newsroom:
    """Everything a test of giving needs, and the few things readers and Stripe do."""

    services: Services
    client: FlaskClient
    stripe: StripeStand
    clock: SettableClock

    def token(self) -> str:
        return new_support_token(self.services.keys, "courier", int(self.clock().timestamp()))

    def checkout(self, **fields: Any) -> Any:
        """Press the button: the answer to POST /v1/checkout."""
        body = {"interval": "one_off", "amount": "5", "currency": "EUR", "return_url": "https://courier.example/a"}
        if "prompt_token" not in fields:
            body |= {"support_token": self.token(), "site": "courier"}
        return self.client.post("/v1/checkout", json={**body, **fields}, headers={"Origin": "https://courier.example"})

    def give(self, **fields: Any) -> str:
        """Give with a good card; the id of the Checkout Session."""
        answer = self.checkout(**fields)
        assert answer.status_code == 200, answer.json
        paid = self.stripe.pay(answer.json["checkout_url"])
        assert paid.status_code == 303, paid.text
        return paid.headers["Location"].partition("session_id=")[2]

    def ask_for(self, **site_fields: Any) -> None:
        """Change the site."""
        save_site(self.services.engine, {**SITE, **site_fields}, Author("editor@courier.example", self.clock()))
        self.services.part(SnapshotHolder).refresh()

    def decline(self, count: int) -> None:
        """So many declined charges of the site's, just now: somebody is testing cards."""
        with self.services.engine.begin() as connection:
            for number in range(count):
                connection.exec_driver_sql(
                    "INSERT INTO charges (id, status, amount_minor, amount_captured_minor, amount_refunded_minor,"
                    " currency, created_at, is_livemode, is_paid, is_captured, is_refunded, is_disputed, site,"
                    " status_rank, recorded_at) VALUES (%s, 'failed', 100, 0, 0, 'EUR', %s, false, false, false,"
                    " false, false, 'courier', 2, %s)",
                    (f"ch_{number}", self.clock(), self.clock()),
                )

    def settle(self) -> None:
        """Let Stripe send what it has, and the worker work until nothing is due."""
        self.stripe.deliver()
        drain(self.services)

    def rows(self, query: str, **values: Any) -> list[tuple[Any, ...]]:
        with self.services.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query), values)]


@pytest.fixture
def stripe(clock: SettableClock) -> Iterator[StripeStand]:
    with stripe_stand(clock) as stand:
        yield stand


@pytest.fixture
def newsroom(settings: Settings, clock: SettableClock, stripe: StripeStand) -> Iterator[Newsroom]:
    app = create_app(replace(settings, stripe_api_base=stripe.url), clock=clock, has_background=False)
    services: Services = app.extensions[EXTENSION]
    save_site(services.engine, SITE, Author("editor@courier.example", clock()))
    services.part(SnapshotHolder).refresh()
    client = app.test_client()
    stripe.receiver = lambda path, headers, body: client.post(path, headers=headers, data=body).status_code
    yield Newsroom(services, client, stripe, clock)
    services.close()
