"""A stage for scenarios: the whole service and a scripted Stripe, driven as an operator and Stripe drive them."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import text

from service.contributions.checkout.support_token import new_support_token
from service.contributions.mail.sending import send_due_mail
from service.reconciliation.refresh import sweep
from service.services import Services
from tests.conftest import SettableClock
from tests.scenarios.scripted_stripe import Json, ScriptedStripe
from tests.stripe_events.webhook import signed

CONTRIBUTIONS = "SELECT state, paid_minor, refunded_minor, paid_count, dispute_status FROM contributions ORDER BY id"
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
        """The time of the clock in Unix seconds."""
        return int(self.clock().timestamp())

    def token(self) -> str:
        """Return the token of a new view of the support page."""
        return new_support_token(self.services.keys, "courier", self.at)

    def checkout(
        self, interval: str = "one_off", amount: str = "10", token: str | None = None, language: str = "en"
    ) -> Json:
        """Start a checkout, and return the session that Stripe opened."""
        token = token or self.token()
        answer = self.app.test_client().post(
            "/v1/checkout",
            json={
                "interval": interval,
                "amount": amount,
                "currency": "EUR",
                "support_token": token,
                "site": "courier",
                "language": language,
            },
            headers={"Origin": "https://courier.example"},
        )
        assert answer.status_code == 200, answer.text
        url = str(answer.get_json()["checkout_url"])
        return self.stripe.objects[url.rpartition("/")[2]]

    def send(self, *events: Json, secret: str | None = None) -> list[int]:
        """Send events to the webhook in this order, and return the status of each answer."""
        client = self.app.test_client()
        statuses = []
        for event in events:
            body = json.dumps(event)
            headers = {"Stripe-Signature": signed(body, self.at, *([secret] if secret else []))}
            statuses.append(client.post("/webhooks/stripe", data=body, headers=headers).status_code)
        return statuses

    def run(self, *command: str) -> str:
        """Run a command that must succeed, and return its output."""
        result = self.app.test_cli_runner().invoke(args=list(command))
        assert result.exit_code == 0, (result.output, result.exception)
        return result.stdout_bytes.decode()

    def deliver(self, events: Iterable[Json], *, drain_each: bool = False) -> None:
        """Send events and work on them: after all of them, or after each if `drain_each`."""
        for event in events:
            assert self.send(event) == [200]
            if drain_each:
                sweep(self.services)
        self.run("worker", "--drain")

    def sent_mail(self) -> list[EmailMessage]:
        """Send all due mail. Return all mail in the folder that takes the place of a mail server, oldest first."""
        send_due_mail(self.services)
        files = sorted((Path(self.services.settings.var_dir) / "mail").glob("*.eml"))
        return [message_from_bytes(file.read_bytes(), policy=default) for file in files]

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with self.services.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query))]

    @property
    def contributions(self) -> list[tuple[Any, ...]]:
        """Each contribution's state, paid and refunded minor units, number of payments, and dispute status."""
        return self.rows(CONTRIBUTIONS)

    @property
    def balances(self) -> dict[str, int]:
        """The balance of each account, for scenarios with a single currency."""
        return {account: amount for account, _, amount in self.rows(BALANCES)}

    @property
    def mails(self) -> list[tuple[Any, ...]]:
        """The kinds of mail that were written, each with its number."""
        return self.rows("SELECT kind, count(*) FROM mail_outbox GROUP BY 1 ORDER BY 1")

    def check(self) -> None:
        """Assert that no event is dead or waiting, that every invariant holds, and that a rebuild changes nothing."""
        assert self.rows("SELECT id, last_error FROM stripe_events WHERE status NOT IN ('done', 'ignored')") == []
        self.run("ledger", "check")
        before = self.contributions, self.balances
        self.run("rebuild")
        assert (self.contributions, self.balances) == before
