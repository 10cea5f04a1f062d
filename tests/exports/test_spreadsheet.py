"""The spreadsheet has the rows of the CSV file, and every cell has the type of its column."""

import tracemalloc
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.exports.columns import CellKind, Column
from service.exports.exporting import OPERATOR, open_export
from service.exports.request import FileFormat, InvalidExportError, Layout, Profile
from service.exports.spreadsheet import MAX_ROWS, MAX_TEXT, spreadsheet_chunks
from tests.exports.world import (
    FILE_NAMES,
    XERO,
    Finance,
    apply_accounts,
    declare,
    pay,
    pay_pounds,
    record_month,
    request,
    story,
)
from tests.exports.xlsx import Cell, formats_of_columns, read_cells
from tests.ledger import make


def written(*rows: tuple[object, ...], kinds: tuple[CellKind, ...]) -> list[list[Cell]]:
    """Return the cells of a spreadsheet with these rows, without its header."""
    columns = [Column(f"column_{place}", kind, "source") for place, kind in enumerate(kinds)]
    chunks, counts = zip(*spreadsheet_chunks("journal", columns, rows), strict=True)
    assert sum(counts) == len(rows)
    return read_cells(b"".join(chunks))[1:]


def as_csv(cell: Cell, text: str) -> str:
    """Return what the CSV file has for a cell. `text` is the CSV's own text, whose digits a number takes over."""
    match cell:
        case None:
            return ""
        case Decimal():
            assert cell == Decimal(text)
            return text
        case datetime():
            return cell.strftime("%Y-%m-%dT%H:%M:%SZ")
        case date():
            return cell.isoformat() if "-" in text else cell.strftime("%d/%m/%y")
        case _:
            return cell


@pytest.mark.parametrize("name", FILE_NAMES)
def test_a_spreadsheet_has_the_rows_of_the_csv_file(finance: Finance, name: str) -> None:
    record_month(finance)
    finance.record(*story())
    pay_pounds(finance, 30)
    declare(finance, donor_ref="ctb_30")

    rows = finance.rows(name, has_personal_data=True)
    sheet = finance.sheet(name, has_personal_data=True)

    assert [
        {column: as_csv(cell, row[column]) for column, cell in cells.items()}
        for cells, row in zip(sheet, rows, strict=True)
    ] == rows


@pytest.mark.parametrize("name", ["contributions", "journal", "payout_lines"])
def test_both_formats_have_the_same_rows_and_sums_in_their_manifest(finance: Finance, name: str) -> None:
    record_month(finance)

    csv_manifest = finance.manifest(name)
    manifest = finance.manifest(name, file_format=FileFormat.XLSX)

    own = {"bytes", "sha256", "file_name", "filter"}
    assert {key: value for key, value in manifest.items() if key not in own} == {
        key: value for key, value in csv_manifest.items() if key not in own
    }
    assert manifest["file_name"].endswith(".xlsx")
    assert manifest["bytes"] == len(finance.file(name, file_format=FileFormat.XLSX))


def test_a_spreadsheet_can_be_made_again_byte_for_byte(finance: Finance) -> None:
    pay(finance)
    as_of = finance.manifest("contributions")["as_of"]
    first = finance.file("contributions", file_format=FileFormat.XLSX)
    pay(finance, 2)

    assert finance.file("contributions", file_format=FileFormat.XLSX, as_of=as_of) == first


def test_names_and_digits_stay_text(finance: Finance) -> None:
    pay(finance)
    references = ["24011345678901234567890", "00123456789012345678", "2/1", "1E5", "007", "=1+1", "-5", "TRUE"]
    for number, reference in enumerate(references):
        finance.record(replace(make.refund(f"re_{number}", 1), destination_reference=reference))

    assert [row["destination_reference"] for row in finance.sheet("refunds")] == references


def test_amounts_are_numbers_with_the_digits_of_their_currency(finance: Finance) -> None:
    for number, currency in enumerate(["EUR", "JPY", "KWD"]):
        finance.record(
            make.transaction(f"txn_{number}", "charge", 5120, f"ch_{number}", currency=currency, hours=number),
            make.charge(f"ch_{number}", 5120, currency=currency, bt=f"txn_{number}"),
        )

    content = finance.file("journal", file_format=FileFormat.XLSX)

    debits = [row["debit"] for row in finance.sheet("journal") if row["debit"]]
    assert debits == [Decimal("51.20"), Decimal(5120), Decimal("5.120")]
    assert [formats_of_columns(content, row)["H"] for row in (2, 4, 6)] == ["#,##0.00", "#,##0", "#,##0.000"]


@pytest.mark.parametrize(
    ("kind", "value", "cell"),
    [
        (CellKind.MONEY, Decimal("25.00"), Decimal(25)),
        (CellKind.MONEY, Decimal("-0.01"), Decimal("-0.01")),
        (CellKind.MONEY, Decimal("9999999999999.99"), Decimal("9999999999999.99")),
        (CellKind.MONEY, Decimal("99999999999999.99"), "99999999999999.99"),
        (CellKind.INTEGER, 999_999_999_999_999, Decimal(999_999_999_999_999)),
        (CellKind.INTEGER, 2**63 - 1, str(2**63 - 1)),
        (CellKind.FLAG, "true", "true"),
        (CellKind.DAY, date(2026, 11, 22), date(2026, 11, 22)),
        (CellKind.SHORT_DAY, date(2026, 2, 1), date(2026, 2, 1)),
        (CellKind.INSTANT, datetime(2026, 11, 22, 23, 59, 59), datetime(2026, 11, 22, 23, 59, 59)),  # noqa: DTZ001
        (CellKind.TEXT, " leading", " leading"),
        (CellKind.TEXT, "_x0041_", "_x0041_"),
        (CellKind.TEXT, "<&>\"'", "<&>\"'"),
        (CellKind.TEXT, "ünï😀", "ünï😀"),
        (CellKind.TEXT, None, None),
    ],
)
def test_a_cell_has_the_type_of_its_value(kind: CellKind, value: object, cell: Cell) -> None:
    assert written((value, "end"), kinds=(kind, CellKind.TEXT)) == [[cell, "end"]]


@given(st.integers(-(10**15) + 1, 10**15 - 1), st.sampled_from([0, 2, 3]))
def test_an_amount_that_is_written_as_a_number_is_exact(minor: int, digits: int) -> None:
    amount = Decimal(minor).scaleb(-digits)

    assert written((amount,), kinds=(CellKind.MONEY,)) == [[amount]]


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), min_size=1))
def test_a_text_is_written_as_it_is(text: str) -> None:
    assert written((text,), kinds=(CellKind.TEXT,)) == [[text]]


def test_characters_that_a_spreadsheet_cannot_hold_become_spaces(finance: Finance) -> None:
    pay(finance)
    finance.record(replace(make.refund(), destination_reference="a\tb\ufffec\uffffd\u2028e\r\nf"))

    assert [row["destination_reference"] for row in finance.sheet("refunds")] == ["a b c d e f"]


def test_a_text_that_is_too_long_is_refused_and_not_cut() -> None:
    with pytest.raises(InvalidExportError, match="row 2 has a text that is too long"):
        written(("x" * MAX_TEXT,), ("x" * (MAX_TEXT + 1),), kinds=(CellKind.TEXT,))


def test_more_rows_than_a_sheet_has_are_refused(finance: Finance, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MAX_ROWS == 2**20 - 1
    monkeypatch.setattr("service.exports.exporting.MAX_ROWS", 2)
    pay(finance)

    with pytest.raises(InvalidExportError, match="at most 2 rows: ask for fewer days"):
        finance.file("journal", file_format=FileFormat.XLSX)

    assert len(finance.sheet("contributions")) == 1


def test_memory_does_not_grow_with_the_rows() -> None:
    peaks = [peak_of(count) for count in (500, 3_000)]

    assert peaks[1] < peaks[0] * 1.5


def peak_of(count: int) -> int:
    """Return the bytes of Python memory that writing so many rows takes at most."""
    columns = [Column(f"column_{place}", CellKind.TEXT, "source") for place in range(5)]
    tracemalloc.start()
    rows = ([f"{number} {place}" for place in range(5)] for number in range(count))
    for _ in spreadsheet_chunks("journal", columns, rows):
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


@pytest.mark.parametrize(
    ("name", "wanted", "words"),
    [
        ("contributions", {"profile": Profile.EXCEL}, "a profile belongs to the CSV format"),
        ("contributions", {"profile": Profile.DECIMAL_COMMA}, "a profile belongs to the CSV format"),
    ],
)
def test_a_profile_is_refused(finance: Finance, name: str, wanted: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidExportError, match=words):
        finance.file(name, file_format=FileFormat.XLSX, **wanted)


def test_a_journal_for_an_accounting_system_has_typed_days(finance: Finance) -> None:
    pay(finance)
    apply_accounts(finance, XERO)

    (row, *_) = finance.sheet("journal", layout=Layout.XERO)

    assert (row["*Date"], row["*Amount"], row["*AccountCode"]) == (date(2026, 11, 2), Decimal("24.39"), "X1100")


def test_a_stream_that_is_not_read_leaves_nothing_open(finance: Finance) -> None:
    pay(finance)
    for _ in range(9):  # more than may run at once
        open_export(finance.exports, OPERATOR, request("journal", file_format=FileFormat.XLSX), "xlsx").close()

    assert finance.sheet("journal")


def test_the_first_rows_leave_before_the_last_is_read() -> None:
    numbers = iter(range(20_000))
    rows = ((f"{number:x}" * 9,) for number in numbers)

    first, row_count = next(spreadsheet_chunks("journal", [Column("a", CellKind.TEXT, "a")], rows))

    assert first.startswith(b"PK")
    assert 0 < row_count <= next(numbers) < 10_000


def test_a_sheet_that_would_get_too_many_rows_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.exports.spreadsheet.MAX_ROWS", 2)

    assert written(("a",), ("b",), kinds=(CellKind.TEXT,)) == [["a"], ["b"]]
    with pytest.raises(InvalidExportError, match="at most 2 rows"):
        written(("a",), ("b",), ("c",), kinds=(CellKind.TEXT,))


@pytest.mark.parametrize("name", ["contributions", "journal"])
def test_the_rows_of_a_spreadsheet_with_few_keys_are_not_counted(
    finance: Finance, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pay(finance)
    monkeypatch.setattr("service.exports.exporting.count_rows", lambda *_: pytest.fail("counted"))

    assert finance.sheet(name)


def test_an_emoji_counts_as_two_characters_of_a_cell() -> None:
    assert written(("😀" * (MAX_TEXT // 2),), kinds=(CellKind.TEXT,)) == [["😀" * (MAX_TEXT // 2)]]
    with pytest.raises(InvalidExportError, match="too long"):
        written(("😀" * (MAX_TEXT // 2 + 1),), kinds=(CellKind.TEXT,))
