"""Entries by a person in the files: in the journal with their reason, in the trial balance, no longer exceptions."""

import pytest

from service.exports.request import Granularity
from service.ledger.manual.entry import ManualKind
from service.ledger.post_due import post_due
from service.reconciliation.checking import check_everything
from service.reconciliation.consequences import save_facts
from service.services import Services
from service.stripe_gateway.facts import Invoice
from tests.conftest import NOW
from tests.exports.world import Finance, total
from tests.ledger import make
from tests.ledger.manual.world import Desk, desk_with_open_items
from tests.ledger.world import UTC_ZONE, Books


@pytest.fixture
def desk(finance: Finance) -> Desk:
    return desk_with_open_items(finance.books)


def exceptions(finance: Finance) -> dict[str, str]:
    return {row["ids"]: row["amount"] for row in finance.rows("exceptions")}


def test_what_waits_is_an_exception_until_it_is_cleared(finance: Finance, desk: Desk) -> None:
    assert exceptions(finance) == {"txn_odd": "5.00", "ch_shop txn_shop": "40.00", "re_1 ch_1": "10.00"}

    desk.clear("txn_odd")
    desk.clear("ch_shop", amount="15")
    desk.clear("re_1", kind=ManualKind.SETTLE, to="1210", amount="4")
    assert exceptions(finance) == {"ch_shop txn_shop": "25.00", "re_1 ch_1": "6.00"}

    desk.clear("ch_shop", "re_1")
    assert exceptions(finance) == {}


def test_an_invoice_paid_from_the_bank_is_an_exception_until_an_entry_is_about_it(finance: Finance, desk: Desk) -> None:
    finance.record(
        Invoice("in_1", "paid", 500, 500, 500, 0, "EUR", NOW, is_livemode=True, amount_paid_off_stripe_minor=500)
    )
    assert exceptions(finance)["in_1"] == "5.00"

    saved = desk.enter(("1210", 500), ("4950", -500), subject_id="in_1")
    assert "in_1" not in exceptions(finance)

    desk.reverse(saved)
    assert exceptions(finance)["in_1"] == "5.00"


def test_an_earlier_point_in_the_books_still_shows_the_exception(finance: Finance, desk: Desk) -> None:
    as_of = finance.manifest("exceptions")["as_of"]
    desk.clear("txn_odd", "ch_shop", "re_1")

    assert len(finance.rows("exceptions", as_of=as_of)) == 3


def test_the_journal_has_the_entry_with_its_reason(finance: Finance, desk: Desk) -> None:
    (saved,) = desk.clear("txn_odd")

    lines = [row for row in finance.rows("journal") if row["source_type"] == "manual_entry"]

    assert [(row["account_code"], row["debit"], row["credit"]) for row in lines] == [
        ("9900", "5.00", "0.00"),
        ("4950", "0.00", "5.00"),
    ]
    assert {row["memo"] for row in lines} == {f"reclassified {saved.manual.id}: a goodwill credit"}
    assert {row["journal_id"] for row in lines} == {f"man:{saved.manual.id}"}


@pytest.mark.parametrize("granularity", Granularity)
def test_journal_and_trial_balance_agree_with_entries_by_persons(
    finance: Finance, desk: Desk, granularity: Granularity
) -> None:
    desk.clear("txn_odd", "ch_shop", "re_1")

    journal, balance = finance.rows("journal", granularity=granularity), finance.rows("trial_balance")

    assert total(journal, "debit") == total(journal, "credit") == total(balance, "debits") == total(balance, "credits")
    assert total(balance, "closing") == 0
    assert {row["account_code"]: row["closing"] for row in balance if row["account_code"][0] in "249"} == {
        "2300": "0.00",
        "4100": "-10.00",
        "4200": "10.00",
        "4900": "0.00",
        "4950": "-55.00",
        "9900": "0.00",
    }


def test_an_entry_on_an_account_that_a_file_covers_keeps_the_checks_green(services: Services) -> None:
    """The files hold what Stripe reported, so the comparison leaves out what a person entered."""
    with services.engine.begin() as connection:
        facts = (
            make.transaction("txn_odd", "other_adjustment", -500, None),
            make.transaction("txn_fee", "fee", -250, None),
        )
        save_facts(connection, facts, services.clock())
        post_due(connection, UTC_ZONE, services.clock())
    desk = Desk(Books(services.engine))

    desk.clear("txn_odd", to="5110")

    assert desk.ledger.balances()["5110"] == 750
    assert [check for check in check_everything(services) if not check.is_green] == []
