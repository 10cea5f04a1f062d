"""docs/close-a-month.md: its files have the columns that we export, its numbers agree, and its checks exist."""

import csv
import io
import re
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

from service.exports.files.by_name import FILES
from service.exports.request import ExportName
from service.ledger.accounts import Account
from service.reconciliation.checking import check_everything
from service.services import Services
from service.stripe_gateway.account import StripeBalance

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "close-a-month.md").read_text(encoding="utf-8")
CONSOLE = re.compile(r"```console\n\$ flask --app wsgi ([^\n]*)\n(.*?)```", re.DOTALL)
OUTPUTS = dict(CONSOLE.findall(PAGE))
GREEN = re.compile(r"^green +(\d+)  ([^:]+):", re.MULTILINE)
SHOWN_CHECKS = [f"{number} {name}" for number, name in GREEN.findall(OUTPUTS["ledger check"])]

Rows = list[dict[str, str]]


def rows_of(name: str) -> Rows:
    """Return the rows of the first file of this name on the page."""
    command = next(command for command in OUTPUTS if command.startswith(f"export {name} "))
    return list(csv.DictReader(io.StringIO(OUTPUTS[command])))


def total(rows: Rows, column: str) -> Decimal:
    return sum((Decimal(row[column]) for row in rows), Decimal())


@pytest.mark.parametrize("name", ["exceptions", "payouts", "payout_lines", "trial_balance"])
def test_a_file_of_the_page_has_columns_of_the_export_in_their_order(name: str) -> None:
    header = OUTPUTS[next(command for command in OUTPUTS if command.startswith(f"export {name} "))].splitlines()[0]
    columns = [column.name for column in FILES[ExportName(name)].columns]

    assert header.split(",") == [column for column in columns if column in header.split(",")]


def test_the_payout_is_the_sum_of_its_lines() -> None:
    (payout,), lines = rows_of("payouts"), rows_of("payout_lines")
    parts = [Decimal(payout[name]) for name in ("gross_charges", "refunds", "disputes", "adjustments", "unexplained")]

    assert sum(parts, Decimal()) - Decimal(payout["fees"]) == Decimal(payout["amount"]) == total(lines, "net")
    assert total(lines, "gross") - total(lines, "fee") == total(lines, "net")
    assert Decimal(lines[-1]["running_total"]) == Decimal(payout["amount"])
    assert len(lines) == int(payout["line_count"])


def test_the_trial_balance_is_zero_and_uses_our_accounts() -> None:
    rows = rows_of("trial_balance")

    assert total(rows, "closing") == 0
    assert total(rows, "debits") == total(rows, "credits")
    assert {row["account_code"] for row in rows} <= {account.value for account in Account}


def test_the_statement_agrees_with_the_trial_balance() -> None:
    closing = {row["account_code"]: Decimal(row["closing"]) for row in rows_of("trial_balance")}
    statement = dict(re.findall(r"^\| ([^|]+?) \| (-?\d+\.\d\d) \|", PAGE, re.MULTILINE))
    amounts = {words: Decimal(text) for words, text in statement.items()}
    received, owed, left = (
        amounts[words]
        for words in ("contributions received", "= what Stripe owes us", "= Stripe balance on 30 November")
    )

    assert received == -(closing["4100"] + closing["4110"] + closing["4120"])
    assert (amounts["refunds"], amounts["chargebacks lost"]) == (-closing["4200"], -closing["4300"])
    assert amounts["fees"] == -(closing["5100"] + closing["5200"])
    assert received + amounts["refunds"] + amounts["chargebacks lost"] + amounts["fees"] == owed
    assert owed + amounts["paid out"] == left == closing["1100"]
    assert -amounts["paid out"] == closing["1200"] == Decimal(rows_of("payouts")[0]["amount"])


def test_the_figures_of_the_closing_are_those_of_the_trial_balance() -> None:
    closing = {row["account_code"]: Decimal(row["closing"]) for row in rows_of("trial_balance")}
    closed = OUTPUTS["ledger close 2026-11-30 --by Nora"]
    figures = re.search(
        r"contributions ([\d.]+), refunds and chargebacks (-[\d.]+), fees (-[\d.]+), .* ([\d.]+)\n", closed
    )

    assert figures is not None
    assert [Decimal(figure) for figure in figures.groups()] == [
        -(closing["4100"] + closing["4110"] + closing["4120"]),
        -(closing["4200"] + closing["4300"]),
        -(closing["5100"] + closing["5200"]),
        closing["1100"],
    ]


def test_the_entries_of_the_example_are_the_trial_balance() -> None:
    """Every posting of November in the table of events, summed by account."""
    rows = re.findall(r"^\| [^|]+ \| (\d+) \| ([\d., ]+) \| ([\d., ]+) \|$", PAGE, re.MULTILINE)
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for rule, debits, credits_ in rows:
        for sign, side in ((1, debits), (-1, credits_)):
            for account, amount in re.findall(r"(\d{4}) ([\d.]+\d)", side):
                sums[account] += sign * Decimal(amount) if rule != "13" else 0

    assert len(rows) == 8
    assert {account: total for account, total in sums.items() if total} == {
        row["account_code"]: Decimal(row["closing"]) for row in rows_of("trial_balance") if Decimal(row["closing"])
    }


def test_the_drawing_adds_up() -> None:
    drawing = PAGE.partition("```text\n")[2].partition("```")[0]
    charges = re.findall(r"([\d.]+) - ([\d.]+) = +([\d.]+)(  .not available)?", drawing.replace("\n", " \n"))
    taken = re.findall(r"^ +(?:dispute|dispute fee|refund) +(-[\d.]+)", drawing, re.MULTILINE)

    assert [Decimal(gross) - Decimal(fee) for gross, fee, *_ in charges] == [Decimal(net) for _, _, net, _ in charges]
    paid = sum((Decimal(net) for _, _, net, _ in charges[:2]), Decimal()) + sum(map(Decimal, taken))
    assert drawing.count(f" {paid} ") == 2


def test_every_account_to_map_is_listed() -> None:
    section = PAGE.partition("## Before the first month")[2].partition("**A new Stripe account**")[0]

    assert set(re.findall(r"\b\d{4}\b", section)) == {account.value for account in Account}


def test_the_checks_on_the_page_are_those_that_we_run_in_their_order(services: Services) -> None:
    checks = check_everything(services, StripeBalance({}, {}))

    assert [f"{check.number} {check.name}" for check in checks] == SHOWN_CHECKS
