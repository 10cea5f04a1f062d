"""What the sandbox, the ledger and the CSV files each say, read from outside, to be held against each other."""

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
    """Reads over HTTP with finance's token, and runs the `flask export` command."""

    demo: Demo

    def sandbox_balance(self) -> dict[str, int]:
        """Available and pending minor units per currency, as the Stripe API tells it."""
        url = f"{self.demo.ports.sandbox_url}/v1/balance"
        answer = requests.get(url, auth=(STRIPE_API_KEY, ""), timeout=TIMEOUT_SECONDS).json()
        totals: Counter[str] = Counter()
        for part in (*answer["available"], *answer["pending"]):
            totals[part["currency"].upper()] += part["amount"]
        return {currency: total for currency, total in totals.items() if total}

    def ledger_balance(self) -> dict[str, int]:
        """Closing minor units of the Stripe balance account per currency, from trial_balance.csv."""
        return {
            row["currency"]: minor(row["closing"])
            for row in self.rows("trial_balance")
            if row["account_code"] == STRIPE_BALANCE_ACCOUNT
        }

    def trial_balance_is_zero(self) -> bool:
        rows = self.rows("trial_balance")
        return bool(rows) and sum(minor(row["closing"]) for row in rows) == 0

    def contribution_totals(self) -> dict[str, int]:
        """Sum of `net_minor` per currency in contributions.csv."""
        totals: Counter[str] = Counter()
        for row in self.rows("contributions"):
            totals[row["currency"]] += int(row["net_minor"])
        return dict(totals)

    def journal_lines(self) -> list[str]:
        """The journal's postings, a line each."""
        return [
            f"entry {row['seq']} {row['account_code']} {row['account_name']}: "
            f"{row['debit'] or '-'} | {row['credit'] or '-'} {row['currency']}"
            for row in self.rows("journal")
        ]

    def rows(self, name: str) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(self.export(name).decode("utf-8"))))

    def export(self, name: str) -> bytes:
        """A CSV file as finance downloads it."""
        url = f"{self.demo.ports.service_url}/v1/exports/{name}.csv"
        headers = {"Authorization": f"Bearer {self.demo.finance_token}"}
        response = requests.get(url, params=PERIOD, headers=headers, timeout=TIMEOUT_SECONDS)
        if response.status_code != 200:
            raise DemoError(f"{name}.csv answered {response.status_code}: {response.text}")
        return response.content

    def command_export(self, name: str) -> bytes:
        """The same file from the command line."""
        arguments = ["-m", "flask", "--app", "wsgi", "export", name, "--from", PERIOD["from"], "--to", PERIOD["to"]]
        environment = {**os.environ, **self.demo.environment, "LOG_LEVEL": "ERROR"}
        done = subprocess.run([sys.executable, *arguments], env=environment, capture_output=True, check=False)
        if done.returncode:
            raise DemoError(f"flask export {name} failed: {done.stderr.decode()[-500:]}")
        return done.stdout


def minor(text: str) -> int:
    """The demo's currency has two decimals: `-12.34` is -1234."""
    return int(text.replace(".", ""))
