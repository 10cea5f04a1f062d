"""Account mappings: what a document must say."""

import json

import pytest

from service.errors import InvalidDocumentError
from service.exports.layouts.mappings import read_mapping
from service.exports.request import Layout
from service.ledger.accounts import ACCOUNT_NAMES
from tests.exports.world import Finance, apply_accounts, pay


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ("layout: xero\naccounts: {'1100': {code: '600'}}", "1100 needs a tax rate for xero"),
        ("layout: quickbooks\naccounts: {'1100': {code: '600'}}", "1100 needs a name for quickbooks"),
        ("layout: sage50\naccounts: {'1101': {code: '600'}}", "1101 is not an account of the ledger"),
        ("layout: generic\naccounts: {}", "needs no mapping"),
        ("layout: datev\naccounts: {}", "must be one of"),
        ("accounts: {}", "layout: is missing"),
        ("layout: sage50\naccounts: {'1100': {cod: '600'}}", "is not a field here"),
        ("layout: sage50\naccounts: {'1100': {code: '600', tracking: {a: b, c: d, e: f}}}", "at most 2"),
        ("- layout", "must be"),
        ("layout: sage50\ndate_order: mdy\naccounts: {}", "date_order: means nothing here"),
        ("layout: sage50\ndate_order: dmy\naccounts: {}", "date_order: means nothing here"),
        ("layout: xero\ndate_order: ymd\naccounts: {}", "must be one of"),
        ("layout: sage50\naccounts: {'1100': {code: \"a\\nb\"}}", "must be a single line"),
    ],
)
def test_a_mapping_that_cannot_be_used_is_refused_with_the_reason(document: str, words: str) -> None:
    with pytest.raises(InvalidDocumentError, match=words):
        read_mapping(document)


def test_codes_may_be_written_as_plain_numbers() -> None:
    mapping = read_mapping("layout: sage50\naccounts:\n  1100: {code: 1200}\n")

    assert mapping.accounts["1100"].code == "1200"
    assert mapping.accounts["1100"].tax == "T9"


@pytest.mark.parametrize(
    ("layout", "column", "default"),
    [
        (Layout.XERO, "*Date", "02/11/2026"),
        (Layout.XERO_BANK, "*Date", "02/11/2026"),
        (Layout.QUICKBOOKS, "JournalDate", "11/02/2026"),
    ],
)
@pytest.mark.parametrize(("order", "written"), [("mdy", "11/02/2026"), ("dmy", "02/11/2026"), (None, None)])
def test_dates_have_the_order_that_the_mapping_asks_for(
    finance: Finance, layout: Layout, column: str, default: str, order: str | None, written: str | None
) -> None:
    pay(finance)
    mapped = Layout.XERO if layout is Layout.XERO_BANK else layout
    accounts = "".join(f"  {account.value}: {{code: c, name: n, tax: t}}\n" for account in ACCOUNT_NAMES)
    chosen = f"date_order: {order}\n" if order else ""
    apply_accounts(finance, f"layout: {mapped.value}\n{chosen}accounts:\n{accounts}")

    dates = {row[column] for row in finance.rows("journal", layout=layout)}

    assert dates == {written or default}


def test_a_bank_statement_without_any_mapping_has_the_day_first(finance: Finance) -> None:
    pay(finance)

    rows = finance.rows("journal", layout=Layout.XERO_BANK)

    assert {row["*Date"] for row in rows} == {"02/11/2026"}


MAPPED_COLUMNS = {
    Layout.XERO: [
        "*AccountCode",
        "*TaxRate",
        *(f"Tracking{kind}{number}" for kind in ("Name", "Option") for number in "12"),
    ],
    Layout.QUICKBOOKS: ["AccountName", "Name", "Location", "Class"],
    Layout.SAGE50: ["Nominal A/C", "Dept", "Tax code"],
}


@pytest.mark.parametrize("layout", MAPPED_COLUMNS)
@pytest.mark.parametrize(
    "words", ["-Donations", "@Fees", "=Income", "+44", "|x", "\uff1dx", " -x", "0042", "a\u00a0b", '"a", b', "Ünïcode"]
)
def test_mapped_words_stay_as_they_are(finance: Finance, layout: Layout, words: str) -> None:
    pay(finance)
    fields = ["code", "name", "tax", "department", "party", "location", "class"]
    account = {**dict.fromkeys(fields, words), "tracking": {words: words, f"{words} 2": words}}
    document = {"layout": layout.value, "accounts": {code.value: account for code in ACCOUNT_NAMES}}
    apply_accounts(finance, json.dumps(document))

    (row, *_) = finance.rows("journal", layout=layout)

    written = {row[column].removesuffix(" 2") for column in MAPPED_COLUMNS[layout]}
    assert written == {words.strip()}
