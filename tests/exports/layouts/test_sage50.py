"""The Sage 50 layout: positive amounts with the side in the type."""

from service.exports.request import Layout
from tests.exports.world import SAGE50, Finance, apply_accounts, pay


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
