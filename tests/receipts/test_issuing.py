"""Issuing annual receipts: numbered without a gap, issued once, and replaced when the year's sum changes."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from service.receipts.issuing import InvalidReceiptError, declare_gift_aid, issue_receipts
from service.receipts.receipts import NewReceipt
from service.receipts.store import Declaration
from service.settings import Settings
from service.stripe_gateway.facts import Charge
from tests.ledger import make
from tests.ledger.world import NOW, Books


def charge_of(number: int, amount: int = 2500, refunded: int = 0) -> Charge:
    """Return the charge of contribution `ctb_<number>`, whose donor has no other."""
    mark = make.mark(contribution_id=f"ctb_{number}")
    return replace(make.charge(f"ch_{number}", amount, refunded=refunded), contribution=mark)


def issue(books: Books, settings: Settings, year: int = 2026) -> list[NewReceipt]:
    return issue_receipts(books.engine, settings, year, NOW)


def test_receipts_are_numbered_without_a_gap_and_issued_once(books: Books, settings: Settings) -> None:
    books.record(charge_of(1), charge_of(2))

    first = issue(books, settings)
    second = issue(books, settings)
    books.record(charge_of(3))
    third = issue(books, settings)

    assert [receipt.id for receipt in first] == ["2026-000001", "2026-000002"]
    assert second == []
    assert [receipt.id for receipt in third] == ["2026-000003"]


def test_a_refund_replaces_the_receipt_by_one_with_a_new_number(books: Books, settings: Settings) -> None:
    books.record(charge_of(1))
    issue(books, settings)
    books.record(charge_of(1, refunded=500))

    (receipt,) = issue(books, settings)

    assert (receipt.id, receipt.replaces) == ("2026-000002", ("2026-000001",))
    assert (receipt.year_total.total_given_minor, receipt.year_total.total_refunded_minor) == (2500, 500)


def test_a_lost_dispute_counts_as_refunded(books: Books, settings: Settings) -> None:
    books.record(charge_of(1), make.dispute(amount=1000, status="lost"))

    (receipt,) = issue(books, settings)

    assert receipt.year_total.total_refunded_minor == 1000


def test_a_donor_whose_contributions_were_all_refunded_needs_no_receipt(books: Books, settings: Settings) -> None:
    books.record(charge_of(1, refunded=2500))

    assert issue(books, settings) == []


def test_a_contribution_counts_in_the_organisations_local_year(books: Books, settings: Settings) -> None:
    instant = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)  # already 2027 in Berlin
    books.record(replace(charge_of(1), created_at=instant))
    settings = replace(settings, accounting_timezone="Europe/Berlin")

    assert issue(books, settings, 2026) == []
    assert [receipt.id for receipt in issue(books, settings, 2027)] == ["2027-000001"]


@pytest.mark.parametrize("year", [20, 1999, 2200])
def test_a_year_that_is_far_away_is_refused(books: Books, settings: Settings, year: int) -> None:
    with pytest.raises(InvalidReceiptError, match="between 2000 and 2199"):
        issue(books, settings, year)


def test_a_declaration_that_ends_before_it_begins_is_refused(books: Books) -> None:
    declaration = Declaration(
        "ctb_1", date(2026, 2, 1), date(2026, 1, 31), None, "Mary", "Byrne", "12 High Street", "BT7 1AA"
    )

    with pytest.raises(InvalidReceiptError, match="ends before it begins"):
        declare_gift_aid(books.engine, declaration, NOW)
