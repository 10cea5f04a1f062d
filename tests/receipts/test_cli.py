"""The commands `receipts issue` and `gift-aid declare`."""

from flask import Flask
from sqlalchemy import Engine

from tests.ledger import make
from tests.ledger.world import Books


def test_receipts_are_issued_from_the_command_line(engine: Engine, app: Flask) -> None:
    Books(engine).record(make.charge())
    runner = app.test_cli_runner()

    issued = runner.invoke(args=["receipts", "issue", "--year", "2026"])
    refused = runner.invoke(args=["receipts", "issue", "--year", "20"])

    assert issued.output == "Issued 1 receipts, 0 of them in place of earlier ones.\n"
    assert (refused.exit_code, refused.output) == (1, "Error: the year must be between 2000 and 2199\n")


def test_a_declaration_is_saved_from_the_command_line(app: Flask) -> None:
    donor = ["--first-name", "Mary", "--last-name", "Byrne", "--house", "1", "--postcode", "BT7 1AA"]

    declared = app.test_cli_runner().invoke(
        args=["gift-aid", "declare", "--donor", "ctb_1", "--from", "2026-01-01", *donor]
    )

    assert declared.output.startswith("gad_")
