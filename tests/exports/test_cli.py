"""`export` writes the bytes that HTTP sends and leaves no half-written file; `accounts` maps accounts."""

import hashlib
import json
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.exports.request import ExportName
from tests.exports.world import Finance, pay
from tests.exports.xlsx import read_cells
from tests.ledger import make


def test_the_command_writes_the_same_bytes_as_http(
    finance: Finance, app: Flask, client: FlaskClient, token: Callable[[str], dict[str, str]], tmp_path: Path
) -> None:
    pay(finance)
    path = tmp_path / "contributions.csv"

    arguments = ["export", "contributions", "--from", "2026-11-01", "--to", "2026-11-30", "--profile", "excel"]
    result = app.test_cli_runner().invoke(args=[*arguments, "-o", str(path)])
    answer = client.get(
        "/v1/exports/contributions.csv?from=2026-11-01&to=2026-11-30&profile=excel", headers=token("finance")
    )

    assert result.exit_code == 0, result.output
    assert path.read_bytes() == answer.data
    assert path.read_bytes().startswith(b"\xef\xbb\xbfpayment_id,")
    assert "1 rows" in result.stderr


def test_the_command_writes_a_spreadsheet_and_its_manifest(finance: Finance, app: Flask, tmp_path: Path) -> None:
    pay(finance)
    path = tmp_path / "journal.xlsx"
    runner = app.test_cli_runner()

    written = runner.invoke(args=["export", "journal", "--format", "xlsx", "-o", str(path)])
    manifest = json.loads(runner.invoke(args=["export", "journal", "--format", "xlsx", "--manifest"]).stdout)

    assert written.exit_code == 0, written.output
    assert len(read_cells(path.read_bytes())) == 1 + manifest["rows"]
    assert manifest["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert manifest["sha256"] in written.stderr


@pytest.mark.parametrize(("options", "mode"), [(["--pii"], 0o600), ([], 0o644)])
def test_only_the_caller_may_read_a_file_with_personal_data(
    finance: Finance, app: Flask, tmp_path: Path, options: list[str], mode: int
) -> None:
    pay(finance)
    path = tmp_path / "contributions.csv"
    (tmp_path / ".contributions.csv.partial").write_bytes(b"of a run that was killed")
    mask = os.umask(0o022)
    try:
        result = app.test_cli_runner().invoke(args=["export", "contributions", "-o", str(path), *options])
    finally:
        os.umask(mask)

    assert result.exit_code == 0, result.output
    assert stat.S_IMODE(path.stat().st_mode) == mode
    assert b"killed" not in path.read_bytes()


def test_without_a_file_the_bytes_go_to_standard_output(finance: Finance, app: Flask) -> None:
    pay(finance)

    result = app.test_cli_runner().invoke(args=["export", "trial_balance"])

    assert result.stdout_bytes == finance.file("trial_balance")


def test_a_refused_export_leaves_no_file_and_says_why(app: Flask, tmp_path: Path) -> None:
    path = tmp_path / "journal.csv"

    result = app.test_cli_runner().invoke(args=["export", "journal", "--as-of", "99", "-o", str(path)])

    assert result.exit_code == 1
    assert "as_of has not been reached" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_accounts_are_mapped_from_a_file_and_shown_again(app: Flask, tmp_path: Path) -> None:
    path = tmp_path / "sage.yaml"
    path.write_text("layout: sage50\naccounts:\n  1100: {code: 1200}\n", encoding="utf-8")
    runner = app.test_cli_runner()

    applied = runner.invoke(args=["accounts", "apply", str(path)])
    again = runner.invoke(args=["accounts", "apply", str(path)])
    shown = runner.invoke(args=["accounts", "show", "sage50"])

    assert applied.output == again.output == "1 accounts are mapped for sage50, version 1.\n"
    assert shown.output == path.read_text(encoding="utf-8")


def test_a_mapping_that_cannot_be_used_is_not_applied(app: Flask, tmp_path: Path) -> None:
    path = tmp_path / "xero.yaml"
    path.write_text("layout: xero\naccounts:\n  1100: {code: 1200}\n", encoding="utf-8")
    runner = app.test_cli_runner()

    applied = runner.invoke(args=["accounts", "apply", str(path)])

    assert applied.exit_code == 1
    assert "1100 needs a tax rate for xero" in applied.stderr
    assert runner.invoke(args=["accounts", "show", "xero"]).exit_code == 1


@pytest.mark.parametrize("name", [name.value for name in ExportName])
def test_every_file_is_written_with_its_progress_and_has_a_manifest(
    finance: Finance, app: Flask, tmp_path: Path, name: str
) -> None:
    finance.record(make.charge("ch_1", interval=None, bt="txn_1"), make.transaction("txn_1", "charge", 1000, "ch_1"))
    path = tmp_path / "file"

    results = [
        app.test_cli_runner().invoke(args=["export", name, *options]) for options in (["-o", str(path)], ["--manifest"])
    ]

    assert [result.exit_code for result in results] == [0, 0], [result.output for result in results]
    assert json.loads(results[1].stdout)["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
