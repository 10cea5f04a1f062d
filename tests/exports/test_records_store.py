"""Files as of an earlier number have the same bytes, whatever the books have learned since."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text, update

from service.contributions.store import contributions
from service.database.engine import owner_engine
from service.exports.request import InvalidExportError
from service.ledger.closings.closing import ClosingWish, close_period
from service.ledger.payouts.tying import record_tie
from service.ledger.rebuild import rebuild_ledger
from tests.conftest import NOW
from tests.exports.world import FILE_NAMES, Finance, pay, pay_at, story
from tests.ledger import make


def test_what_happens_later_changes_no_earlier_file(finance: Finance) -> None:
    finance.contribution("ctb_1")
    kept: list[tuple[int, dict[str, bytes]]] = []

    facts = story()
    for first in range(0, len(facts), 3):
        finance.record(*facts[first : first + 3])
        as_of = finance.manifest("journal")["as_of_seq"]
        kept.append((as_of, {name: finance.file(name, as_of=as_of) for name in FILE_NAMES}))
    with finance.engine.begin() as connection:
        record_tie(connection, "po_2", (make.transaction("txn_20", "charge", 2000, "ch_2", fee=50),), NOW)

    for as_of, files in kept:
        for name, file in files.items():
            assert finance.file(name, as_of=as_of) == file, (as_of, name)
    assert len({files["contributions"] for _, files in kept}) == 4


def test_a_contribution_changed_later_is_shown_as_it_was(finance: Finance) -> None:
    pay(finance)
    before = finance.manifest("contributions")
    with finance.engine.begin() as connection:
        connection.execute(text("UPDATE contributions SET covers_fee = true, is_anonymous = true"))

    after = finance.manifest("contributions", as_of=before["as_of_seq"])

    assert after["sha256"] == before["sha256"]
    assert finance.manifest("contributions")["sha256"] != before["sha256"]


def test_saved_rows_hold_no_personal_data(finance: Finance) -> None:
    columns = [column.name for column in contributions.c if column.computed is None]
    names = [name for name in columns if name.startswith("contributor_") or name == "message"]
    finance.contribution("ctb_1", **dict.fromkeys(names, "Mary"))
    with finance.engine.begin() as connection:
        connection.execute(update(contributions).values(dict.fromkeys(names)))
        kept = list(
            connection.execute(text("SELECT old_row::text FROM record_changes WHERE old_row IS NOT NULL")).scalars()
        )

    assert kept
    assert not [row for row in kept if "Mary" in row]


def test_erasing_a_reader_empties_the_personal_cells_of_every_file(finance: Finance) -> None:
    pay(finance)
    change = "UPDATE contributions SET contributor_email = {0}, contributor_name = {0}, contributor_country = {0}"
    with finance.engine.begin() as connection:
        connection.execute(text(change.format("'Mary'")))
    as_of = finance.manifest("contributions")["as_of_seq"]
    journal = finance.file("journal", as_of=as_of)
    assert finance.rows("contributions", as_of=as_of, has_personal_data=True)[0]["donor_name"] == "Mary"

    with finance.engine.begin() as connection:
        connection.execute(text(change.format("NULL")))

    assert finance.rows("contributions", as_of=as_of, has_personal_data=True)[0]["donor_name"] == ""
    assert finance.file("journal", as_of=as_of) == journal


def test_a_repeated_fact_is_not_a_change(finance: Finance) -> None:
    pay(finance)
    before = finance.manifest("contributions")["as_of_seq"]

    finance.record(make.charge("ch_1", 2500, bt="txn_1"))

    assert finance.manifest("contributions")["as_of_seq"] == before


def test_a_number_that_has_not_been_reached_is_refused(finance: Finance) -> None:
    with pytest.raises(InvalidExportError, match="newest is 0"):
        finance.file("journal", as_of=1)


def test_before_the_first_fact_every_file_is_empty(finance: Finance) -> None:
    for fact in story():
        finance.record(fact)

    assert all(finance.rows(name, as_of=0) == [] for name in FILE_NAMES)


def test_a_late_fact_of_a_closed_month_is_in_the_file_of_the_first_open_day(finance: Finance) -> None:
    pay_at(finance, 1, datetime(2026, 10, 30, 12, tzinfo=UTC))
    close_period(finance.engine, ZoneInfo("Europe/Dublin"), NOW, ClosingWish(date(2026, 10, 31), "a test"))

    def october() -> list[bytes]:
        names = ("contributions", "journal", "trial_balance")
        return [finance.file(name, from_on="2026-10-01", to_on="2026-10-31") for name in names]

    before = october()

    pay_at(finance, 2, datetime(2026, 10, 31, 12, tzinfo=UTC))

    assert october() == before
    (late,) = finance.rows("contributions", from_on="2026-11-01")
    assert (late["paid_at_utc"], late["accounting_date"]) == ("2026-10-31T12:00:00Z", "2026-11-01")


def test_rebuilding_the_ledger_changes_no_file(finance: Finance, database_address: str) -> None:
    pay(finance, 1)
    pay(finance, 2, hours=3)
    before = finance.manifest("journal")

    owner = owner_engine(database_address)
    rebuild_ledger(owner, ZoneInfo("Europe/Dublin"), NOW)
    owner.dispose()

    assert finance.manifest("journal")["sha256"] == before["sha256"]
    assert finance.manifest("journal", as_of=before["as_of_seq"])["sha256"] == before["sha256"]
