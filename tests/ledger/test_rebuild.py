"""A rebuild from facts gives the same entries, or changes nothing."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, text

from service.database.engine import owner_engine
from service.ledger.closings.closing import ClosingWish, close_period
from service.ledger.rebuild import RebuildError, rebuild_ledger
from service.money import Interval
from tests.ledger import make
from tests.ledger.world import FINAL_FACTS, NOW, UTC_ZONE, Books, arrivals

EVERYTHING = """
SELECT e.*, p.line, p.account, p.amount_minor, p.currency AS posting_currency
FROM ledger_entries e LEFT JOIN ledger_postings p ON p.entry_seq = e.seq ORDER BY e.seq, p.line
"""


@pytest.fixture
def owner(database_address: str) -> Iterator[Engine]:
    engine = owner_engine(database_address)
    yield engine
    engine.dispose()


def everything(books: Books) -> list[tuple[object, ...]]:
    with books.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(EVERYTHING))]


def test_a_rebuild_gives_the_same_entries_to_the_last_column(books: Books, owner: Engine) -> None:
    for batch in arrivals(7, FINAL_FACTS):
        books.record(*batch)
        books.now += timedelta(hours=1)
    before = everything(books)

    report = rebuild_ledger(owner, UTC_ZONE, NOW + timedelta(days=90))

    assert everything(books) == before
    assert (report.rebuilt, report.posted) == (20, 0)


def test_a_rebuild_keeps_what_was_decided_by_what_was_known_at_the_time(books: Books, owner: Engine) -> None:
    """What we knew at the time decided a pending charge, a late match, an appeal and a closed period."""
    charge = make.transaction("txn_1", "charge", 1000, "ch_1", fee=50)
    books.record(make.charge(status="pending", interval=None), charge)
    books.record(make.charge(interval=None))
    close_period(books.engine, UTC_ZONE, NOW, ClosingWish(date(2026, 11, 10), "finance"))
    books.record(make.charge(interval=Interval.YEAR))
    books.record(make.dispute(status="lost"), make.transaction("txn_2", "dispute", -1000, "dp_1", fee=1500, hours=3))
    books.record(make.dispute(status="won"), make.transaction("txn_3", "dispute_reversal", 1000, "dp_1", hours=9))
    books.record(make.payout(status="paid"), make.transaction("txn_4", "payout", -5000, "po_1", hours=4))
    books.record(make.payout(status="failed"), make.transaction("txn_5", "payout_reversal", 5000, "po_1", hours=90))
    before = everything(books)

    rebuild_ledger(owner, UTC_ZONE, NOW)

    assert everything(books) == before
    assert len(books.entries()) == 10


def test_a_rebuild_posts_what_was_due_as_new(books: Books, owner: Engine) -> None:
    books.record(make.charge(), make.transaction("txn_1", "charge", 1000, "ch_1"))
    with owner.begin() as connection:
        connection.execute(text("DELETE FROM posting_queue"))
        connection.execute(
            text(
                "INSERT INTO balance_transactions SELECT 'txn_2', -30, 0, -30, 'EUR', 'fee', 'fee', NULL, status, "
                "balance_type, created_at, available_at, NULL, NULL, recorded_at FROM balance_transactions"
            )
        )

    report = rebuild_ledger(owner, UTC_ZONE, NOW)

    assert (report.rebuilt, report.posted) == (1, 1)
    assert books.balances() == {"1100": 970, "4100": -1000, "5110": 30}


def test_an_entry_whose_facts_were_changed_is_named_and_nothing_changes(books: Books, owner: Engine) -> None:
    books.record(make.charge(), make.transaction("txn_1", "charge", 1000, "ch_1"))
    before = everything(books)
    with owner.begin() as connection:
        connection.execute(text("UPDATE balance_transactions SET amount_minor = 999, net_minor = 999"))

    with pytest.raises(RebuildError, match="1 entries would differ, among them bt:txn_1"):
        rebuild_ledger(owner, UTC_ZONE, NOW)

    assert everything(books) == before


def test_the_ledger_refuses_changes_again_after_a_rebuild(books: Books, owner: Engine) -> None:
    books.record(make.charge(), make.transaction("txn_1", "charge", 1000, "ch_1"))
    rebuild_ledger(owner, UTC_ZONE, NOW)

    with pytest.raises(Exception, match="append-only"), owner.begin() as connection:
        connection.execute(text("DELETE FROM ledger_postings"))
