"""`flask export`: the same bytes as over HTTP, and nothing half-written."""

from collections.abc import Callable
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from tests.exports.finance import Finance
from tests.exports.test_first_files import pay


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
