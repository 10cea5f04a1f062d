"""Files of closed days show the books as they were at the closing, unless the request says otherwise."""

from datetime import date

import pytest

from service.exports.records_store import hold_newest_point
from service.exports.request import ExportName, InvalidExportError
from service.ledger.closings.closing import ClosingWish, close_period
from service.ledger.closings.reopening import approve_reopening, request_reopening
from tests.conftest import NOW
from tests.exports.world import Finance, pay
from tests.ledger import make

THROUGH = date(2026, 11, 5)
CLOSED = {"from_on": "2026-11-01", "to_on": "2026-11-05"}
OF_ACCOUNTS = [
    name
    for name in ExportName
    if name not in {ExportName.EXCEPTIONS, ExportName.RECEIPTS, ExportName.GIFT_AID, ExportName.SUBSCRIPTIONS}
]


@pytest.fixture
def closed(finance: Finance) -> Finance:
    """A contribution and its fee in closed days, and later its refund, which the closed files do not know."""
    pay(finance, 1)
    close_period(finance.engine, finance.books.zone, NOW, ClosingWish(THROUGH, "Nora"), hold_newest_point)
    return finance


def record_refund(finance: Finance) -> None:
    finance.record(
        make.charge("ch_1", 2500, bt="txn_1", refunded=2500),
        make.refund("re_1", 2500, charge="ch_1", bt="txn_r"),
        make.transaction("txn_r", "refund", -2500, "re_1", hours=3),
    )


@pytest.mark.parametrize("name", OF_ACCOUNTS)
def test_a_file_of_closed_days_stays_as_it_was_at_the_closing(closed: Finance, name: ExportName) -> None:
    before = closed.file(name.value, **CLOSED)

    record_refund(closed)

    assert closed.file(name.value, **CLOSED) == before


def test_the_present_state_of_closed_days_can_be_asked_for(closed: Finance) -> None:
    record_refund(closed)

    assert closed.rows("contributions", **CLOSED)[0]["refund_state"] == "none"
    assert closed.rows("contributions", is_current=True, **CLOSED)[0]["refund_state"] == "full"
    assert closed.rows("contributions", from_on="2026-11-01")[0]["refund_state"] == "full"
    assert closed.rows("contributions", from_on="2026-11-01", to_on="2026-11-06")[0]["refund_state"] == "full"


def test_an_as_of_wins_and_contradicts_current(closed: Finance) -> None:
    record_refund(closed)
    newest = closed.manifest("journal")["as_of"]

    assert closed.manifest("journal", as_of=newest, **CLOSED)["as_of"] == newest
    assert closed.manifest("journal", **CLOSED)["as_of"] < newest
    with pytest.raises(InvalidExportError, match="as_of and current contradict each other"):
        closed.file("journal", as_of=newest, is_current=True)


def test_what_is_left_to_do_follows_the_present(closed: Finance) -> None:
    closed.record(make.transaction("txn_odd", "other_adjustment", 700, None, hours=4))

    assert [row["kind"] for row in closed.rows("exceptions", **CLOSED)] == ["suspense"]


def test_reopened_days_show_the_present_again(closed: Finance) -> None:
    request_reopening(closed.engine, date(2026, 11, 3), "Nora", "a wrong mapping", NOW)
    approve_reopening(closed.engine, date(2026, 11, 3), "Omar", NOW)

    record_refund(closed)

    assert closed.rows("contributions", **CLOSED)[0]["refund_state"] == "full"
    assert closed.rows("contributions", from_on="2026-11-01", to_on="2026-11-02")[0]["refund_state"] == "none"
