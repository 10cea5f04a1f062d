"""The DATEV layout, read back by the rules that DATEV publishes for its format."""

import csv
import io
import re
from decimal import Decimal

import pytest

from service.errors import InvalidDocumentError
from service.exports.layouts.mappings import read_mapping
from service.exports.request import FileFormat, Granularity, InvalidExportError, Layout, Profile
from service.ledger.accounts import ACCOUNT_NAMES
from tests.exports.quarter_databases import Quarter
from tests.exports.world import Finance, apply_accounts, pay, pay_at
from tests.ledger import make

DATEV = "layout: datev\ndatev: {consultant: 29098, client: 55003, clearing: 1360}\naccounts:\n" + "".join(
    f'  "{account.value}": {{code: "{account.value}", department: K1}}\n' for account in ACCOUNT_NAMES
)
HEADER = re.compile(
    r'"EXTF";700;21;"Buchungsstapel";13;\d{17};;"[A-Z]{0,2}";"";"";\d{4,7};\d{1,5};\d{8};[4-8];\d{8};\d{8};"[^"]{0,30}";'
    r'"[A-Z]{0,2}";1;0;[01];"[A-Z]{3}";;"";;;"";;;"";""'
)
FORMS = {
    "Umsatz (ohne Soll/Haben-Kz)": r"\d{1,10},\d{2}",
    "Soll/Haben-Kennzeichen": '"(S|H)"',
    "WKZ Umsatz": '"[A-Z]{3}"',
    "Konto": r"\d{1,9}",
    "Gegenkonto (ohne BU-Schlüssel)": r"\d{1,9}",
    "Belegdatum": r"\d{4}",
    "Belegfeld 1": r'"[\w$%&*+\-/]{0,36}"',
    "Buchungstext": '".{0,60}"',
    "KOST1 - Kostenstelle": r'"[\w ]{0,36}"',
}


def lines(content: bytes) -> list[str]:
    """Return the lines of a file, which begins with a byte order mark and ends each line with CRLF."""
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.count(b"\r\n") == content.count(b"\n")
    return content.decode("utf-8-sig").removesuffix("\r\n").split("\r\n")


def test_every_cell_has_the_form_that_datev_publishes(finance: Finance) -> None:
    pay(finance)
    apply_accounts(finance, DATEV)

    header, names, *rows = lines(finance.file("journal", layout=Layout.DATEV))

    assert HEADER.fullmatch(header), header
    assert "29098;55003;20260101;4;20261102;20261102" in header
    assert len(names.split(";")) == 125
    assert len(rows) == 3
    for row in rows:
        cells = dict(zip(names.split(";"), row.split(";"), strict=True))
        filled = {name: text for name, text in cells.items() if text}
        assert filled.keys() == FORMS.keys()
        assert all(re.fullmatch(FORMS[name], text) for name, text in filled.items()), filled
    assert rows[0].startswith('24,39;"S";"EUR";;;;1100;1360;;0211;"KO-1";;;"charge ch_1";')


def test_the_clearing_account_returns_to_zero_with_every_journal(quarter: Quarter) -> None:
    finance = quarter(0)
    apply_accounts(finance, DATEV)

    _, names, *rows = lines(finance.file("journal", layout=Layout.DATEV, granularity=Granularity.PAYOUT))

    journals: dict[str, Decimal] = {}
    accounts: dict[str, Decimal] = {}
    for row in csv.DictReader(io.StringIO("\n".join([names, *rows])), delimiter=";"):
        amount = Decimal(row["Umsatz (ohne Soll/Haben-Kz)"].replace(",", "."))
        signed = amount if row["Soll/Haben-Kennzeichen"] == "S" else -amount
        journals[row["Belegfeld 1"]] = journals.get(row["Belegfeld 1"], Decimal(0)) + signed
        accounts[row["Konto"]] = accounts.get(row["Konto"], Decimal(0)) + signed
    assert set(journals.values()) == {Decimal(0)}
    balance = {row["account_code"]: Decimal(row["closing"]) for row in finance.rows("trial_balance")}
    assert accounts == balance


def test_a_file_lies_in_one_fiscal_year(finance: Finance) -> None:
    pay_at(finance, 1, make.at(0))
    pay_at(finance, 2, make.at(24 * 70))
    apply_accounts(finance, DATEV)

    with pytest.raises(InvalidExportError, match="from 2026-11-02 to 2027-01-11: ask for fewer days"):
        finance.file("journal", layout=Layout.DATEV)
    header, *_ = lines(finance.file("journal", layout=Layout.DATEV, from_on="2027-01-01"))
    assert ";20270101;4;20270111;20270111;" in header
    apply_accounts(finance, DATEV.replace("clearing: 1360", "clearing: 1360, fiscal_year_starts: 07-01"))
    header, *_ = lines(finance.file("journal", layout=Layout.DATEV))
    assert ";20260701;4;20261102;20270111;" in header


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ("layout: datev\naccounts: {}", "datev: is missing"),
        ("layout: xero\ndatev: {consultant: 1001, client: 1, clearing: 1360}\naccounts: {}", "means nothing here"),
        (DATEV.replace("consultant: 29098", "consultant: 12"), "consultant"),
        (DATEV.replace('code: "1100"', "code: K1100"), "code K1100 is not an account of 4 to 9 digits"),
        (DATEV.replace("clearing: 1360", "clearing: x"), "x is not an account"),
        (DATEV.replace("clearing: 1360", "clearing: 1360, fiscal_year_starts: 31-12"), "fiscal_year_starts"),
    ],
)
def test_a_mapping_that_datev_could_not_take_is_refused(document: str, words: str) -> None:
    with pytest.raises(InvalidDocumentError, match=words):
        read_mapping(document)


@pytest.mark.parametrize("wanted", [{"file_format": FileFormat.XLSX}, {"profile": Profile.EXCEL}])
def test_a_text_file_with_a_form_of_its_own_has_no_other(finance: Finance, wanted: dict[str, object]) -> None:
    with pytest.raises(InvalidExportError, match="a form of its own"):
        finance.file("journal", layout=Layout.DATEV, **wanted)
