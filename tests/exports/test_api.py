"""Exports over HTTP: roles, headers, parameters, and the record of every run."""

import csv
import hashlib
import io
from collections.abc import Callable
from decimal import Decimal

import pytest
from flask.testing import FlaskClient

from service.exports.exporting import UNKNOWN_CALLER, UNKNOWN_CALLER_RUNS_PER_HOUR
from service.exports.runs.store import ExportRun, RunOutcome, list_runs
from tests.conftest import SettableClock
from tests.exports.world import Finance, pay
from tests.exports.xlsx import read_cells

Headers = Callable[[str], dict[str, str]]


def runs(finance: Finance) -> tuple[ExportRun, ...]:
    with finance.engine.connect() as connection:
        return list_runs(connection, 100)


def test_the_file_name_has_only_known_words_days_and_numbers(
    finance: Finance, client: FlaskClient, token: Headers
) -> None:
    pay(finance)

    answer = client.get("/v1/exports/contributions.csv?from=2026-11-01&to=2026-11-30", headers=token("finance"))

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8; header=present"
    as_of = answer.headers["Keepopen-As-Of"]
    name = f"keepopen-contributions-2026-11-01-2026-11-30-as-of-{as_of}.csv"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    (row,) = csv.DictReader(io.StringIO(answer.text, newline=""))
    assert row["gross"] == "25.00"


def test_the_manifest_describes_the_file_and_how_to_repeat_it(
    finance: Finance, client: FlaskClient, token: Headers
) -> None:
    pay(finance)
    headers = token("auditor")

    manifest = client.get("/v1/exports/contributions.json?from=2026-11-01", headers=headers).get_json()
    pay(finance, 2)
    query = {"from": "2026-11-01", "as_of": str(manifest["as_of_seq"])}
    file = client.get("/v1/exports/contributions.csv", query_string=query, headers=headers).data

    assert manifest["rows"] == 1
    assert manifest["sums"]["EUR"]["gross"] == "25.00"
    assert manifest["sums"]["EUR"]["gross_minor"] == 2500
    assert manifest["timezone"] == "Europe/Dublin"
    assert manifest["sha256"] == hashlib.sha256(file).hexdigest()
    assert manifest["bytes"] == len(file)


@pytest.mark.parametrize(
    ("role", "path", "status"),
    [
        ("finance", "journal.csv", 200),
        ("auditor", "journal.csv", 200),
        ("admin", "journal.csv?pii=1", 200),
        ("editor", "journal.csv", 403),
        ("editor", "trial_balance.json", 403),
        ("finance", "contributions.csv?pii=1", 200),
        ("auditor", "contributions.csv?pii=1", 403),
    ],
)
def test_a_role_gets_only_the_files_that_it_may_see(
    client: FlaskClient, token: Headers, role: str, path: str, status: int
) -> None:
    assert client.get(f"/v1/exports/{path}", headers=token(role)).status_code == status


@pytest.mark.parametrize("given", [None, "Bearer tok_nobody.nothing", "Basic eA=="])
def test_without_a_token_there_is_no_file(client: FlaskClient, given: str | None) -> None:
    answer = client.get("/v1/exports/journal.csv", headers={"Authorization": given} if given else {})

    assert answer.status_code == 401
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("donors.csv", 404, "unknown_export"),
        ("journal.csv?from=2026-02-30", 422, "invalid_request"),
        ("journal.csv?from=01/02/2026", 422, "invalid_request"),
        ("journal.csv?from=2026-11-02&to=2026-11-01", 422, "invalid_export"),
        ("journal.csv?from=0001-01-01", 422, "invalid_export"),
        ("journal.csv?to=9999-12-31", 422, "invalid_export"),
        ("journal.csv?as_of=-1", 422, "invalid_request"),
        ("journal.csv?as_of=1e3", 422, "invalid_request"),
        ("journal.csv?as_of=99999999999999999999", 422, "invalid_request"),
        ("journal.csv?as_of=999999", 422, "invalid_export"),
        ("journal.csv?profile=word", 422, "invalid_request"),
        ("journal.csv?layout=odoo", 422, "invalid_request"),
        ("journal.csv?granularity=hour", 422, "invalid_request"),
        ("journal.csv?pii=yes", 422, "invalid_request"),
        ("journal.csv?part=0", 422, "invalid_request"),
        ("journal.csv?limit=5", 422, "invalid_request"),
        ("contributions.csv?layout=xero", 422, "invalid_export"),
        ("fees.csv?granularity=day", 422, "invalid_export"),
    ],
)
def test_a_bad_parameter_is_a_problem_with_a_code(
    client: FlaskClient, token: Headers, path: str, status: int, code: str
) -> None:
    answer = client.get(f"/v1/exports/{path}", headers=token("finance"))

    assert (answer.status_code, answer.get_json()["code"]) == (status, code)


def test_exports_are_only_read(client: FlaskClient, token: Headers) -> None:
    answer = client.post("/v1/exports/journal.csv", headers=token("finance"))

    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


def test_every_run_is_recorded_with_its_caller_its_request_and_its_hash(
    finance: Finance, client: FlaskClient, token: Headers
) -> None:
    pay(finance)

    file = client.get("/v1/exports/contributions.csv?to=2026-11-30", headers=token("finance")).data

    (run,) = runs(finance)
    assert run.asked_by.endswith("(a machine of finance)")
    assert (run.name, run.format, run.outcome, run.row_count) == ("contributions", "csv", RunOutcome.COMPLETED, 1)
    assert run.parameters["to"] == "2026-11-30"
    assert run.sha256 == hashlib.sha256(file).hexdigest()


def test_refusals_are_recorded_too(finance: Finance, client: FlaskClient, token: Headers) -> None:
    client.get("/v1/exports/journal.csv", headers=token("editor"))
    client.get("/v1/exports/contributions.csv?pii=1", headers=token("auditor"))
    client.get("/v1/exports/journal.csv?as_of=999999", headers=token("finance"))

    assert {(run.outcome, run.reason) for run in runs(finance)} == {
        (RunOutcome.REFUSED, "forbidden"),
        (RunOutcome.REFUSED, "personal_data_forbidden"),
        (RunOutcome.REFUSED, "invalid_export"),
    }


def test_a_request_that_is_refused_before_the_export_opens_is_recorded_too(
    finance: Finance, client: FlaskClient, token: Headers
) -> None:
    headers = token("finance")
    client.get("/v1/exports/journal.csv?from=2026-02-30&to=2026-03-01&limit=5", headers=headers)
    client.get("/v1/exports/journal.csv?from=2026-11-02&to=2026-11-01", headers=headers)
    client.get("/v1/exports/fees.json", query_string={"as_of": "\0=" + "x" * 5000}, headers=headers)
    client.get("/v1/exports/donors%00.csv", headers=headers)
    client.get("/v1/exports/journal.csv?to=2026-11-01")

    kept = {(run.name, run.format, run.reason): run for run in runs(finance)}

    assert {run.outcome for run in kept.values()} == {RunOutcome.REFUSED}
    assert set(kept) == {
        ("journal", "csv", "invalid_request"),
        ("journal", "csv", "invalid_export"),
        ("fees", "json", "invalid_request"),
        ("unknown", "csv", "unknown_export"),
        ("journal", "csv", "unauthorized"),
    }
    assert kept["journal", "csv", "invalid_request"].parameters == {"from": "2026-02-30", "to": "2026-03-01"}
    assert kept["fees", "json", "invalid_request"].parameters["as_of"] == "'=" + "x" * 38
    assert kept["journal", "csv", "invalid_export"].asked_by.endswith("(a machine of finance)")
    assert kept["journal", "csv", "unauthorized"].asked_by == UNKNOWN_CALLER


def test_unknown_callers_cannot_fill_the_record(finance: Finance, client: FlaskClient, clock: SettableClock) -> None:
    for _ in range(UNKNOWN_CALLER_RUNS_PER_HOUR + 5):
        assert client.get("/v1/exports/journal.csv").status_code == 401

    assert len(runs(finance)) == UNKNOWN_CALLER_RUNS_PER_HOUR
    clock.advance(hours=1, seconds=1)
    client.get("/v1/exports/journal.csv")
    assert len(runs(finance)) == UNKNOWN_CALLER_RUNS_PER_HOUR + 1


def test_an_abandoned_download_is_recorded_and_releases_its_connection(
    finance: Finance, client: FlaskClient, token: Headers
) -> None:
    headers = token("finance")

    for _ in range(12):  # more than there are connections
        client.get("/v1/exports/journal.csv", headers=headers, buffered=False).close()

    assert client.get("/v1/exports/journal.csv", headers=headers).data.startswith(b"seq,")
    assert sum(run.outcome is RunOutcome.ABANDONED for run in runs(finance)) == 12


def test_a_spreadsheet_is_sent_with_its_type_and_recorded(
    finance: Finance, client: FlaskClient, token: Headers
) -> None:
    pay(finance)

    answer = client.get("/v1/exports/contributions.xlsx?from=2026-11-01", headers=token("finance"))

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert answer.headers["Content-Disposition"].endswith('.xlsx"')
    header, row = read_cells(answer.data)
    assert dict(zip(header, row, strict=True))["gross"] == Decimal(25)
    (run,) = runs(finance)
    assert (run.format, run.outcome, run.row_count) == ("xlsx", RunOutcome.COMPLETED, 1)
    assert run.sha256 == hashlib.sha256(answer.data).hexdigest()


def test_the_manifest_of_a_spreadsheet_has_its_hash(finance: Finance, client: FlaskClient, token: Headers) -> None:
    pay(finance)
    headers = token("finance")

    manifest = client.get("/v1/exports/contributions.json?format=xlsx", headers=headers).get_json()
    file = client.get("/v1/exports/contributions.xlsx?format=xlsx", headers=headers).data

    assert (manifest["sha256"], manifest["bytes"]) == (hashlib.sha256(file).hexdigest(), len(file))


@pytest.mark.parametrize(
    "path",
    [
        "contributions.csv?format=xlsx",
        "contributions.xlsx?format=csv",
        "contributions.xlsx?profile=excel",
        "contributions.csv?format=ods",
        "journal.csv?profile=decimal_comma&layout=sage50",
    ],
)
def test_a_format_that_contradicts_itself_is_refused(
    finance: Finance, client: FlaskClient, token: Headers, path: str
) -> None:
    answer = client.get(f"/v1/exports/{path}", headers=token("finance"))

    assert (answer.status_code, runs(finance)[0].outcome) == (422, RunOutcome.REFUSED)


def test_a_decimal_comma_comes_with_semicolons(finance: Finance, client: FlaskClient, token: Headers) -> None:
    pay(finance)

    answer = client.get("/v1/exports/contributions.csv?profile=decimal_comma", headers=token("finance"))

    assert answer.data.startswith(b"\xef\xbb\xbfpayment_id;contribution_id;")
    (row,) = csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"), newline=""), delimiter=";")
    assert (row["gross"], row["fee"], row["net"], row["net_minor"]) == ("25,00", "0,61", "24,39", "2439")
