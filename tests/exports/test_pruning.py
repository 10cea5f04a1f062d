"""Changes of facts are kept for a time; exports of closed periods can be repeated forever."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from service.database.engine import owner_engine
from service.exports.batches.batch import BatchOrder
from service.exports.batches.creating import create_batch
from service.exports.exporting import OPERATOR
from service.exports.records_store import RECORDS_KEPT_DAYS, prune_records
from service.exports.request import Granularity, InvalidExportError, Layout
from service.ledger.closings.closing import ClosingWish, close_period
from tests.conftest import NOW
from tests.exports.world import FILE_NAMES, Finance, pay, story

CLOSED_THROUGH = date(2026, 11, 10)


@pytest.fixture
def owner(database_address: str) -> Iterator[Engine]:
    owner = owner_engine(database_address)
    yield owner
    owner.dispose()


def age_changes(owner: Engine, days: int) -> None:
    """Make every change so far look `days` older."""
    with owner.begin() as connection:
        connection.execute(
            text("UPDATE record_changes SET noted_at = noted_at - make_interval(days => :d)"), {"d": days}
        )


def prune(finance: Finance) -> int:
    with finance.engine.begin() as connection:
        return prune_records(connection)


def count_changes(finance: Finance) -> int:
    with finance.engine.connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM record_changes")).scalar_one())


def record_story(finance: Finance, first: int, last: int) -> int:
    """Record the facts `first` to `last` of the story one by one, and return the number that the books reach."""
    for fact in story()[first:last]:
        finance.record(fact)
    return int(finance.manifest("journal")["as_of_seq"])


def test_exports_of_closed_periods_are_repeatable_forever_and_others_for_a_time(
    finance: Finance, owner: Engine
) -> None:
    finance.contribution("ctb_1")
    points = [
        record_story(finance, 0, 3),
        record_story(finance, 3, 6),
        record_story(finance, 6, 9),
        record_story(finance, 9, 12),
    ]
    close_period(finance.engine, finance.books.zone, NOW, ClosingWish(CLOSED_THROUGH, "finance"))
    kept, pruned_away, newest = points[1], points[0], points[3]
    finance.file("refunds", as_of=kept, to_on=CLOSED_THROUGH)  # keeps this number readable
    wanted: list[dict[str, Any]] = [{}, {"to_on": CLOSED_THROUGH}, {"from_on": "2026-11-02"}]
    files = {
        (as_of, name, number): finance.file(name, as_of=as_of, **days)
        for as_of in (kept, newest)
        for name in FILE_NAMES
        for number, days in enumerate(wanted)
    }
    before = count_changes(finance)

    age_changes(owner, RECORDS_KEPT_DAYS + 1)
    pruned_count = prune(finance)

    assert 0 < pruned_count == before - count_changes(finance)
    for (as_of, name, number), file in files.items():
        assert finance.file(name, as_of=as_of, **wanted[number]) == file, (as_of, name, number)
    for as_of in (pruned_away, points[2]):
        with pytest.raises(InvalidExportError, match=f"as of {as_of} are no longer kept"):
            finance.file("journal", as_of=as_of)

    pay(finance, 7, hours=30)  # moves the horizon on
    later = finance.manifest("journal")["as_of_seq"]
    age_changes(owner, RECORDS_KEPT_DAYS + 1)
    prune(finance)

    for (as_of, name, number), file in files.items():
        assert finance.file(name, as_of=as_of, **wanted[number]) == file, (as_of, name, number)
    assert finance.manifest("journal")["as_of_seq"] == later


def test_a_batch_is_repeatable_forever(finance: Finance, owner: Engine) -> None:
    finance.contribution("ctb_1")
    record_story(finance, 0, 6)
    order = BatchOrder(Layout.GENERIC, Granularity.PAYOUT)
    batch = create_batch(finance.exports, OPERATOR, order)
    file = finance.file("journal", batch=batch.number)
    record_story(finance, 6, 12)

    age_changes(owner, RECORDS_KEPT_DAYS + 1)
    prune(finance)

    assert finance.file("journal", batch=batch.number) == file


def test_a_young_change_is_kept(finance: Finance, owner: Engine) -> None:
    points = [record_story(finance, 0, 6), record_story(finance, 6, 12)]
    files = {(as_of, name): finance.file(name, as_of=as_of) for as_of in points for name in FILE_NAMES}

    age_changes(owner, RECORDS_KEPT_DAYS - 1)

    assert prune(finance) == 0
    assert all(finance.file(name, as_of=as_of) == file for (as_of, name), file in files.items())


def test_without_exports_of_closed_periods_little_is_left(finance: Finance, owner: Engine) -> None:
    record_story(finance, 0, 12)
    before = {name: finance.file(name) for name in FILE_NAMES}

    age_changes(owner, RECORDS_KEPT_DAYS + 1)
    prune(finance)

    assert count_changes(finance) <= 2  # the newest change, and the newest one of the ledger
    assert {name: finance.file(name) for name in FILE_NAMES} == before
    assert prune(finance) == 0


def test_the_application_can_only_prune_old_changes(finance: Finance) -> None:
    record_story(finance, 0, 6)

    with finance.engine.begin() as connection, pytest.raises(DBAPIError, match="at least 31 days"):
        prune_records(connection, kept_days=30)
    with finance.engine.begin() as connection, pytest.raises(DBAPIError, match="permission denied"):
        connection.execute(text("DELETE FROM record_changes"))
