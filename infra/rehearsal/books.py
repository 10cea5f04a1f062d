"""What Stripe's sandbox, the contributions and the ledger say of the same payments."""

from dataclasses import dataclass

import requests

from infra.rehearsal.installation import WEB, Installation
from service.demo.books import Books
from service.demo.processes import DemoError, Processes
from service.demo.run import Demo
from service.demo.settings import STRIPE_API_KEY

TIMEOUT_SECONDS = 20
CHECK_SECONDS = 120


@dataclass(frozen=True, slots=True)
class BooksBeside:
    """The books of an installation beside those of the sandbox."""

    installation: Installation

    def paid(self) -> list[str]:
        """Return the ids of the payments that succeeded at Stripe."""
        address = f"{self.installation.ports.sandbox_url}/v1/payment_intents"
        found: list[str] = []
        after: dict[str, str] = {}
        while True:
            page = requests.get(
                address, params={"limit": "100", **after}, auth=(STRIPE_API_KEY, ""), timeout=TIMEOUT_SECONDS
            ).json()
            found += [intent["id"] for intent in page["data"] if intent["status"] == "succeeded"]
            if not page["has_more"]:
                return found
            after = {"starting_after": page["data"][-1]["id"]}

    def contributed(self) -> list[str]:
        """Return the ids of the payments of all contributions, with repetitions if there are any."""
        return [row["payment_intent_id"] for row in self._books().rows("contributions")]

    def are_complete(self) -> bool:
        """Return whether every payment is a contribution with its net amount, and the ledger has Stripe's balance."""
        books = self._books()
        try:
            rows = books.rows("contributions")
            is_whole = len(rows) >= len(self.paid()) and all(row["net_minor"] for row in rows)
            return is_whole and books.ledger_balance() == books.sandbox_balance()
        except (DemoError, requests.RequestException):
            return False

    def checked(self) -> str:
        """Run `ledger check`. Return `green`, or the end of what it says."""
        started = self.installation.begin_command(self.installation.releases[WEB[0]], "ledger", "check")
        said, _ = started.communicate(timeout=CHECK_SECONDS)
        return "green" if started.returncode == 0 else said[-2000:]

    def _books(self) -> Books:
        place = self.installation
        nothing = Processes(place.folder, {})
        return Books(Demo(place.ports, place.environment, place.finance_token, "", nothing, {}))
