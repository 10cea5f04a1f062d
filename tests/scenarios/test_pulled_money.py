"""Money that is pulled from Stripe over HTTP, posted and exported: exact balances after every step."""

import contextlib
import csv
import io
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from service.assembly import build_services
from service.errors import StripeUnavailableError
from service.exports.exporting import OPERATOR, Exports, open_export
from service.exports.request import ExportName, ExportRequest
from service.money import Interval
from service.reconciliation.checking import check_everything
from service.reconciliation.pull import sync
from service.services import Services
from service.settings import Settings
from tests.conftest import SettableClock
from tests.scenarios.scripted_stripe import Fault, Json, ScriptedStripe, serving
from tests.scenarios.stripe_objects import charge, dispute, marked, movement, payout, refund

Balances = dict[str, str]


@dataclass(frozen=True)
class Desk:
    """A scripted Stripe, and the service that pulls from it and exports."""

    stripe: ScriptedStripe
    services: Services

    def pull(self, *objects: Json) -> Balances:
        """Add objects to Stripe, pull them, and return the closing balances in euros."""
        self.stripe.put(*objects)
        sync(self.services)
        return self.balances()

    def balances(self, currency: str = "EUR") -> Balances:
        rows = [row for row in self.rows("trial_balance") if row["currency"] == currency]
        return {row["account_code"]: row["closing"] for row in rows if float(row["closing"])}

    def rows(self, name: str, **wanted: Any) -> list[dict[str, str]]:
        exports = Exports(self.services.engine, self.services.settings, self.services.clock)
        with contextlib.closing(
            open_export(exports, OPERATOR, ExportRequest(ExportName(name), **wanted), "csv")
        ) as file:
            return list(csv.DictReader(io.StringIO(b"".join(file).decode(), newline="")))

    def red(self) -> set[str]:
        held = self.services.gateway.fetch_balance()
        return {check.name for check in check_everything(self.services, held) if not check.is_green}


@pytest.fixture
def desk(settings: Settings, clock: SettableClock) -> Iterator[Desk]:
    stripe = ScriptedStripe()
    with serving(stripe):
        services = build_services(replace(settings, stripe_api_base=stripe.url), clock)
        yield Desk(stripe, services)
        services.engine.dispose()


def test_balances_are_exact_through_everything_that_can_happen_to_money(desk: Desk) -> None:
    pull = desk.pull
    charged = movement("txn_1", "charge", 1000, "ch_1", fee=55, tax=5)
    assert pull(charge("ch_1", 1000, "txn_1"), charged) == {
        "1100": "9.45",
        "4100": "-10.00",
        "5100": "0.50",
        "5120": "0.05",
    }

    pull(charge("ch_1", 1000, "txn_1", amount_refunded=400), refund("re_1", "ch_1", 400, "txn_2"))
    refunded = pull(movement("txn_2", "refund", -400, "re_1", hours=3))
    assert refunded == {"1100": "5.45", "4100": "-10.00", "4200": "4.00", "5100": "0.50", "5120": "0.05"}

    failed = refund("re_1", "ch_1", 400, "txn_2", status="failed", failure_balance_transaction="txn_3")
    owed = pull(charge("ch_1", 1000, "txn_1"), failed, movement("txn_3", "refund_failure", 400, "re_1", hours=30))
    assert (owed["1100"], owed["2300"], owed["4200"]) == ("9.45", "-4.00", "4.00")

    monthly = charge("ch_2", 2000, "txn_4", metadata=marked(2, Interval.MONTH))
    withdrawn = movement("txn_5", "dispute", -2000, "dp_1", fee=1500, hours=40)
    pull(monthly, movement("txn_4", "charge", 2000, "ch_2", fee=80, hours=31))
    taken = pull(withdrawn, dispute("dp_1", "ch_2", 2000, "under_review", withdrawn))
    assert (taken["1300"], taken["5200"], taken["4110"]) == ("20.00", "15.00", "-20.00")

    returned = movement("txn_6", "dispute_reversal", 2000, "dp_1", fee=-1500, hours=60)
    won = pull(returned, dispute("dp_1", "ch_2", 2000, "won", withdrawn, returned))
    assert "1300" not in won
    assert "5200" not in won

    fees = pull(
        *(movement(f"txn_{category}", category, -30, None, hours=61) for category in ("fee", "network_cost", "tax"))
    )
    assert (fees["5110"], fees["5120"]) == ("0.60", "0.35")

    foreign = charge("ch_3", 1000, "txn_7", currency="usd", metadata=marked(3, Interval.YEAR))
    pull(foreign, movement("txn_7", "charge", 901, "ch_3", fee=40, hours=62))
    back = [movement("txn_8", "refund", -310, "re_2", hours=63), movement("txn_9", "refund", -290, "re_3", hours=64)]
    parts = [refund("re_2", "ch_3", 333, "txn_8", currency="usd"), refund("re_3", "ch_3", 333, "txn_9", currency="usd")]
    rates = pull(foreign | {"amount_refunded": 666}, *parts, *back)
    assert (rates["4120"], rates["4200"], rates.get("5300")) == ("-9.01", "10.00", None)
    assert [row["fx_difference"] for row in desk.rows("refunds")][1:] == ["0.10", "-0.10"]

    pull(
        charge("ch_4", 5120, "txn_10", currency="kwd"),
        movement("txn_10", "charge", 5120, "ch_4", fee=180, currency="kwd", hours=65),
    )
    assert desk.balances("KWD") == {"1100": "4.940", "4100": "-5.120", "5100": "0.180"}
    assert desk.red() == set()

    odd = pull(movement("txn_11", "other_adjustment", -9, None, hours=70), charge("ch_5", 700, "txn_12", metadata={}))
    assert odd["9900"] == "0.09"
    strange = pull(movement("txn_12", "charge", 700, "ch_5", fee=35, hours=71))
    assert strange["4900"] == "-7.00"
    assert {row["kind"] for row in desk.rows("exceptions")} == {"suspense", "unmatched_bt", "failed_refund"}
    assert desk.red() == {"suspense is empty"}


COUNT = 105  # more than one batch of the pull; three pages of forty
PAGE_SIZE = 40
LINES = [
    line
    for number in range(COUNT)
    for line in (
        charge(f"ch_{number}", 1000, f"txn_{number:03}", metadata=marked(number)),
        movement(f"txn_{number:03}", "charge", 1000, f"ch_{number}", fee=59, hours=number % 20),
    )
]


def fail_third_page_of_payout(stripe: ScriptedStripe) -> Callable[[str], None]:
    """Return a callback that makes every list of balance transactions fail from the third page of a payout on."""
    pages = 0

    def count(path: str) -> None:
        nonlocal pages
        if path.startswith("/v1/payouts/"):
            pages = 1
        elif path == "/v1/balance_transactions" and pages:
            pages += 1
            if pages == 4:
                stripe.faults.append(Fault(path, status=500, times=100))

    return count


def test_a_payout_survives_failing_pages_a_missing_cent_and_a_return_by_the_bank(desk: Desk) -> None:
    amount = COUNT * 941
    desk.stripe.page_size = PAGE_SIZE
    own = movement("txn_po", "payout", -amount, "po_1", hours=24)
    desk.stripe.payout_of |= dict.fromkeys(["txn_po", *(f"txn_{number:03}" for number in range(COUNT))], "po_1")
    desk.stripe.put(*LINES, own, payout("po_1", amount - 1, "in_transit", "txn_po"))

    desk.stripe.before_answer = fail_third_page_of_payout(desk.stripe)
    with pytest.raises(StripeUnavailableError):
        sync(desk.services)
    assert desk.rows("payout_lines") == []

    desk.stripe.before_answer = str
    desk.stripe.faults.clear()
    desk.pull(payout("po_1", amount - 1, "paid", "txn_po"))
    (row,) = desk.rows("payouts")
    assert (row["recon_status"], row["unexplained"], row["line_count"]) == ("mismatch", "-0.01", "105")
    assert desk.rows("payout_lines")[-1]["running_total"] == "988.04"
    assert "payouts tie to the cent" in desk.red()

    healed = desk.pull(payout("po_1", amount, "paid", "txn_po"))
    (row,) = desk.rows("payouts")
    assert (row["recon_status"], row["unexplained"], row["gross_charges"], row["fees"]) == (
        "matched",
        "0.00",
        "1050.00",
        "61.95",
    )
    assert healed["1210"] == "988.05"

    back = movement("txn_back", "payout_reversal", amount, "po_1", hours=120)
    failed = desk.pull(payout("po_1", amount, "failed", "txn_po", failure_balance_transaction="txn_back"), back)
    (row,) = desk.rows("payouts")
    assert (row["status"], row["recon_status"]) == ("failed", "reopened")
    assert (failed.get("1210"), failed.get("1200"), failed["1100"]) == (None, None, "988.05")
    assert desk.red() == set()


def test_balance_transactions_pulled_late_and_in_any_order_give_the_same_ledger(desk: Desk) -> None:
    history = [
        *LINES[:20],
        refund("re_1", "ch_1", 300, "txn_r"),
        movement("txn_r", "refund", -300, "re_1", hours=30),
        movement("txn_fee", "fee", -250, None, hours=31),
    ]
    random.Random(7).shuffle(history)

    for first in range(0, len(history), 5):
        desk.pull(*history[first : first + 5])

    assert desk.balances() == {"1100": "88.60", "4100": "-100.00", "4200": "3.00", "5100": "5.90", "5110": "2.50"}
    assert desk.red() == set()


@pytest.mark.parametrize(
    "changes", [{"automatic": False}, {"automatic": False, "method": "instant"}, {"method": "instant"}]
)
def test_a_payout_made_by_hand_or_at_once_is_shown_as_manual(desk: Desk, changes: Json) -> None:
    made = payout("po_1", 900, "in_transit", "txn_po_1", reconciliation_status="not_applicable", **changes)
    desk.pull(
        charge("ch_1", 1000, "txn_1"),
        movement("txn_1", "charge", 1000, "ch_1"),
        made,
        movement("txn_po_1", "payout", -900, "po_1", hours=20),
    )
    (sent,) = desk.rows("payouts")

    desk.pull(made | {"status": "failed"})
    (returned,) = desk.rows("payouts")

    assert [(row["status"], row["recon_status"], row["unexplained"]) for row in (sent, returned)] == [
        ("in_transit", "manual", ""),
        ("failed", "manual", ""),
    ]
