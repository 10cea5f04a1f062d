"""The Xero layouts: manual journals, and the Stripe balance as a bank statement."""

from decimal import Decimal

import pytest

from service.exports.request import Granularity, InvalidExportError, Layout, SplitExportError
from tests.exports.world import XERO, Finance, apply_accounts, in_currency, pay, record_month, total
from tests.ledger import make


def test_a_journal_has_signed_amounts_and_a_narration_of_its_own(finance: Finance) -> None:
    pay(finance)
    apply_accounts(finance, XERO)

    rows = finance.rows("journal", layout=Layout.XERO)

    assert list(rows[0]) == [
        "*Narration",
        "*Date",
        "Description",
        "*AccountCode",
        "*TaxRate",
        "*Amount",
        "TrackingName1",
        "TrackingOption1",
        "TrackingName2",
        "TrackingOption2",
    ]
    assert [(row["*AccountCode"], row["*Amount"]) for row in rows] == [
        ("X1100", "24.39"),
        ("X5100", "0.61"),
        ("X4100", "-25.00"),
    ]
    assert {row["*Narration"] for row in rows} == {"Keepopen bt:txn_1"}
    assert (rows[0]["*Date"], rows[0]["*TaxRate"]) == ("02/11/2026", "No VAT")
    assert (rows[0]["TrackingName1"], rows[0]["TrackingOption1"]) == ("Region", "North")


def test_a_layout_without_a_currency_column_takes_one_currency(finance: Finance) -> None:
    record_month(finance)
    apply_accounts(finance, XERO)

    with pytest.raises(InvalidExportError, match="currency=EUR or JPY"):
        finance.file("journal", layout=Layout.XERO)

    rows = in_currency(finance, "JPY").rows("journal", layout=Layout.XERO, currency="JPY")
    (yen,) = [row for row in rows if row["*AccountCode"] == "X1100"]
    assert yen["*Amount"] == "491"


def test_a_long_journal_is_split_between_entries(finance: Finance) -> None:
    finance.record(
        *(
            fact
            for number in range(120)
            for fact in (
                make.transaction(f"txn_{number:03}", "charge", 1000, f"ch_{number}", fee=30, hours=number / 60),
                make.charge(f"ch_{number}", bt=f"txn_{number:03}"),
            )
        )
    )
    apply_accounts(finance, XERO)

    with pytest.raises(SplitExportError, match="part=1 to 2"):
        finance.file("journal", layout=Layout.XERO)
    parts = [finance.rows("journal", layout=Layout.XERO, part=part) for part in (1, 2)]

    assert [len(part) for part in parts] == [300, 60]
    assert all(total(part, "*Amount") == 0 for part in parts)
    assert not {row["*Narration"] for row in parts[0]} & {row["*Narration"] for row in parts[1]}
    assert finance.manifest("journal", layout=Layout.XERO)["parts"] == 2
    with pytest.raises(InvalidExportError, match="2 parts"):
        finance.file("journal", layout=Layout.XERO, part=3)


def test_the_bank_statement_has_every_movement_of_the_stripe_balance(finance: Finance) -> None:
    record_month(finance)

    rows = finance.rows("journal", layout=Layout.XERO_BANK, currency="EUR")
    held = next(
        row for row in finance.rows("trial_balance") if (row["currency"], row["account_code"]) == ("EUR", "1100")
    )

    assert list(rows[0]) == ["*Date", "*Amount", "Payee", "Description", "Reference", "Cheque No."]
    assert total(rows, "*Amount") == Decimal(held["closing"])
    moved = {row["Reference"]: row for row in rows}
    assert len(moved) == len(rows)
    assert (moved["txn_8"]["*Date"], moved["txn_8"]["*Amount"], moved["txn_8"]["Description"]) == (
        "03/11/2026",
        "25.00",
        "charge ch_8",
    )
    assert (moved["txn_8 fee"]["*Amount"], moved["txn_8 fee"]["Description"]) == ("-0.61", "Stripe fee: charge ch_8")
    assert moved["txn_po_1"]["*Amount"] == "-13.17"
    with pytest.raises(InvalidExportError, match="currency=EUR or JPY"):
        finance.file("journal", layout=Layout.XERO_BANK)
    with pytest.raises(InvalidExportError, match="a line for each movement"):
        finance.file("journal", layout=Layout.XERO_BANK, currency="EUR", granularity=Granularity.DAY)
