"""Changes of facts are kept for a time; exports of closed periods can be repeated for ever."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from service.database.engine import owner_engine
from service.exports.export import ExportName, InvalidExportError
from service.exports.records_store import RECORDS_KEPT_DAYS, prune_records
from service.ledger.period_store import close_period
from tests.conftest import NOW
from tests.exports.finance import Finance
from tests.exports.test_as_of import story
from tests.exports.test_first_files import pay

FILES = [name.value for name in ExportName]
CLOSED_THROUGH = date(2026, 11, 10)


@pytest.fixture
def owner(database_address: str) -> Iterator[Engine]:
    owner = owner_engine(database_address)
    yield owner
    owner.dispose()


def grow_old(owner: Engine, days: int) -> None:
    """All that was noted until now was noted that much earlier."""
    with owner.begin() as connection:
        connection.execute(
            text("UPDATE record_changes SET noted_at = noted_at - make_interval(days => :d)"), {"d": days}
        )


def prune(finance: Finance) -> int:
    with finance.engine.begin() as connection:
        return prune_records(connection)


def count(finance: Finance) -> int:
    with finance.engine.connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM record_changes")).scalar_one())


def told(finance: Finance, first: int, last: int) -> int:
    """Record a part of the story, each fact with a posting of its own; the number reached."""
    for fact in story()[first:last]:
        finance.record(fact)
    return int(finance.manifest("journal")["as_of_seq"])


def test_exports_of_closed_periods_are_repeated_for_ever_and_others_for_a_time(finance: Finance, owner: Engine) -> None:
    finance.contribution("ctb_1")
    points = [told(finance, 0, 3), told(finance, 3, 6), told(finance, 6, 9), told(finance, 9, 12)]
    close_period(finance.engine, finance.books.zone, CLOSED_THROUGH, NOW, "finance")
    kept, lost, newest = points[1], points[0], points[3]
    finance.file("refunds", as_of=kept, to_on=CLOSED_THROUGH)  # what makes this point worth keeping
    wanted: list[dict[str, Any]] = [{}, {"to_on": CLOSED_THROUGH}, {"from_on": "2026-11-02"}]
    files = {
        (as_of, name, number): finance.file(name, as_of=as_of, **days)
        for as_of in (kept, newest)
        for name in FILES
        for number, days in enumerate(wanted)
    }
    before = count(finance)

    grow_old(owner, RECORDS_KEPT_DAYS + 1)
    pruned = prune(finance)

    assert 0 < pruned == before - count(finance)
    for (as_of, name, number), file in files.items():
        assert finance.file(name, as_of=as_of, **wanted[number]) == file, (as_of, name, number)
    for as_of in (lost, points[2]):
        with pytest.raises(InvalidExportError, match=f"as of {as_of} are kept no longer"):
            finance.file("journal", as_of=as_of)

    pay(finance, 7, hours=30)  # the books go on, and the horizon with them
    later = finance.manifest("journal")["as_of_seq"]
    grow_old(owner, RECORDS_KEPT_DAYS + 1)
    prune(finance)

    for (as_of, name, number), file in files.items():
        assert finance.file(name, as_of=as_of, **wanted[number]) == file, (as_of, name, number)
    assert finance.manifest("journal")["as_of_seq"] == later


def test_nothing_young_is_let_go(finance: Finance, owner: Engine) -> None:
    points = [told(finance, 0, 6), told(finance, 6, 12)]
    files = {(as_of, name): finance.file(name, as_of=as_of) for as_of in points for name in FILES}

    grow_old(owner, RECORDS_KEPT_DAYS - 1)

    assert prune(finance) == 0
    assert all(finance.file(name, as_of=as_of) == file for (as_of, name), file in files.items())


def test_without_exports_of_closed_periods_little_is_left(finance: Finance, owner: Engine) -> None:
    told(finance, 0, 12)
    before = {name: finance.file(name) for name in FILES}

    grow_old(owner, RECORDS_KEPT_DAYS + 1)
    prune(finance)

    assert count(finance) <= 2  # the newest change, and how far the ledger had come
    assert {name: finance.file(name) for name in FILES} == before
    assert prune(finance) == 0


def test_the_application_can_prune_only_as_promised(finance: Finance) -> None:
    told(finance, 0, 6)

    with finance.engine.begin() as connection, pytest.raises(DBAPIError, match="at least 31 days"):
        prune_records(connection, kept_days=30)
    with finance.engine.begin() as connection, pytest.raises(DBAPIError, match="permission denied"):
        connection.execute(text("DELETE FROM record_changes"))
