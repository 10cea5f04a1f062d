"""Write the rows of a file as a spreadsheet (XLSX): amounts are numbers, days are days, and text stays text.

XlsxWriter keeps one row in memory and the rest in a temporary folder. The bytes depend on the rows only.
"""

import tempfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any, Final

import xlsxwriter

from service.exports.columns import CellKind, Column
from service.exports.request import InvalidExportError

MAX_ROWS = 1_048_575  # https://support.microsoft.com/office/1672b34d-7043-467e-8e27-269d656771c3, less the header
MAX_TEXT = 32_767  # characters in a cell, from that page
LIMIT = 10**15  # in minor units: a spreadsheet rounds longer numbers, so that they are written as text
# A fixed time of creation, so that a file can be made again byte for byte.
CREATED: Final = datetime(2000, 1, 1)  # noqa: DTZ001 a spreadsheet has no timezones

_WIDTHS = {CellKind.TEXT: 24, CellKind.CODE: 18, CellKind.MAPPED: 18, CellKind.INSTANT: 20}
_NUMBER_FORMATS = {
    CellKind.INTEGER: "0",
    CellKind.INSTANT: "yyyy-mm-dd hh:mm:ss",
    CellKind.DAY: "yyyy-mm-dd",
    CellKind.SHORT_DAY: "dd/mm/yy",
    CellKind.LONG_DAY: "dd/mm/yyyy",
    CellKind.US_DAY: "mm/dd/yyyy",
}
_AMOUNT_FORMATS = {0: "#,##0", 2: "#,##0.00", 3: "#,##0.000"}  # by the digits of the currency
_TEXT_FORMAT = "@"


def write_spreadsheet(file: IO[bytes], name: str, columns: Sequence[Column], rows: Iterable[Sequence[object]]) -> int:
    """Write a spreadsheet with one sheet and a header row to `file`, and return the number of rows.

    Raise InvalidExportError if a text is longer than a cell can hold.
    """
    count = 0
    with (
        tempfile.TemporaryDirectory() as folder,
        xlsxwriter.Workbook(file, {"constant_memory": True, "tmpdir": folder}) as workbook,
    ):
        workbook.use_zip64()
        workbook.set_properties({"created": CREATED})
        sheet = workbook.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        cells = _Cells(workbook, sheet)
        cells.write_header(columns)
        for count, row in enumerate(rows, start=1):
            for place, (column, value) in enumerate(zip(columns, row, strict=True)):
                cells.write(count, place, column.kind, value)
    return count


class _Cells:
    """Writes cells with the format of their kind. XlsxWriter has no type hints."""

    def __init__(self, workbook: Any, sheet: Any) -> None:
        self._sheet = sheet
        self._header = workbook.add_format({"bold": True, "num_format": _TEXT_FORMAT})
        self._text = workbook.add_format({"num_format": _TEXT_FORMAT})
        self._by_kind = {kind: workbook.add_format({"num_format": text}) for kind, text in _NUMBER_FORMATS.items()}
        self._by_digits = {
            digits: workbook.add_format({"num_format": text}) for digits, text in _AMOUNT_FORMATS.items()
        }

    def write_header(self, columns: Sequence[Column]) -> None:
        for place, column in enumerate(columns):
            self._sheet.set_column(place, place, _WIDTHS.get(column.kind, 14))
            self._sheet.write_string(0, place, column.name, self._header)

    def write(self, row: int, place: int, kind: CellKind, value: object) -> None:
        """Write a value; leave the cell empty for None."""
        match value:
            case None:
                pass
            case Decimal():
                digits = _digits(value)
                self._write_number(row, place, value, LIMIT / 10**digits, self._by_digits[digits])
            case int():
                self._write_number(row, place, value, LIMIT, self._by_kind[CellKind.INTEGER])
            case date():  # and datetime, which is a kind of date
                self._sheet.write_datetime(row, place, value, self._by_kind[kind])
            case _:
                self._write_text(row, place, str(value))

    def _write_number(self, row: int, place: int, number: Decimal | int, limit: float, number_format: Any) -> None:
        if -limit < number < limit:
            self._sheet.write_number(row, place, number, number_format)
        else:
            self._sheet.write_string(row, place, str(number), self._text)

    def _write_text(self, row: int, place: int, text: str) -> None:
        if len(text) > MAX_TEXT:
            raise InvalidExportError(f"row {row} has a text that is too long for a spreadsheet: ask for CSV")
        self._sheet.write_string(row, place, text, self._text)


def _digits(amount: Decimal) -> int:
    """Return the decimal digits of an amount, which are those of its currency."""
    exponent = amount.as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0
