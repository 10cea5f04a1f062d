"""`ledger compare`: payouts compared line by line with Stripe's own report."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from service.ledger.payouts.tying import record_tie
from service.services import Services
from service.stripe_facts.record_store import record_facts
from tests.ledger import make
from tests.ledger.world import NOW

HEADER = "balance_transaction_id,source_id,created,automatic_payout_id,currency,gross,fee,net,reporting_category\n"
LINES = [
    "txn_1,ch_1,2026-11-02 12:00:00,po_1,eur,10.00,0.59,9.41,charge",
    "txn_2,re_1,2026-11-02 13:00:00,po_1,eur,-4.00,0.00,-4.00,refund",
]
OWN = "txn_p,po_1,2026-11-03 12:00:00,po_1,eur,-5.41,0.00,-5.41,payout"


@pytest.fixture
def cli(app: Flask, app_services: Services) -> FlaskCliRunner:
    with app_services.engine.begin() as connection:
        record_facts(connection, [make.payout("po_1", 541, bt="txn_p")], NOW)
        lines = [
            make.transaction("txn_1", "charge", 1000, "ch_1", fee=59),
            make.transaction("txn_2", "refund", -400, "re_1"),
            make.transaction("txn_p", "payout", -541, "po_1"),
        ]
        record_tie(connection, "po_1", lines, NOW)
    return app.test_cli_runner()


def compare(cli: FlaskCliRunner, folder: Path, text: str) -> tuple[int, str]:
    report = folder / "report.csv"
    report.write_text(text, encoding="utf-8")
    result = cli.invoke(args=["ledger", "compare", str(report)])
    return result.exit_code, result.output


@pytest.mark.parametrize("lines", [LINES, [*LINES, OWN]])
def test_a_report_with_equal_lines_is_green(cli: FlaskCliRunner, tmp_path: Path, lines: list[str]) -> None:
    assert compare(cli, tmp_path, HEADER + "\n".join(lines)) == (0, "green po_1: 2 lines are the same\n")


def test_every_line_that_differs_is_named(cli: FlaskCliRunner, tmp_path: Path) -> None:
    other = [LINES[0].replace("9.41", "9.40"), "txn_9,,,po_1,jpy,,,-5,fee", "txn_8,,,po_9,eur,,,1.00,charge"]

    status, output = compare(cli, tmp_path, "\ufeff" + HEADER + "\n".join(other))

    assert status == 1
    assert output == (
        "red   po_1: 3 lines differ: txn_1 9.40 EUR in the report, 9.41 EUR here; txn_2 -4.00 EUR only here; "
        "txn_9 -5 JPY only in the report\n"
        "red   po_9: 1 lines differ: txn_8 1.00 EUR only in the report\n"
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a,b\n1,2\n", "no column automatic_payout_id, balance_transaction_id, currency, net"),
        (HEADER + "txn_1,,,,eur,,,1.00,charge", "line 2 names no payout"),
        (HEADER + LINES[0].replace("9.41", "9.415"), "line 2 has no exact amount"),
        (HEADER + LINES[0].replace("9.41", "NaN"), "line 2 has no exact amount"),
        (HEADER + LINES[0].replace("eur", "euros"), "line 2 has no exact amount"),
    ],
)
def test_a_file_that_is_not_such_a_report_is_refused(
    cli: FlaskCliRunner, tmp_path: Path, text: str, reason: str
) -> None:
    status, output = compare(cli, tmp_path, text)

    assert status == 1
    assert reason in output
