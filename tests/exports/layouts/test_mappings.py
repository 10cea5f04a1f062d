"""Account mappings: what a document must say."""

import json
from collections import defaultdict
from decimal import Decimal

import pytest

from service.errors import InvalidDocumentError
from service.exports.layouts.account_mapping import LineKind
from service.exports.layouts.mappings import read_mapping
from service.exports.request import Granularity, InvalidExportError, Layout, UnmappedAccountError
from service.ledger.accounts import ACCOUNT_NAMES
from tests.exports.quarter_databases import Quarter
from tests.exports.world import (
    QUICKBOOKS,
    SAGE50,
    XERO,
    Finance,
    apply_accounts,
    in_currency,
    pay,
    record_month,
    total,
)


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ("layout: xero\naccounts: {'1100': {code: '600'}}", "1100 needs a tax rate for xero"),
        ("layout: quickbooks\naccounts: {'1100': {code: '600'}}", "1100 needs a name for quickbooks"),
        ("layout: sage50\naccounts: {'1101': {code: '600'}}", "1101 is not an account of the ledger"),
        ("layout: generic\naccounts: {}", "needs no mapping"),
        ("layout: odoo\naccounts: {}", "must be one of"),
        ("accounts: {}", "layout: is missing"),
        ("layout: sage50\naccounts: {'1100': {cod: '600'}}", "is not a field here"),
        ("layout: sage50\naccounts: {'1100': {code: '600', tracking: {a: b, c: d, e: f}}}", "at most 2"),
        ("- layout", "must be"),
        ("layout: sage50\ndate_order: mdy\naccounts: {}", "date_order: means nothing here"),
        ("layout: sage50\ndate_order: dmy\naccounts: {}", "date_order: means nothing here"),
        ("layout: xero\ndate_order: ymd\naccounts: {}", "must be one of"),
        ("layout: sage50\naccounts: {'1100': {code: \"a\\nb\"}}", "must be a single line"),
        ("layout: sage50\naccounts: {'1100': {code: \"a\\tb\"}}", "must be a single line without tabs"),
        ("layout: sage50\naccounts: {'1100': {EUR: {cod: '1'}}}", "is not a field here"),
        ("layout: sage50\naccounts: {'1100': {EUR: {code: '1'}, code: '2'}}", "fields beside currencies"),
        ("layout: xero\naccounts: {'1100': {GBP: {code: '1'}}}", "1100 in GBP needs a tax rate for xero"),
        ("layout: xero\naccounts: {'1100': {code: 12345678901, tax: x}}", "code 12345678901 is not an account code of"),
        ("layout: sage50\naccounts: {'1100': {code: 123456789}}", "123456789 is not a nominal code of at most 8"),
        ("layout: sage50\naccounts: {'1100': {code: 1, department: North}}", "department North is not a number"),
        ("layout: sage50\ntax: No VAT\naccounts: {'1100': {code: 1}}", "tax rate No VAT is not a tax code from T0"),
        ("layout: quickbooks\naccounts: {'1100': {name: %s}}" % ("n" * 101), "is not text of at most 100"),
        ("layout: sage50\naccounts: {}\nmulticurrency: true", "only QuickBooks has a column"),
        ("layout: sage50\naccounts: {}\nrules: [{code: '1'}]", "names no site, campaign or fund"),
        ("layout: sage50\naccounts: {}\nrules: [{site: a, account: '1', code: '1'}]", "1 is not an account"),
        (
            "layout: xero\naccounts: {}\nrules: [{site: a, tracking: {A: b, C: d}}, {site: b, tracking: {E: f}}]",
            "at most 2 tracking categories can be used, these are A, C, E",
        ),
    ],
)
def test_a_mapping_that_cannot_be_used_is_refused_with_the_reason(document: str, words: str) -> None:
    with pytest.raises(InvalidDocumentError, match=words):
        read_mapping(document)


def test_codes_may_be_written_as_plain_numbers() -> None:
    mapping = read_mapping("layout: sage50\naccounts:\n  1100: {code: 1200}\n")

    account = mapping.account_of(LineKind("1100", "EUR"))
    assert account is not None
    assert (account.code, account.tax) == ("1200", "T9")


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
    Layout.SAGE50: ["Nominal A/C"],
}
OTHER_WORDS = {Layout.SAGE50: {"tax": "T9", "department": "3"}}


@pytest.mark.parametrize("layout", MAPPED_COLUMNS)
@pytest.mark.parametrize(
    "words", ["-Donations", "@Fees", "=Income", "+44", "|x", "\uff1dx", " -x", "0042", "a\u00a0b", '"a", b', "Ünïcode"]
)
def test_mapped_words_stay_as_they_are(finance: Finance, layout: Layout, words: str) -> None:
    pay(finance)
    if layout is Layout.SAGE50:
        words = words[:8]
    fields = ["code", "name", "party", "location", "class"]
    tracking = {words: words, f"{words} 2": words}
    account = {**dict.fromkeys(fields, words), "tracking": tracking, **OTHER_WORDS.get(layout, {"tax": words})}
    document = {"layout": layout.value, "accounts": {code.value: account for code in ACCOUNT_NAMES}}
    apply_accounts(finance, json.dumps(document))

    (row, *_) = finance.rows("journal", layout=layout)

    written = {row[column].removesuffix(" 2") for column in MAPPED_COLUMNS[layout]}
    assert written == {words.strip()}


def test_accounts_may_differ_by_currency_and_every_currency_must_be_mapped(finance: Finance) -> None:
    record_month(finance)
    accounts = "".join(
        f'  "{account.value}": {{EUR: {{name: "E{account.value}"}}, JPY: {{name: "J{account.value}"}}}}\n'
        for account in ACCOUNT_NAMES
    )
    apply_accounts(finance, f"layout: quickbooks\nmulticurrency: true\naccounts:\n{accounts}")

    rows = finance.rows("journal", layout=Layout.QUICKBOOKS)

    assert {row["AccountName"][0] + row["Currency"] for row in rows} == {"EEUR", "JJPY"}
    apply_accounts(finance, f"layout: quickbooks\nmulticurrency: true\naccounts:\n{accounts.replace('JPY', 'USD')}")
    with pytest.raises(UnmappedAccountError, match="1100 Stripe balance in JPY, 4100 Contributions one-off in JPY"):
        finance.file("journal", layout=Layout.QUICKBOOKS)


@pytest.mark.parametrize("layout", [Layout.XERO, Layout.QUICKBOOKS, Layout.SAGE50])
def test_no_file_presents_a_foreign_amount_as_home_currency(finance: Finance, layout: Layout) -> None:
    record_month(finance)
    apply_accounts(finance, {Layout.XERO: XERO, Layout.QUICKBOOKS: QUICKBOOKS, Layout.SAGE50: SAGE50}[layout])

    with pytest.raises(InvalidExportError, match="the books have EUR, JPY: set HOME_CURRENCY"):
        finance.file("journal", layout=layout, currency="EUR")

    home = in_currency(finance, "EUR")
    assert home.rows("journal", layout=layout, currency="EUR")
    with pytest.raises(InvalidExportError, match="would read JPY as EUR, your home currency"):
        home.file("journal", layout=layout, currency="JPY")


def test_rules_for_sites_and_campaigns_override_accounts_in_their_order(quarter: Quarter) -> None:
    finance = quarter(0)
    rules = """
rules:
- {site: herald, tracking: {Title: Herald}}
- {site: "*", campaign: "aut*", tracking: {Appeal: Autumn}}
- {site: herald, campaign: winter, account: 4100, code: W4100}
"""
    apply_accounts(finance, XERO.replace("tracking: {Region: North}", "tracking: {Title: All}") + rules)
    journal = finance.rows("journal", granularity=Granularity.DAY)
    rows = finance.rows("journal", layout=Layout.XERO, granularity=Granularity.DAY, part=1)

    def income(site: str, campaign: str, codes: tuple[str, ...]) -> Decimal:
        lines = [row for row in journal if (row["site"], row["campaign"]) == (site, campaign)]
        return total([row for row in lines if row["account_code"] in codes], "credit")

    tracked: defaultdict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for row in rows:
        key = (row["*AccountCode"][-4:], row["TrackingOption1"], row["TrackingOption2"])
        tracked[key] += min(Decimal(row["*Amount"]), Decimal(0))
    assert -tracked["4100", "Herald", "Autumn"] == income("herald", "autumn", ("4100",)) > 0
    assert -tracked["4110", "All", "Autumn"] == income("gazette", "autumn", ("4110",))
    moved = [row for row in rows if row["*AccountCode"] == "W4100"]
    assert -total(moved, "*Amount") == income("herald", "winter", ("4100",))
    assert {row["TrackingOption1"] for row in rows if row["*AccountCode"] == "X1100"} == {"All"}
    assert total(rows, "*Amount") == 0


def test_a_rule_for_a_fund_marks_its_lines(quarter: Quarter) -> None:
    finance = quarter(0)
    apply_accounts(finance, QUICKBOOKS + 'rules:\n- {fund: "restricted-*", class: Restricted}\n')
    journal = finance.rows("journal")
    rows = finance.rows("journal", layout=Layout.QUICKBOOKS)

    marked = [row for row in rows if row["Class"] == "Restricted" and row["Credits"]]
    funded = [row for row in journal if row["fund"] == "restricted-climate"]
    assert total(marked, "Credits") == total(funded, "credit") > 0
