"""Open items are emptied one by one or by category, and only as far as they are open."""

from datetime import date
from typing import Any

import pytest

from service.ledger.closings.closing import ClosingWish, close_period
from service.ledger.manual.checks import ManualEntryError
from service.ledger.manual.clearing import exact_minor
from service.ledger.manual.entry import ManualKind
from tests.ledger import make
from tests.ledger.manual.world import Desk
from tests.ledger.world import NOW, UTC_ZONE


def test_every_account_that_waits_for_a_person_can_be_emptied(desk: Desk) -> None:
    assert desk.open() == {"re_1": -1000, "ch_shop": -4000, "txn_odd": -500}

    desk.clear("txn_odd")
    desk.clear("ch_shop", to="4950")
    desk.clear("re_1", kind=ManualKind.SETTLE, to="1210")

    assert desk.open() == {}
    assert desk.ledger.balances() == {
        "1100": 500 + 3910 + 945 - 1000 + 1000,
        "1210": -1000,
        "4100": -1000,
        "4200": 1000,
        "4950": -4500,
        "5100": 145,
    }
    assert desk.ledger.red() == set()


@pytest.mark.parametrize("name", ["txn_shop", "ch_shop", "bt:txn_shop", "2"])
def test_an_item_is_named_by_any_id_of_its_entry(desk: Desk, name: str) -> None:
    desk.clear(name)

    assert "ch_shop" not in desk.open()


def test_a_part_of_an_item_leaves_the_rest_open(desk: Desk) -> None:
    desk.clear("ch_shop", amount="15.5")

    assert desk.open()["ch_shop"] == -2450


def test_a_debit_is_cleared_by_a_credit(desk: Desk) -> None:
    desk.ledger.record(make.transaction("txn_paid", "contribution", -700, None))

    desk.clear("txn_paid", to="5900")

    assert "txn_paid" not in desk.open()
    assert desk.ledger.balances()["5900"] == 700


def test_all_items_of_a_category_are_cleared_each_by_an_entry_of_its_own(desk: Desk) -> None:
    desk.ledger.record(make.charge("ch_b", 50, interval=None), make.transaction("txn_b", "charge", 50, "ch_b"))

    saved = desk.clear(category="receipts_not_ours")

    assert [entry.manual.subject_id for entry in saved] == ["ch_shop", "ch_b"]
    assert desk.open() == {"re_1": -1000, "txn_odd": -500}


def test_the_day_of_a_reclassification_is_that_of_the_item_so_that_its_month_can_close(desk: Desk) -> None:
    desk.clear("txn_odd")
    desk.clear("ch_shop")

    close_period(desk.ledger.engine, UTC_ZONE, NOW, ClosingWish(date(2026, 11, 2), "finance"))

    assert {day for key, (day, _) in desk.ledger.entries().items() if key.startswith("man:")} == {"2026-11-02"}


def test_the_first_open_day_takes_the_place_of_a_closed_one_and_a_settlement_is_of_today(desk: Desk) -> None:
    desk.clear("txn_odd")
    close_period(desk.ledger.engine, UTC_ZONE, NOW, ClosingWish(date(2026, 11, 10), "finance"))

    (reclassified,) = desk.clear("ch_shop")
    (settled,) = desk.clear("re_1", kind=ManualKind.SETTLE, to="1210")

    assert reclassified.manual.accounting_date == date(2026, 11, 11)
    assert settled.manual.accounting_date == date(2026, 11, 18)


@pytest.mark.parametrize(
    ("ids", "wanted", "reason"),
    [
        (["ch_1"], {}, "ch_1 has nothing open; see `ledger open-items`"),
        (["txn_odd"], {"amount": "5.01"}, "only 5.00 EUR is open"),
        (["txn_odd"], {"amount": "5.001"}, "5.001 is not an amount in EUR"),
        (["txn_odd", "re_1"], {"amount": "5"}, "an amount belongs to a single item, but 2 are named"),
        (["txn_odd"], {"to": "4960"}, "4960 is not an account; see `ledger accounts list`"),
        (["txn_odd"], {"to": "1100"}, "1100 Stripe balance follows Stripe"),
        (["txn_odd"], {"to": "9900"}, "9900 is named twice"),
        (["txn_odd"], {"to": "4900"}, "txn_odd has nothing open on 4900 in EUR"),
        (["txn_odd"], {"day": date(2026, 11, 1)}, "txn_odd is on 9900 since 2026-11-02"),
        (["txn_odd"], {"day": date(2026, 11, 19)}, "2026-11-19 has not begun; take 2026-11-18 or an earlier day"),
        (["txn_odd"], {"why": " "}, "the reason must be a single line of 1 to 200 characters"),
        (["txn_odd"], {"why": "a\nb"}, "the reason must be a single line"),
        (["txn_odd"], {"by": ""}, "the name of the person must be a single line"),
        (["txn_odd"], {"account": "4900"}, "txn_odd has nothing open"),
    ],
)
def test_a_clearing_is_refused_in_words_and_nothing_is_posted(
    desk: Desk, ids: list[str], wanted: dict[str, Any], reason: str
) -> None:
    before = desk.ledger.entries()

    with pytest.raises(ManualEntryError) as caught:
        desk.clear(*ids, **wanted)

    assert reason in str(caught.value)
    assert desk.ledger.entries() == before


def test_one_wrong_item_of_several_stops_all(desk: Desk) -> None:
    with pytest.raises(ManualEntryError, match="ch_1 has nothing open"):
        desk.clear("txn_odd", "ch_1")

    assert desk.open()["txn_odd"] == -500


def test_an_unknown_category_is_refused(desk: Desk) -> None:
    with pytest.raises(ManualEntryError, match="no item of the category transfer is open"):
        desk.clear(category="transfer")


def test_an_item_with_amounts_on_two_accounts_needs_the_account(desk: Desk) -> None:
    desk.ledger.record(
        make.charge("ch_two", 1000, interval=None), make.transaction("txn_two", "charge", 1000, "ch_two", net=990)
    )
    with pytest.raises(ManualEntryError, match=r"ch_two has several open items \(4900 EUR, 9900 EUR\)"):
        desk.clear("ch_two")

    desk.clear("ch_two", account="9900")

    assert desk.open()["ch_two"] == -1000


def test_a_receipt_that_turns_out_to_be_ours_after_it_was_reclassified_is_open_again(desk: Desk) -> None:
    """The person reverses the reclassification then."""
    (saved,) = desk.clear("ch_shop")
    desk.ledger.record(make.charge("ch_shop", 4000))
    assert desk.open()["ch_shop"] == 4000

    desk.reverse(saved)

    assert "ch_shop" not in desk.open()
    assert desk.ledger.balances()["4100"] == -5000


@pytest.mark.parametrize(
    ("text", "currency", "minor"), [("5", "EUR", 500), ("5.00", "EUR", 500), ("500", "JPY", 500), ("0.005", "KWD", 5)]
)
def test_an_amount_is_read_exactly(text: str, currency: str, minor: int) -> None:
    assert exact_minor(text, currency) == minor


@pytest.mark.parametrize("text", ["", "-5", "+5", "5,00", "1e3", "0", "0.001", "NaN", "٥", ".", "9" * 30])
def test_any_other_amount_is_refused(text: str) -> None:
    with pytest.raises(ManualEntryError, match="is not an amount in EUR"):
        exact_minor(text, "EUR")
