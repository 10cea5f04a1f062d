"""Reads the sandbox's balance, the ledger and the CSV files over HTTP, so that the demo can compare them."""

import csv
import io
import os
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass

import requests

from service.demo.processes import DemoError
from service.demo.run import Demo
from service.demo.settings import STRIPE_API_KEY

TIMEOUT_SECONDS = 20
PERIOD = {"from": "2020-01-01", "to": "2099-12-31"}
STRIPE_BALANCE_ACCOUNT = "1100"


@dataclass(frozen=True, slots=True)
class Books:
    """The books of a running demo, read over HTTP with a finance token, and with the `flask export` command."""

    demo: Demo

    def sandbox_balance(self) -> dict[str, int]:
        """Return the sandbox's balance, available and pending together, in minor units by currency."""
        url = f"{self.demo.ports.sandbox_url}/v1/balance"
        answer = requests.get(url, auth=(STRIPE_API_KEY, ""), timeout=TIMEOUT_SECONDS).json()
        totals: Counter[str] = Counter()
        for part in (*answer["available"], *answer["pending"]):
            totals[part["currency"].upper()] += part["amount"]
        return {currency: total for currency, total in totals.items() if total}

    def ledger_balance(self) -> dict[str, int]:
        """Return the closing balance of the ledger's Stripe account, in minor units by currency."""
        return {
            row["currency"]: minor(row["closing"])
            for row in self.rows("trial_balance")
            if row["account_code"] == STRIPE_BALANCE_ACCOUNT
        }

    def trial_balance_is_zero(self) -> bool:
        """Return whether the closing balances of all accounts add up to zero."""
        rows = self.rows("trial_balance")
        return bool(rows) and sum(minor(row["closing"]) for row in rows) == 0

    def contribution_totals(self) -> dict[str, int]:
        """Return the sum of `net_minor` in contributions.csv by currency."""
        totals: Counter[str] = Counter()
        for row in self.rows("contributions"):
            totals[row["currency"]] += int(row["net_minor"])
        return dict(totals)

    def journal_lines(self) -> list[str]:
        """Return a line of text for each posting in journal.csv."""
        return [
            f"entry {row['seq']} {row['account_code']} {row['account_name']}: "
            f"{row['debit'] or '-'} | {row['credit'] or '-'} {row['currency']}"
            for row in self.rows("journal")
        ]

    def rows(self, name: str) -> list[dict[str, str]]:
        """Return the rows of an export by column name."""
        return list(csv.DictReader(io.StringIO(self.export(name).decode("utf-8"))))

    def export(self, name: str) -> bytes:
        """Return a CSV file over HTTP. Raise DemoError if the service refuses it."""
        url = f"{self.demo.ports.service_url}/v1/exports/{name}.csv"
        headers = {"Authorization": f"Bearer {self.demo.finance_token}"}
        response = requests.get(url, params=PERIOD, headers=headers, timeout=TIMEOUT_SECONDS)
        if response.status_code != 200:
            raise DemoError(f"{name}.csv answered {response.status_code}: {response.text}")
        return response.content

    def command_export(self, name: str) -> bytes:
        """Return a CSV file from `flask export`. Raise DemoError if the command fails."""
        arguments = ["-m", "flask", "--app", "wsgi", "export", name, "--from", PERIOD["from"], "--to", PERIOD["to"]]
        environment = {**os.environ, **self.demo.environment, "LOG_LEVEL": "ERROR"}
        done = subprocess.run([sys.executable, *arguments], env=environment, capture_output=True, check=False)
        if done.returncode:
            raise DemoError(f"flask export {name} failed: {done.stderr.decode()[-500:]}")
        return done.stdout


@dataclass(frozen=True, slots=True)
class Totals:
    """The number of contributions, and sums by currency in minor units.

    `balance`: what the sandbox holds. `ledger`: what it holds by the ledger. `net`: of contributions.csv.
    """

    contribution_count: int
    balance: Counter[str]
    ledger: Counter[str]
    net: Counter[str]

    def __str__(self) -> str:
        parts = (("the sandbox holds", self.balance), ("the ledger", self.ledger), ("contributions.csv net", self.net))
        return ", ".join(f"{name} {dict(sums)}" for name, sums in parts)

    @classmethod
    def of(cls, books: Books) -> "Totals":
        """Return the totals of a running demo at this moment."""
        return cls(
            len(books.rows("contributions")),
            Counter(books.sandbox_balance()),
            Counter(books.ledger_balance()),
            Counter(books.contribution_totals()),
        )


def minor(text: str) -> int:
    """Return an amount with two decimals, as the demo's currency has, in minor units: `-12.34` is -1234."""
    return int(text.replace(".", ""))
