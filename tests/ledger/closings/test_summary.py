"""What the person who closed the books reads: days, figures, what is still open, what was accepted, the number."""

from dataclasses import replace
from datetime import date

from service.ledger.accounts import Account
from service.ledger.closings.figures_store import CurrencyFigures, PeriodFigures
from service.ledger.closings.store import Closing
from service.ledger.closings.summary import closed_lines
from service.ledger.manual.open_items_store import OpenItem
from tests.ledger.world import NOW

CLOSING = Closing(date(2026, 10, 31), NOW, "Nora", 7, as_of=53)
FIGURES = PeriodFigures(date(2026, 10, 1), 7, (CurrencyFigures("JPY", 500, -100, -20, 380),))
ITEM = OpenItem("ch_1", Account.RECEIPTS_NOT_OURS, "JPY", -700, date(2026, 10, 31), "receipts_not_ours")


def test_a_closing_is_described_with_its_figures_and_number() -> None:
    assert list(closed_lines(CLOSING, FIGURES, [])) == [
        "Closed 2026-10-01 to 2026-10-31: 7 entries.",
        "JPY: contributions 500, refunds and chargebacks -100, fees -20, Stripe balance at the end 380",
        "Files of these days show the books as of 53 from now on, also with --as-of 53.",
    ]


def test_what_is_open_in_the_closed_days_and_what_was_accepted_is_said() -> None:
    later = replace(ITEM, opened_on=date(2026, 11, 1), account=Account.FAILED_REFUNDS_OWED)
    accepted = replace(CLOSING, accepted=("7",), why="the bank took it too")

    lines = list(closed_lines(accepted, FIGURES, [ITEM, ITEM, later]))

    assert "Still open: 2 on 4900; see `ledger open-items`." in lines
    assert "Accepted: 7, because: the bank took it too" in lines


def test_books_without_entries_can_be_closed() -> None:
    assert next(closed_lines(CLOSING, PeriodFigures(None, 0, ()), [])) == "Closed 2026-10-31 to 2026-10-31: 0 entries."
