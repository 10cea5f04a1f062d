"""The whole service in process beside a scripted Stripe, driven only as an operator and Stripe drive it."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from service.app import create_app
from service.campaigns.editing import Author, save_site
from service.campaigns.snapshot.holder import SnapshotHolder
from service.contributions.checkout.support_token import new_support_token
from service.reconciliation.refresh import sweep
from service.services import EXTENSION, Services
from service.settings import Settings
from tests.conftest import SettableClock
from tests.contributions.world import SITE
from tests.scenarios.scripted import Json, ScriptedStripe, serving
from tests.stripe import WEBHOOK_SECRET
from tests.stripe_events.webhook import signed

GIVEN = "SELECT state, paid_minor, refunded_minor, paid_count, dispute_status FROM contributions ORDER BY id"
BALANCES = """
    SELECT p.account, p.currency, sum(p.amount_minor)::bigint
    FROM ledger_postings p JOIN ledger_entries e ON e.seq = p.entry_seq
    GROUP BY 1, 2 HAVING sum(p.amount_minor) <> 0 ORDER BY 1, 2
"""


@dataclass(frozen=True)
class Stage:
    """A service, a Stripe and a clock."""

    app: Flask
    services: Services
    stripe: ScriptedStripe
    clock: SettableClock

    @property
    def at(self) -> int:
        return int(self.clock().timestamp())

    def token(self) -> str:
        """One visit to the support page."""
        return new_support_token(self.services.keys, "courier", self.at)

    def checkout(self, interval: str = "one_off", amount: str = "10", token: str | None = None) -> Json:
        """Press the button; the session that Stripe then has."""
        token = token or self.token()
        answer = self.app.test_client().post(
            "/v1/checkout",
            json={"interval": interval, "amount": amount, "currency": "EUR", "support_token": token, "site": "courier"},
            headers={"Origin": "https://courier.example"},
        )
        assert answer.status_code == 200, answer.text
        url = str(answer.get_json()["checkout_url"])
        return self.stripe.objects[url.rpartition("/")[2]]

    def send(self, *events: Json, secret: str | None = None) -> list[int]:
        """Deliver events, in this order; what was answered."""
        client = self.app.test_client()
        answers = []
        for each in events:
            body = json.dumps(each)
            header = signed(body, self.at, *([secret] if secret else []))
            answers.append(client.post("/webhooks/stripe", data=body, headers={"Stripe-Signature": header}).status_code)
        return answers

    def run(self, *command: str) -> str:
        """A command of the operator's, which must succeed."""
        result = self.app.test_cli_runner().invoke(args=list(command))
        assert result.exit_code == 0, (result.output, result.exception)
        return result.stdout_bytes.decode()

    def tell(self, events: Iterable[Json], *, drained_each: bool = False) -> None:
        """Deliver events and work them off, all together or one by one."""
        for each in events:
            assert self.send(each) == [200]
            if drained_each:
                sweep(self.services)
        self.run("worker", "--drain")

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with self.services.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query))]

    @property
    def given(self) -> list[tuple[Any, ...]]:
        return self.rows(GIVEN)

    @property
    def balances(self) -> dict[str, int]:
        """What stands on each account, in the one currency of these stories."""
        return {account: amount for account, _, amount in self.rows(BALANCES)}

    @property
    def mails(self) -> list[tuple[Any, ...]]:
        """How many of each kind were written."""
        return self.rows("SELECT kind, count(*) FROM mail_outbox GROUP BY 1 ORDER BY 1")

    def check(self) -> None:
        """Nothing is dead or waiting, the books are right by every invariant, and a rebuild finds the same."""
        assert self.rows("SELECT id, last_error FROM stripe_events WHERE status NOT IN ('done', 'ignored')") == []
        self.run("ledger", "check")
        before = self.given, self.balances
        self.run("rebuild")
        assert (self.given, self.balances) == before


@pytest.fixture
def stage(settings: Settings, clock: SettableClock) -> Iterator[Stage]:
    with serving(ScriptedStripe()) as stripe:
        settings = replace(
            settings, stripe_api_base=stripe.url, stripe_webhook_secrets=(WEBHOOK_SECRET, "whsec_before_last")
        )
        app = create_app(settings, clock=clock, has_background=False)
        services: Services = app.extensions[EXTENSION]
        save_site(services.engine, SITE, Author("editor@courier.example", clock()))
        services.part(SnapshotHolder).refresh()
        yield Stage(app, services, stripe, clock)
        services.close()
