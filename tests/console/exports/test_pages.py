"""Finance downloads every file, prepares long ones, sees earlier runs with their hashes, and makes batches."""

import hashlib
from urllib.parse import urlencode

import pytest

from service.exports.request import ExportName
from service.reconciliation.refresh import drain
from tests.console.money.world import Desk, words_on

EXPORTS = "/console/exports"


@pytest.mark.parametrize("name", list(ExportName))
def test_every_file_can_be_downloaded(desk: Desk, name: ExportName) -> None:
    answer = desk.browser.get(f"{EXPORTS}/file?name={name}&from=2026-11-01&to=2026-11-30")

    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "text/csv"
    assert f"keepopen-{name.replace('_', '-')}-2026-11-01-2026-11-30" in answer.headers["Content-Disposition"]


def test_a_file_with_personal_data_is_in_the_runs_with_its_hash(desk: Desk) -> None:
    answer = desk.browser.get(f"{EXPORTS}/file?name=contributions&pii=1&format=excel")
    file = answer.data

    [run] = desk.json(EXPORTS)

    assert "Mary Byrne" in file.decode()
    assert run["sha256"] == hashlib.sha256(file).hexdigest()
    assert run["filter"] == "all days, profile excel, with personal data"
    assert run["asked_by"].startswith("Nora (per_")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"name": "contributions", "from": "31.10.2026"}, "“31.10.2026” is not a day. Write it like 2026-10-31."),
        ({"name": "nothing"}, "Choose one of the files."),
        ({"name": "contributions", "as_of": "x"}, "“x” is not a number."),
        ({"name": "contributions", "layout": "xero"}, "Granularity, layout and currency belong to the journal."),
        ({"name": "journal", "layout": "xero"}, "No accounts are mapped for xero yet."),
        ({"name": "contributions", "from": "2026-12-01", "to": "2026-11-01"}, "The first day comes after the last."),
    ],
)
def test_what_is_wrong_is_said_at_its_field(desk: Desk, typed: dict[str, str], sentence: str) -> None:
    answer = desk.browser.get(f"{EXPORTS}/file?{urlencode(typed)}")

    assert answer.status_code == 422
    assert sentence in words_on(answer)


def test_a_long_file_is_prepared_and_has_the_bytes_of_its_hash(desk: Desk) -> None:
    answer = desk.browser.post(EXPORTS, data={"name": "journal", "from": "2026-11-01", "to": "2026-11-30"})
    before = desk.text(EXPORTS)
    drain(desk.newsroom.services)
    after = desk.text(EXPORTS)

    [(as_of, sha256)] = desk.newsroom.rows("SELECT as_of, sha256 FROM export_preparations")
    file = desk.browser.get(f"{EXPORTS}/file?name=journal&from=2026-11-01&to=2026-11-30&as_of={as_of}")
    assert answer.status_code == 303
    assert "0 % Load this page again to see how far it is." in before
    assert sha256 in after
    assert "debit 25.00" in after
    assert hashlib.sha256(file.data).hexdigest() == sha256
    assert ("prepare_export", "journal") in desk.acts()


def test_a_file_that_cannot_be_written_says_why(desk: Desk) -> None:
    desk.browser.post(EXPORTS, data={"name": "journal", "layout": "sage50"})
    drain(desk.newsroom.services)

    assert "It could not be written: no accounts are mapped for sage50 yet." in desk.text(EXPORTS)


def test_a_batch_has_what_no_earlier_one_has(desk: Desk) -> None:
    data = {"layout": "xero_bank", "granularity": "transaction"}
    made = desk.browser.post(f"{EXPORTS}/batches", data=data)
    again = desk.browser.post(f"{EXPORTS}/batches", data=data)
    file = desk.browser.get(f"{EXPORTS}/file?name=journal&batch=1")

    assert made.status_code == 303
    assert "Batch 1: 1 entry for Xero bank statement" in desk.text(EXPORTS)
    assert again.status_code == 409
    assert "Every entry for xero_bank is in an earlier batch." in words_on(again)
    assert file.status_code == 200
