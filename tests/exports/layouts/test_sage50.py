"""The Sage 50 layout: positive amounts with the side in the type."""

from service.exports.request import Layout
from tests.exports.world import SAGE50, Finance, apply_accounts, pay
from tests.ledger import make


def test_amounts_are_positive_and_the_type_says_debit_or_credit(finance: Finance) -> None:
    pay(finance)
    apply_accounts(finance, SAGE50)

    rows = finance.rows("journal", layout=Layout.SAGE50)

    assert [(row["Type"], row["Nominal A/C"], row["Net"]) for row in rows] == [
        ("JD", "01100", "24.39"),
        ("JD", "05100", "0.61"),
        ("JC", "04100", "25.00"),
    ]
    assert (rows[0]["Tax code"], rows[0]["Tax"], rows[0]["Dept"], rows[0]["Account Ref"]) == ("T9", "0.00", "3", "")
    assert all(len(row["Reference"]) <= 30 and len(row["Details"]) <= 60 for row in rows)


def test_the_extra_reference_is_the_whole_id_of_the_object_at_stripe(finance: Finance) -> None:
    id_ = f"txn_{'x' * 24}"
    finance.record(make.transaction(id_, "charge", 2500, "ch_1", fee=61), make.charge(bt=id_))
    payout_id = f"po_{'y' * 24}"
    payout = make.payout(payout_id, 2439, bt="txn_own", status="paid")
    finance.record(payout, make.transaction("txn_own", "payout", -2439, payout_id))
    apply_accounts(finance, SAGE50)

    rows = finance.rows("journal", layout=Layout.SAGE50)

    assert {id_, payout_id} <= {row["Extra ref"] for row in rows}
    assert all(len(row["Extra ref"]) <= 30 for row in rows)
