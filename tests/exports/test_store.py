"""Reading exports: at most four at once, never in the middle of a change, and recorded for good."""

import os
import sys
from contextlib import ExitStack
from dataclasses import replace

import psycopg
import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import IntegrityError

from service.database.transaction import driver_connection
from service.exports import records_store
from service.exports.exporting import OPERATOR, open_export
from service.exports.records_store import wait_for_rest
from service.exports.request import BusyBooksError
from service.exports.runs.store import ExportRun, RunOutcome, add_run, finish_run, list_runs
from service.exports.store import EXPORTS_AT_ONCE, let_others_go_first, reading
from service.waiting_limits import EXPORT_NICENESS
from tests.conftest import NOW
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


def test_the_server_lowers_the_priority_of_an_export_and_of_nothing_else(engine: Engine) -> None:
    with engine.connect() as before:
        usual = server_priority(before)
        if usual is None:
            pytest.skip("the server of the tests is not on this machine")
    with reading(engine) as connection, engine.connect() as other:
        let_others_go_first(connection)
        assert (server_priority(connection), server_priority(other)) == (EXPORT_NICENESS, usual)
    with engine.connect() as after, engine.connect() as another:
        assert [server_priority(after), server_priority(another)] == [usual, usual]


def server_priority(connection: Connection) -> int | None:
    """Return the priority of the server process of a connection, or None if it is on another machine."""
    driver = driver_connection(connection.connection)
    if sys.platform != "linux" or not driver.info.host.startswith("/"):
        return None
    return os.getpriority(os.PRIO_PROCESS, driver.info.backend_pid)


@pytest.mark.parametrize("outcome", [outcome for outcome in RunOutcome if outcome is not RunOutcome.STARTED])
@pytest.mark.parametrize("change", ["sha256 = 'forged'", "row_count = 7", "outcome = 'started'", "reason = 'x'"])
def test_a_finished_run_cannot_be_changed(engine: Engine, outcome: RunOutcome, change: str) -> None:
    run = ExportRun("exp_1", "journal", "csv", "a test", NOW, {}, outcome=RunOutcome.STARTED)
    with engine.begin() as connection:
        add_run(connection, run)
        finish_run(connection, replace(run, outcome=outcome, row_count=1, sha256="true"))

    with engine.connect() as connection, pytest.raises(IntegrityError, match="exp_1 is finished"):
        connection.execute(text(f"UPDATE export_runs SET {change}"))

    with engine.connect() as connection:
        (kept,) = list_runs(connection, 1)
    assert (kept.outcome, kept.row_count, kept.sha256) == (outcome, 1, "true")
