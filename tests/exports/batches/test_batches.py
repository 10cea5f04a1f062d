"""Batches: everything since the last one, marked, repeatable, and never changed."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from service.errors import DomainError
from service.exports.batches.batch import Batch, BatchOrder, NothingNewError, UnknownBatchError
from service.exports.batches.creating import create_batch
from service.exports.exporting import OPERATOR
from service.exports.request import Granularity, InvalidExportError, Layout, UnmappedAccountError
from tests.exports.quarter import by_month_and_account
from tests.exports.quarter_databases import Quarter
from tests.exports.world import QUICKBOOKS, XERO, Finance, apply_accounts, in_currency, pay, record_month
from tests.ledger import make

ALL = BatchOrder(Layout.GENERIC)


def batch(finance: Finance, order: BatchOrder = ALL) -> Batch:
    return create_batch(finance.exports, OPERATOR, order)


@pytest.mark.parametrize("granularity", list(Granularity))
def test_the_batches_together_are_the_journal_and_share_no_entry(quarter: Quarter, granularity: Granularity) -> None:
    order = BatchOrder(Layout.GENERIC, granularity)
    finance = quarter(1)
    made = [batch(finance, replace(order, through_on=date(2026, 11, 2)))]
    pay(finance, 90, hours=-24)
    made += [batch(finance, replace(order, through_on=date(2026, 11, 30))), batch(finance, order)]

    files = [finance.rows("journal", batch=number) for number in (1, 2, 3)]
    journal = finance.rows("journal")

    assert [file.number for file in made] == [1, 2, 3]
    assert by_month_and_account([row for rows in files for row in rows]) == by_month_and_account(journal)
    ids = [row_id for rows in files for row_id in {row["journal_id"] for row in rows}]
    assert len(ids) == len(set(ids))
    assert sum(file.entry_count for file in made) == len({row["seq"] for row in journal})
    with pytest.raises(NothingNewError, match="every entry for generic is in an earlier batch"):
        batch(finance)


def test_a_batch_is_the_same_bytes_forever(finance: Finance) -> None:
    record_month(finance)
    apply_accounts(finance, QUICKBOOKS)
    home = in_currency(finance, "EUR")
    made = batch(home, BatchOrder(Layout.QUICKBOOKS, Granularity.DAY, "EUR"))
    before = finance.file("journal", batch=made.number)

    pay(finance, 20)
    finance.record(make.transaction("txn_late", "fee", -10, None, hours=6))
    apply_accounts(finance, QUICKBOOKS.replace("Stripe:", "Other:"))
    in_currency(finance, "JPY")

    assert finance.file("journal", batch=made.number) == before
    later = batch(home, BatchOrder(Layout.QUICKBOOKS, Granularity.DAY, "EUR"))
    old, new = (finance.rows("journal", batch=number) for number in (made.number, later.number))
    assert {row["JournalDate"] for row in old} & {row["JournalDate"] for row in new} == {"11/02/2026"}
    assert not {row["JournalNo"] for row in old} & {row["JournalNo"] for row in new}
    assert {row["AccountName"][:6] for row in new} == {"Other:"}
    assert all(len(row["JournalNo"]) <= 21 for row in (*old, *new))


def test_nothing_is_marked_if_the_file_cannot_be_written(finance: Finance) -> None:
    record_month(finance)

    with pytest.raises(UnmappedAccountError, match="no accounts are mapped"):
        batch(in_currency(finance, "EUR"), BatchOrder(Layout.XERO, currency="EUR"))
    with pytest.raises(InvalidExportError, match="a line for each movement"):
        batch(finance, BatchOrder(Layout.XERO_BANK, Granularity.DAY))
    apply_accounts(finance, XERO)
    with pytest.raises(InvalidExportError, match="one currency"):
        batch(finance, BatchOrder(Layout.XERO))

    assert batch(in_currency(finance, "EUR"), BatchOrder(Layout.XERO, currency="EUR")).number == 1


def test_the_database_refuses_to_change_a_batch(finance: Finance) -> None:
    pay(finance)
    batch(finance)

    for change in ("UPDATE export_batches SET as_of = 1", "DELETE FROM export_batch_entries"):
        with finance.engine.connect() as connection, pytest.raises(DBAPIError):
            connection.execute(text(change))


def test_two_people_at_once_never_get_the_same_entry(finance: Finance) -> None:
    record_month(finance)

    def make_one(_: int) -> int:
        try:
            return batch(finance).entry_count
        except NothingNewError:
            return 0

    with ThreadPoolExecutor(2) as pool:
        counts = sorted(pool.map(make_one, range(2)))

    assert counts == [0, len({row["seq"] for row in finance.rows("journal")})]


@pytest.mark.parametrize(
    ("wanted", "error"),
    [
        ({"batch": 9}, UnknownBatchError),
        ({"batch": 1, "layout": Layout.XERO}, InvalidExportError),
        ({"batch": 1, "from_on": "2026-11-01"}, InvalidExportError),
        ({"batch": 1, "as_of": 3}, InvalidExportError),
    ],
)
def test_a_batch_decides_everything_else_itself(
    finance: Finance, wanted: dict[str, object], error: type[DomainError]
) -> None:
    pay(finance)
    batch(finance)

    with pytest.raises(error):
        finance.file("journal", **wanted)
    with pytest.raises(InvalidExportError):
        finance.file("fees", batch=1)


def test_batches_over_http(finance: Finance, client: FlaskClient, token: Callable[[str], dict[str, str]]) -> None:
    pay(finance)
    headers = token("finance")

    made = client.post("/v1/exports/batches", json={"layout": "generic", "to": "2026-11-30"}, headers=headers)
    again = client.post("/v1/exports/batches", json={"layout": "generic"}, headers=headers)
    file = client.get("/v1/exports/journal.csv?batch=1", headers=headers)
    listed = client.get("/v1/exports/batches", headers=token("auditor")).get_json()

    assert (made.status_code, again.status_code, again.get_json()["code"]) == (201, 409, "nothing_new")
    assert made.get_json() == listed["batches"][0]
    assert {key: made.get_json()[key] for key in ("number", "layout", "granularity", "currency", "to", "entries")} == {
        "number": 1,
        "layout": "generic",
        "granularity": "transaction",
        "currency": None,
        "to": "2026-11-30",
        "entries": 1,
    }
    assert "batch-1-as-of-" in file.headers["Content-Disposition"]
    assert file.data == finance.file("journal", batch=1)
    assert client.post("/v1/exports/batches", json={"layout": "generic"}, headers=token("auditor")).status_code == 403
    assert client.post("/v1/exports/batches", json={"layout": "x"}, headers=headers).status_code == 422


def test_batches_on_the_command_line(finance: Finance, app: Flask) -> None:
    pay(finance)
    runner = app.test_cli_runner()

    made = runner.invoke(args=["batches", "create", "--layout", "generic", "--to", "2026-11-30"])
    again = runner.invoke(args=["batches", "create", "--layout", "generic"])
    listed = runner.invoke(args=["batches", "list"])
    written = runner.invoke(args=["export", "journal", "--batch", "1"])

    assert made.exit_code == 0, made.output
    assert "batch 1: 1 entries for generic, per transaction, every currency through 2026-11-30" in made.output
    assert "every entry for generic is in an earlier batch" in again.output
    assert listed.output.startswith("batch 1: 1 entries")
    assert written.stdout_bytes == finance.file("journal", batch=1)
