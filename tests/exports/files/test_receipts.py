"""receipts.csv: issued receipts, and the receipts that replaced them."""

from service.receipts.issuing import issue_receipts
from tests.exports.world import Finance, pay
from tests.ledger import make


def test_a_receipt_replaced_after_a_refund_names_the_receipt_that_replaced_it(finance: Finance) -> None:
    pay(finance, 1)
    issue_receipts(finance.exports.engine, finance.exports.settings, 2026, finance.exports.clock())
    finance.record(make.charge("ch_1", 2500, refunded=500, bt="txn_1"))

    issue_receipts(finance.exports.engine, finance.exports.settings, 2026, finance.exports.clock())

    old, new = finance.rows("receipts")
    assert (old["receipt_number"], old["net_deductible"], old["replaced_by"]) == ("2026-000001", "25.00", "2026-000002")
    assert (new["total_given"], new["total_refunded"], new["net_deductible"]) == ("25.00", "5.00", "20.00")
    assert (new["payment_list"], new["year"], new["replaced_by"]) == ("ch_1", "2026", "")
