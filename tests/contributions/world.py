"""The Courier, a newsroom that takes contributions: its site, its campaign, and what readers and Stripe do there."""

import contextlib
import csv
import io
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any
from uuid import uuid4

from flask.testing import FlaskClient
from sqlalchemy import text

from service.campaigns.editing import Author, Release, publish, save_campaign, save_site
from service.campaigns.snapshot.holder import SnapshotHolder
from service.campaigns.store import DocumentKind
from service.contributions.checkout.support_token import new_support_token
from service.exports.exporting import OPERATOR, Exports, open_export
from service.exports.request import ExportName, ExportRequest
from service.reconciliation.refresh import drain
from service.services import Services
from tests.conftest import SettableClock
from tests.readers.assertions import EC, public, signed
from tests.stripe import StripeStand

HOME = "https://courier.example"
MARY = "mary.byrne@reader.example"  # the address that the sandbox's hosted page is filled in with
SITE: dict[str, Any] = {
    "key": "courier",
    "name": "The Courier",
    "timezone": "Europe/Dublin",
    "home_url": f"{HOME}/",
    "origins": [HOME],
    "languages": ["en"],
    "currency": "EUR",
    "amount_limits": {
        "EUR": {"one_off": {"min": 1, "max": 2000}, "month": {"min": 1, "max": 500}, "year": {"min": 5, "max": 2000}},
        "JPY": {"one_off": {"min": 100, "max": 200000}},
    },
}
KEYS = {"audience": "keepopen", "keys": {"key_id": "ec", "algorithm": "ES256", "public_key": public(EC)}}
CAMPAIGN: dict[str, Any] = {
    "key": "autumn",
    "site": "courier",
    "kind": "epic",
    "placement": "article_top",
    "variants": {"key": "control", "copy": {"en": {"heading": "Give", "button": "Give"}}},
}


@dataclass(frozen=True)
class Newsroom:
    """The running service with a client, Stripe's sandbox and a clock."""

    services: Services
    client: FlaskClient
    stripe: StripeStand
    clock: SettableClock

    def token(self) -> str:
        """Return the token of a new display of the support page."""
        return new_support_token(self.services.keys, "courier", int(self.clock().timestamp()))

    def checkout(self, **fields: Any) -> Any:
        """Send POST /v1/checkout and return the response."""
        body = {"interval": "one_off", "amount": "5", "currency": "EUR", "return_url": f"{HOME}/a"}
        if "prompt_token" not in fields:
            body |= {"support_token": self.token(), "site": "courier"}
        return self.client.post("/v1/checkout", json={**body, **fields}, headers={"Origin": HOME})

    def give(self, **fields: Any) -> str:
        """Contribute with a valid card. Return the id of the Checkout Session."""
        response = self.checkout(**fields)
        assert response.status_code == 200, response.json
        paid = self.stripe.pay(response.json["checkout_url"])
        assert paid.status_code == 303, paid.text
        return paid.headers["Location"].partition("session_id=")[2]

    def change_site(self, **fields: Any) -> None:
        """Save the site with these fields changed."""
        save_site(self.services.engine, {**SITE, **fields}, Author("editor@courier.example", self.clock()))
        self.services.part(SnapshotHolder).refresh()

    def publish_campaign(self, **fields: Any) -> None:
        """Save and publish the campaign with these fields changed."""
        engine, author = self.services.engine, Author("editor", self.clock())
        campaign = {**CAMPAIGN, **fields}
        save_campaign(engine, campaign, author)
        publish(engine, DocumentKind.CAMPAIGN, campaign["key"], Release(), author)
        self.services.part(SnapshotHolder).refresh()

    def decline(self, count: int) -> None:
        """Record so many declined charges of the site at this moment, as in card testing."""
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
        """Deliver Stripe's waiting events, and run the worker until nothing is due."""
        self.stripe.deliver()
        drain(self.services)

    def settle_after(self, **duration: float) -> None:
        """Advance the clock, then settle twice, so that events which settling causes are settled too."""
        self.clock.advance(**duration)
        for _ in range(2):
            self.settle()

    def rows(self, query: str, **values: Any) -> list[tuple[Any, ...]]:
        """Return the rows of an SQL query."""
        with self.services.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query), values)]

    def exported(self, name: str) -> list[dict[str, str]]:
        """Return the rows of an export with all personal columns, by column name."""
        exports = Exports(self.services.engine, self.services.settings, self.services.clock)
        request = ExportRequest(ExportName(name), has_personal_data=True)
        with contextlib.closing(open_export(exports, OPERATOR, request, "csv")) as stream:
            return list(csv.DictReader(io.StringIO(b"".join(stream).decode(), newline="")))

    def queued_mail(self) -> list[tuple[str, str]]:
        """Return kind and status of all mail in the outbox, oldest cause first."""
        rows = self.rows("SELECT kind, status FROM mail_outbox ORDER BY caused_at, kind")
        return [(kind, status) for kind, status in rows]

    def sent_mail(self) -> list[EmailMessage]:
        """Return all mail written to the folder that takes the place of a mail server, oldest first."""
        folder = Path(self.services.settings.var_dir) / "mail"
        files = sorted(folder.glob("*.eml")) if folder.exists() else []
        return [message_from_bytes(file.read_bytes(), policy=default) for file in files]


def open_devices(newsroom: Newsroom, **campaign_fields: Any) -> tuple[FlaskClient, FlaskClient]:
    """Return a phone and a desktop, on a site that vouches for its readers and has a campaign."""
    newsroom.change_site(reader_assertion=KEYS)
    newsroom.publish_campaign(**campaign_fields)
    return newsroom.client.application.test_client(), newsroom.client.application.test_client()


def decide(device: FlaskClient, *, is_signed_in: bool = True, **fields: Any) -> dict[str, Any]:
    """Open a new page on a device and return the decision."""
    body = {"site": "courier", "view_id": uuid4().hex, "page_id": f"/{uuid4().hex}", "consent": "full", **fields}
    response = device.post("/v1/decide", json=body | ({"reader_assertion": signed()} if is_signed_in else {}))
    assert response.status_code == 200, response.json
    return dict(response.get_json())


def pay(newsroom: Newsroom, device: FlaskClient, decision: dict[str, Any], interval: str = "one_off") -> str:
    """Contribute through the prompt on a device. Return the address that Stripe sends the reader back to."""
    body = {"interval": interval, "amount": "5", "prompt_token": decision["prompts"][0]["prompt_token"]}
    response = device.post("/v1/checkout", json=body, headers={"Origin": HOME})
    assert response.status_code == 200, response.json
    return str(newsroom.stripe.pay(response.get_json()["checkout_url"]).headers["Location"])
