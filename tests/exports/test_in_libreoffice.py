"""Files opened in LibreOffice as a finance officer opens them: amounts are numbers, and names stay what they are."""

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from service.exports.request import FileFormat, Profile
from tests.exports.world import Finance, pay
from tests.ledger import make

OFFICE = shutil.which("soffice")
pytestmark = pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed (libreoffice-calc-nogui)")

TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
VALUE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
GERMAN, ENGLISH = 1031, 1033  # Windows' numbers of languages, which LibreOffice's CSV filter takes
SEMICOLON, COMMA = 59, 44
CELL, ROW = f"{TABLE}table-cell", f"{TABLE}table-row"
SECONDS = 120
DIGITS = "00123456789012345678"

Cells = dict[str, tuple[str, str]]  # each column's type and value, as LibreOffice understood them


def opened(content: bytes, suffix: str, folder: Path, *, csv_filter: str = "") -> list[Cells]:
    """Open a file in LibreOffice and return its rows by column name."""
    (folder / f"file{suffix}").write_bytes(content)
    command = [str(OFFICE), "--headless", f"-env:UserInstallation=file://{folder}/profile"]
    command += [f"--infilter={csv_filter}"] if csv_filter else []
    command += ["--convert-to", "fods", "--outdir", str(folder), str(folder / f"file{suffix}")]
    subprocess.run(command, check=True, capture_output=True, timeout=SECONDS)
    header, *rows = [list(cells(row)) for row in ElementTree.parse(folder / "file.fods").iter(ROW)]
    names = [text for _, text in header if text]
    return [dict(zip(names, row, strict=False)) for row in rows if row[0][1]]


def cells(row: ElementTree.Element) -> list[tuple[str, str]]:
    """Return type and value of each cell; LibreOffice writes equal neighbours once."""
    found = []
    for cell in row.iter(CELL):
        kind = cell.get(f"{VALUE}value-type", "")
        given = cell.get(f"{VALUE}value") or cell.get(f"{VALUE}date-value")
        value = given or "".join(cell.itertext()).strip()
        found += [(kind, value)] * min(int(cell.get(f"{TABLE}number-columns-repeated", "1")), 100)
    return found


@pytest.fixture
def books(finance: Finance) -> Finance:
    """A payment of 5.120 KWD with a refund whose bank reference has leading zeros."""
    finance.contribution(currency="KWD")
    finance.record(
        make.transaction("txn_1", "charge", 5120, "ch_1", fee=170, currency="KWD"),
        make.charge(amount=5120, currency="KWD", bt="txn_1"),
        replace(make.refund(amount=20, currency="KWD"), destination_reference=DIGITS),
    )
    pay(finance, 2)
    return finance


def test_a_spreadsheet_has_numbers_days_and_text(books: Finance, tmp_path: Path) -> None:
    kuwait, euro = opened(books.file("contributions", file_format=FileFormat.XLSX), ".xlsx", tmp_path)

    assert (kuwait["gross"], kuwait["fee"], euro["net"]) == (("float", "5.12"), ("float", "0.17"), ("float", "24.39"))
    assert kuwait["accounting_date"] == ("date", "2026-11-02")
    assert kuwait["paid_at_utc"] == ("date", "2026-11-02T12:00:00")
    assert (kuwait["fees_covered"], kuwait["payment_id"]) == (("string", "false"), ("string", "ch_1"))


def test_digits_that_are_names_stay_text_in_a_spreadsheet(books: Finance, tmp_path: Path) -> None:
    (refund,) = opened(books.file("refunds", file_format=FileFormat.XLSX), ".xlsx", tmp_path)

    assert refund["destination_reference"] == ("string", DIGITS)


@pytest.mark.parametrize(
    ("profile", "separator", "language"),
    [(Profile.DECIMAL_COMMA, SEMICOLON, GERMAN), (Profile.PLAIN, COMMA, ENGLISH), (Profile.EXCEL, COMMA, ENGLISH)],
)
def test_amounts_of_a_csv_file_are_numbers_in_the_language_of_its_profile(
    books: Finance, tmp_path: Path, profile: Profile, separator: int, language: int
) -> None:
    csv_filter = f"CSV:{separator},34,76,1,,{language}"

    kuwait, euro = opened(books.file("contributions", profile=profile), ".csv", tmp_path, csv_filter=csv_filter)

    assert (kuwait["gross"], kuwait["fee"]) == (("float", "5.12"), ("float", "0.17"))
    assert (euro["gross"], euro["net"], euro["net_minor"]) == (("float", "25"), ("float", "24.39"), ("float", "2439"))
