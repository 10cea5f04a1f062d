"""Reading exports: at most four at once, and never in the middle of a change."""

from contextlib import ExitStack

import psycopg
import pytest
from sqlalchemy import Engine

from service.exports import records_store
from service.exports.exporting import OPERATOR, open_export
from service.exports.records_store import wait_for_rest
from service.exports.request import BusyBooksError
from service.exports.store import EXPORTS_AT_ONCE
from tests.exports.world import Finance, pay, request


def test_an_export_beyond_the_limit_is_refused_until_another_has_ended(finance: Finance) -> None:
    with ExitStack() as stack:
        for _ in range(EXPORTS_AT_ONCE):
            stack.callback(open_export(finance.exports, OPERATOR, request("journal"), "csv").close)

        with pytest.raises(BusyBooksError):
            finance.file("journal")

    assert finance.file("journal")


def test_an_export_waits_for_open_transactions_and_cancels_no_writer(
    finance: Finance, engine: Engine, database_address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records_store, "REST_ATTEMPTS", 1)
    pay(finance)
    with psycopg.connect(database_address) as writer:
        writer.execute("UPDATE contributions SET covers_fee = true")
        with engine.connect() as connection, pytest.raises(BusyBooksError):
            wait_for_rest(connection)
        writer.execute("UPDATE contributions SET covers_fee = false")
        writer.commit()

    assert finance.rows("contributions")[0]["fees_covered"] == "false"
