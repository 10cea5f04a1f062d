"""journal.csv: one journal per transaction, day or payout, in the columns of three accounting systems."""

from collections import defaultdict
from decimal import Decimal
from typing import Any

import pytest

from service.exports.export import Granularity, InvalidExportError, Layout, SplitExportError, UnmappedAccountError
from service.exports.mappings import apply_mapping
from service.ledger.accounts import ACCOUNT_NAMES
from tests.conftest import NOW
from tests.exports.finance import Finance, Row, total
from tests.exports.test_first_files import pay
from tests.exports.test_payouts import lines, pay_out
from tests.ledger import make

XERO = "layout: xero\ntax: No VAT\naccounts:\n" + "".join(
    f'  "{account.value}": {{code: X{account.value}, tracking: {{Region: North}}}}\n' for account in ACCOUNT_NAMES
)
QUICKBOOKS = "layout: quickbooks\naccounts:\n" + "".join(
    f'  "{account.value}": {{name: "Stripe:{account.value}", class: Giving}}\n' for account in ACCOUNT_NAMES
)
SAGE50 = "layout: sage50\naccounts:\n" + "".join(
    f'  "{account.value}": {{code: "0{account.value}", department: 3}}\n' for account in ACCOUNT_NAMES
)


def month(finance: Finance) -> None:
    """Payments over two days, most of them in a payout, and one in another currency."""
    finance.record(make.charge("ch_1", bt="txn_1"), make.charge("ch_2", 2000, bt="txn_2"))
    pay_out(finance, make.payout("po_1", 1317, bt="txn_po_1", status="paid"), *lines())
    pay(finance, 8, hours=24)
    finance.record(make.transaction("txn_9", "charge", 500, "ch_9", fee=9, currency="JPY"), make.charge("ch_9", 500))


def totals(rows: list[Row]) -> dict[tuple[str, str], tuple[Decimal, Decimal]]:
    """Debits and credits per currency and account."""
    found: defaultdict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        found[row["currency"], row["account_code"]].append(row)
    return {key: (total(group, "debit"), total(group, "credit")) for key, group in found.items()}


def apply(finance: Finance, document: str) -> None:
    apply_mapping(finance.engine, document, "a test", NOW)


@pytest.mark.parametrize("granularity", [Granularity.DAY, Granularity.PAYOUT])
def test_every_granularity_has_the_same_account_totals(finance: Finance, granularity: Granularity) -> None:
    month(finance)

    single = finance.rows("journal")
    summed = finance.rows("journal", granularity=granularity)

    assert totals(summed) == totals(single)
    assert len(summed) < len(single)


@pytest.mark.parametrize("granularity", list(Granularity))
def test_every_journal_balances_in_one_currency(finance: Finance, granularity: Granularity) -> None:
    month(finance)
    journals: defaultdict[str, list[Row]] = defaultdict(list)
    for row in finance.rows("journal", granularity=granularity):
        journals[row["journal_id"]].append(row)

    assert len(journals) > 1
    for rows in journals.values():
        assert total(rows, "debit") == total(rows, "credit")
        assert len({(row["seq"], row["currency"], row["accounting_date"]) for row in rows}) == 1
        assert [row["line"] for row in rows] == [str(line) for line in range(1, len(rows) + 1)]


def test_a_journal_per_payout_is_named_after_it(finance: Finance) -> None:
    month(finance)

    rows = finance.rows("journal", granularity=Granularity.PAYOUT)

    assert {row["payout_id"] for row in rows if row["journal_id"] == "payout:po_1:EUR"} == {"po_1"}
    assert {row["journal_id"] for row in rows} == {"payout:po_1:EUR", "unpaid:2026-11-03:EUR", "unpaid:2026-11-02:JPY"}


def test_a_journal_by_days_has_the_days_entries_alone(finance: Finance) -> None:
    month(finance)

    rows = finance.rows("journal", from_on="2026-11-03", to_on="2026-11-03", granularity=Granularity.DAY)

    assert {row["accounting_date"] for row in rows} == {"2026-11-03"}


def test_xero_has_signed_amounts_and_a_narration_of_its_own_per_journal(finance: Finance) -> None:
    pay(finance)
    apply(finance, XERO)

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


def test_quickbooks_has_names_and_two_columns_of_which_one_is_blank(finance: Finance) -> None:
    pay(finance)
    apply(finance, QUICKBOOKS)

    rows = finance.rows("journal", layout=Layout.QUICKBOOKS)

    assert list(rows[0]) == [
        "JournalNo",
        "JournalDate",
        "AccountName",
        "Debits",
        "Credits",
        "Description",
        "Name",
        "Currency",
        "Location",
        "Class",
    ]
    assert [(row["AccountName"], row["Debits"], row["Credits"]) for row in rows] == [
        ("Stripe:1100", "24.39", ""),
        ("Stripe:5100", "0.61", ""),
        ("Stripe:4100", "", "25.00"),
    ]
    assert (rows[0]["JournalNo"], rows[0]["JournalDate"], rows[0]["Class"]) == ("KO-1", "11/02/2026", "Giving")


def test_a_quickbooks_company_outside_america_reads_the_day_first(finance: Finance) -> None:
    pay(finance)
    apply(finance, "date_order: dmy\n" + QUICKBOOKS)

    assert finance.rows("journal", layout=Layout.QUICKBOOKS)[0]["JournalDate"] == "02/11/2026"


def test_sage_has_positive_amounts_and_the_side_in_the_type(finance: Finance) -> None:
    pay(finance)
    apply(finance, SAGE50)

    rows = finance.rows("journal", layout=Layout.SAGE50)

    assert [(row["Type"], row["Nominal A/C"], row["Net"]) for row in rows] == [
        ("JD", "01100", "24.39"),
        ("JD", "05100", "0.61"),
        ("JC", "04100", "25.00"),
    ]
    assert (rows[0]["Tax code"], rows[0]["Tax"], rows[0]["Dept"], rows[0]["Account Ref"]) == ("T9", "0.00", "3", "")
    assert all(len(row["Reference"]) <= 30 and len(row["Details"]) <= 60 for row in rows)


def test_an_account_nobody_mapped_stops_the_export_with_its_name(finance: Finance) -> None:
    pay(finance)
    apply(finance, "".join(line for line in XERO.splitlines(keepends=True) if '"5100"' not in line))

    with pytest.raises(UnmappedAccountError, match="5100 Payment processing fees"):
        finance.file("journal", layout=Layout.XERO)


def test_without_a_mapping_there_is_no_pack(finance: Finance) -> None:
    with pytest.raises(UnmappedAccountError):
        finance.file("journal", layout=Layout.SAGE50)


def test_a_layout_without_a_currency_column_takes_one_currency(finance: Finance) -> None:
    month(finance)
    apply(finance, XERO)

    with pytest.raises(InvalidExportError, match="currency=EUR or JPY"):
        finance.file("journal", layout=Layout.XERO)

    (yen,) = [
        row for row in finance.rows("journal", layout=Layout.XERO, currency="JPY") if row["*AccountCode"] == "X1100"
    ]
    assert yen["*Amount"] == "491"


def test_a_long_journal_is_cut_between_entries(finance: Finance) -> None:
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
    apply(finance, XERO)

    with pytest.raises(SplitExportError, match="part=1 to 2"):
        finance.file("journal", layout=Layout.XERO)
    parts = [finance.rows("journal", layout=Layout.XERO, part=part) for part in (1, 2)]

    assert [len(part) for part in parts] == [300, 60]
    assert all(total(part, "*Amount") == 0 for part in parts)
    assert not {row["*Narration"] for row in parts[0]} & {row["*Narration"] for row in parts[1]}
    assert finance.manifest("journal", layout=Layout.XERO)["parts"] == 2
    with pytest.raises(InvalidExportError, match="2 parts"):
        finance.file("journal", layout=Layout.XERO, part=3)


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({"layout": Layout.XERO, "currency": "EUR", "part": 2}, "1 parts"),
        ({"part": 2}, "one part"),
    ],
)
def test_a_part_that_is_not_there_is_refused(finance: Finance, wanted: dict[str, Any], words: str) -> None:
    pay(finance)
    apply(finance, XERO)

    with pytest.raises(InvalidExportError, match=words):
        finance.file("journal", **wanted)


def test_xero_takes_the_stripe_balance_as_a_bank_statement_of_its_movements(finance: Finance) -> None:
    month(finance)

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
        "24.39",
        "charge ch_8",
    )
    assert moved["txn_po_1"]["*Amount"] == "-13.17"
    with pytest.raises(InvalidExportError, match="currency=EUR or JPY"):
        finance.file("journal", layout=Layout.XERO_BANK)
