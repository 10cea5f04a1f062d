"""Entries by a person: balanced, in open days, above the limit by two persons, taken back only by another entry."""

from datetime import date

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from service.database.engine import owner_engine
from service.ledger.closings.closing import ClosingWish, close_period
from service.ledger.manual import entering
from service.ledger.manual.checks import ManualEntryError
from service.ledger.manual.own_accounts import add_account
from service.ledger.periods import PeriodError
from service.ledger.rebuild import rebuild_ledger
from tests.ledger.manual.world import Desk
from tests.ledger.world import NOW, UTC_ZONE

DEBIT, CREDIT = ("5900", 250), ("1210", -250)


def close(engine: Engine, through: date) -> None:
    close_period(engine, UTC_ZONE, NOW, ClosingWish(through, "finance"))


def test_an_entry_is_posted_on_its_day_with_the_next_number(desk: Desk) -> None:
    saved = desk.enter(DEBIT, CREDIT, day=date(2026, 11, 3))

    assert saved.seq == 6
    assert desk.ledger.entries()[f"man:{saved.manual.id}"] == ("2026-11-03", {"5900": 250, "1210": -250})


@pytest.mark.parametrize(
    ("lines", "wanted", "reason"),
    [
        ([("5900", 250), ("1210", -249)], {}, "does not balance: its debits are 0.01 EUR too high"),
        ([("5900", 250), ("1210", -251)], {}, "does not balance: its credits are 0.01 EUR too high"),
        ([DEBIT, CREDIT], {"currency": "GBP"}, "the books have no GBP; they have EUR"),
        ([("5900", 250), ("2200", -250)], {}, "2200 Payments in process follows Stripe"),
        ([("5900", 250), ("9900", -250)], {}, "9900 is emptied item by item; name the item with --about"),
        ([("9900", 250), ("4900", -250)], {"subject_id": "txn_odd"}, "txn_odd has nothing open on 4900"),
        ([("9900", -250), ("5900", 250)], {"subject_id": "txn_odd"}, "debit 9900 by that amount or less"),
    ],
)
def test_a_wrong_entry_is_refused_in_words(
    desk: Desk, lines: list[tuple[str, int]], wanted: dict[str, str], reason: str
) -> None:
    before = desk.ledger.entries()

    with pytest.raises(ManualEntryError, match=reason):
        desk.enter(*lines, **wanted)

    assert desk.ledger.entries() == before


@pytest.mark.parametrize("name", ["ch_shop", "txn_shop", "bt:txn_shop", "2"])
def test_the_item_of_an_entry_is_named_by_any_id(desk: Desk, name: str) -> None:
    desk.enter(("4900", 4000), ("4950", -3000), ("1210", -1000), subject_id=name)

    assert "ch_shop" not in desk.open()


@pytest.mark.parametrize("lines", [[], [("5900", 0), ("1210", 0)]])
def test_an_entry_without_amounts_is_refused(desk: Desk, lines: list[tuple[str, int]]) -> None:
    with pytest.raises(ManualEntryError, match="an entry needs a debit and a credit, and no amount of zero"):
        desk.enter(*lines)


def test_every_reason_is_given_at_once(desk: Desk) -> None:
    with pytest.raises(ManualEntryError) as caught:
        desk.enter(("5999", 250), ("1100", -240), day=date(2027, 1, 1))

    assert str(caught.value).count(";") >= 3


def test_a_closed_day_takes_no_entry(desk: Desk) -> None:
    desk.clear("txn_odd")
    close(desk.ledger.engine, date(2026, 11, 10))

    with pytest.raises(ManualEntryError, match="2026-11-10 is closed; take 2026-11-11 or a later day, or reopen"):
        desk.enter(DEBIT, CREDIT, day=date(2026, 11, 10))


def test_an_entry_above_the_limit_waits_for_a_second_person(desk: Desk) -> None:
    saved = desk.enter(("5900", 10_001), ("1210", -10_001))
    assert saved.seq is None
    assert "5900" not in desk.ledger.balances()

    posted = desk.approve(saved)

    assert posted.seq == 6
    assert desk.ledger.balances()["5900"] == 10_001


def test_the_limit_is_that_of_the_currency_and_is_allowed_itself(desk: Desk) -> None:
    assert desk.enter(("5900", 10_000), ("1210", -10_000)).seq is not None
    assert desk.books.limit_minor("JPY") == 15_000
    assert desk.books.limit_minor("KWD") == 100_000


def test_entries_of_one_request_count_together(desk: Desk) -> None:
    desk.limits[""] = 40

    saved = desk.clear("txn_odd", "ch_shop")

    assert [entry.seq for entry in saved] == [None, None]


@pytest.mark.parametrize("name", ["Nora", " nora ", "NO RA"])
def test_the_person_who_proposed_an_entry_cannot_approve_it(desk: Desk, name: str) -> None:
    saved = desk.enter(("5900", 10_001), ("1210", -10_001))

    with pytest.raises(ManualEntryError, match="another person must approve it"):
        desk.approve(saved, by=name)


def test_the_database_refuses_an_approval_by_the_same_person(desk: Desk) -> None:
    saved = desk.enter(("5900", 10_001), ("1210", -10_001))

    with pytest.raises(IntegrityError, match="second person"), desk.ledger.engine.begin() as connection:
        connection.execute(
            text("INSERT INTO manual_entry_decisions VALUES (:id, 'posted', 'nora', now(), NULL)"),
            {"id": saved.manual.id},
        )


def test_an_entry_is_decided_once(desk: Desk) -> None:
    saved = desk.enter(("5900", 10_001), ("1210", -10_001))
    entering.refuse(desk.books, saved.manual.id, "Nora", "typed the wrong amount")

    with pytest.raises(ManualEntryError, match="was refused by Nora already"):
        desk.approve(saved)
    with pytest.raises(ManualEntryError, match="was not posted, so there is nothing to reverse"):
        desk.reverse(saved)


def test_what_changed_while_an_entry_waited_is_checked_again(desk: Desk) -> None:
    desk.limits[""] = 4
    (first,), (second,) = desk.clear("txn_odd"), desk.clear("txn_odd")
    desk.approve(first)

    with pytest.raises(ManualEntryError, match="txn_odd has nothing open on 9900"):
        desk.approve(second)


def test_an_entry_that_waits_keeps_its_period_open(desk: Desk) -> None:
    desk.clear("txn_odd")
    saved = desk.enter(("5900", 10_001), ("1210", -10_001), day=date(2026, 11, 10))

    close(desk.ledger.engine, date(2026, 11, 9))
    with pytest.raises(PeriodError, match="1 entries wait for a second person: see `ledger entries --waiting`"):
        close(desk.ledger.engine, date(2026, 11, 10))

    desk.approve(saved)
    close(desk.ledger.engine, date(2026, 11, 10))


def test_a_reversal_takes_every_line_back(desk: Desk) -> None:
    before = desk.ledger.balances()
    (saved,) = desk.clear("ch_shop")

    reversal = desk.reverse(saved)

    assert desk.ledger.balances() == before
    assert desk.open()["ch_shop"] == -4000
    assert f"man:{saved.manual.id}:reversed" in desk.ledger.entries()
    assert reversal.manual.reverses == saved.manual.id


def test_a_correction_is_not_corrected_and_nothing_is_reversed_twice(desk: Desk) -> None:
    saved = desk.enter(DEBIT, CREDIT)
    reversal = desk.reverse(saved)

    with pytest.raises(ManualEntryError, match=f"was reversed by {reversal.manual.id} already; post a new entry"):
        desk.reverse(saved)
    with pytest.raises(ManualEntryError, match=f"{reversal.manual.id} reverses {saved.manual.id}; post a new entry"):
        desk.reverse(reversal)


def test_a_reversal_is_not_dated_before_its_entry(desk: Desk) -> None:
    saved = desk.enter(DEBIT, CREDIT, day=date(2026, 11, 10))

    with pytest.raises(ManualEntryError, match="is of 2026-11-10; take that day or a later one"):
        desk.reverse(saved, date(2026, 11, 9))


@pytest.mark.parametrize("name", ["bt:txn_1", "men_unknown", "1"])
def test_an_entry_of_a_posting_rule_is_not_reversed(desk: Desk, name: str) -> None:
    with pytest.raises(ManualEntryError, match=f"{name} is not an entry by a person"):
        entering.reverse(desk.books, name, "Nora", "it was wrong", None)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("4100", "4100 is Contributions one-off already"),
        ("4950", "4950 is Other receipts already"),
        ("9950", "9950 cannot be an account; take four digits"),
        ("495", "495 cannot be an account"),
        ("49500", "49500 cannot be an account"),
        ("٤٩٥٠", "cannot be an account"),
        ("4x50", "4x50 cannot be an account"),
    ],
)
def test_a_wrong_account_is_refused(desk: Desk, code: str, reason: str) -> None:
    with pytest.raises(ManualEntryError, match=reason):
        add_account(desk.ledger.engine, code, "Anything")


def test_an_entry_can_be_booked_under_a_site_campaign_and_fund_and_so_is_its_reversal(desk: Desk) -> None:
    saved = desk.enter(DEBIT, CREDIT, under=entering.BookedUnder(" gazette ", "autumn", "INV-26"))
    reversal = desk.reverse(saved)

    for manual in (saved.manual, reversal.manual):
        assert (manual.site, manual.campaign, manual.fund) == ("gazette", "autumn", "INV-26")
    with pytest.raises(ManualEntryError, match="the fund must be a single line"):
        desk.enter(DEBIT, CREDIT, under=entering.BookedUnder(fund="a\nb"))


def test_a_rebuild_keeps_entries_by_persons(desk: Desk, database_address: str) -> None:
    (saved,) = desk.clear("ch_shop")
    desk.reverse(saved)
    desk.clear("txn_odd")
    desk.enter(("5900", 10_001), ("1210", -10_001))
    before = desk.ledger.entries()
    owner = owner_engine(database_address)

    report = rebuild_ledger(owner, UTC_ZONE, NOW)

    owner.dispose()
    assert (report.rebuilt, report.posted) == (8, 0)
    assert desk.ledger.entries() == before
