"""Write the rows of a file as a spreadsheet (XLSX): amounts are numbers, days are days, and text stays text.

XlsxWriter makes a spreadsheet without rows, and the rows are put into it while it is sent, so the first ones leave
before the last one is read. The bytes depend on the rows only.
"""

import io
import re
import zipfile
from collections.abc import Generator, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final
from xml.sax.saxutils import escape

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from service.exports.columns import CellKind, Column
from service.exports.request import InvalidExportError

MAX_ROWS = 1_048_575  # https://support.microsoft.com/office/1672b34d-7043-467e-8e27-269d656771c3, less the header
MAX_TEXT = 32_767  # UTF-16 units in a cell, from that page
LIMIT = 10**15  # in minor units: a spreadsheet rounds longer numbers, so that they are written as text
CHUNK_BYTES = 64 * 1024
# Fixed times of creation, so that a file can be made again byte for byte.
CREATED: Final = datetime(2000, 1, 1)  # noqa: DTZ001 a spreadsheet has no timezones
PACKED: Final = (1980, 1, 1, 0, 0, 0)
DAY_ZERO: Final = datetime(1899, 12, 30)  # noqa: DTZ001 a spreadsheet counts days from here
DAY: Final = timedelta(days=1)

_SHEET: Final = "xl/worksheets/sheet1.xml"
_WIDTHS = {CellKind.TEXT: 24, CellKind.CODE: 18, CellKind.MAPPED: 18, CellKind.INSTANT: 20}
_HEADER: Final = "header"
# The formats of cells, by what a cell holds; an amount's is that of its currency's digits.
_FORMATS: Final[Mapping[CellKind | int | str, str]] = {
    _HEADER: "@",
    CellKind.TEXT: "@",
    CellKind.INTEGER: "0",
    CellKind.INSTANT: "yyyy-mm-dd hh:mm:ss",
    CellKind.DAY: "yyyy-mm-dd",
    CellKind.SHORT_DAY: "dd/mm/yy",
    CellKind.LONG_DAY: "dd/mm/yyyy",
    CellKind.US_DAY: "mm/dd/yyyy",
    0: "#,##0",
    2: "#,##0.00",
    3: "#,##0.000",
}
_FORMATTED_ROW = re.compile(r'<row r="1".*?</row>')
_STYLE = re.compile(r' s="(\d+)"')
_SIZE = re.compile(r"<dimension [^>]*>")  # of a sheet; it may be left out, and is not known when a file begins
_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")  # a spreadsheet reads _x0041_ as the character with this number


class LongTextError(Exception):
    """A text is longer than a cell can hold."""


def spreadsheet_chunks(
    name: str, columns: Sequence[Column], rows: Iterable[Sequence[object]]
) -> Generator[tuple[bytes, int]]:
    """Yield a spreadsheet with one sheet and a header row in chunks, each with its number of rows.

    Raise InvalidExportError at a text that is longer than a cell can hold.
    """
    written = _Written()
    with zipfile.ZipFile(written, "w") as archive:
        for path, part in _without_rows(name, columns).items():
            is_sheet = path == _SHEET
            with archive.open(_entry(path), "w", force_zip64=is_sheet) as file:
                for text, row_count in _sheet(part, columns, rows) if is_sheet else ((part, 0),):
                    file.write(text)
                    written.row_count += row_count
                    if written.is_full():
                        yield written.taken()
    yield written.taken()


class _Written(io.BytesIO):
    """What was written since the last chunk, and its number of rows. ZipFile cannot go back in it."""

    row_count = 0

    def tell(self) -> int:
        """Refuse, so that ZipFile writes the size of a part after it."""
        raise OSError

    def is_full(self) -> bool:
        return self.getbuffer().nbytes >= CHUNK_BYTES

    def taken(self) -> tuple[bytes, int]:
        chunk = self.getvalue(), self.row_count
        self.seek(0)
        self.truncate()
        self.row_count = 0
        return chunk


def _entry(path: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(path, PACKED)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _without_rows(name: str, columns: Sequence[Column]) -> dict[str, bytes]:
    """Return the members of a spreadsheet whose only row has an empty cell for each of the formats."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as workbook:
        workbook.set_properties({"created": CREATED})
        sheet = workbook.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        for place, column in enumerate(columns):
            sheet.set_column(place, place, _WIDTHS.get(column.kind, 14))
        for place, (holds, number_format) in enumerate(_FORMATS.items()):
            form = {"num_format": number_format} | ({"bold": True} if holds == _HEADER else {})
            sheet.write_blank(0, place, None, workbook.add_format(form))
    with zipfile.ZipFile(file) as archive:
        return {member: archive.read(member) for member in archive.namelist()}


def _sheet(
    without_rows: bytes, columns: Sequence[Column], rows: Iterable[Sequence[object]]
) -> Generator[tuple[bytes, int]]:
    """Yield the sheet in pieces, each with its number of rows."""
    text = _SIZE.sub("", without_rows.decode())
    (formatted,) = _FORMATTED_ROW.findall(text)
    before, after = text.split(formatted)
    cells = _Cells(columns, dict(zip(_FORMATS, _STYLE.findall(formatted), strict=True)))
    yield f"{before}{cells.header()}".encode(), 0
    for number, row in enumerate(rows, start=1):
        if number > MAX_ROWS:
            raise InvalidExportError(f"a spreadsheet has at most {MAX_ROWS} rows: ask for fewer days, or for CSV")
        yield cells.row(number, row).encode(), 1
    yield after.encode(), 0


class _Cells:
    """Writes rows of cells. `styles` says which style has the format of each of _FORMATS."""

    def __init__(self, columns: Sequence[Column], styles: Mapping[CellKind | int | str, str]) -> None:
        self._letters = [xl_col_to_name(place) for place in range(len(columns))]
        self._names = [column.name for column in columns]
        self._kinds = [column.kind for column in columns]
        self._styles = styles

    def header(self) -> str:
        """Return the row with the names of the columns."""
        return self._line(1, (_text(name, self._styles[_HEADER]) for name in self._names))

    def row(self, number: int, values: Sequence[object]) -> str:
        """Return a row below the header; rows count from 1. Raise InvalidExportError if a text is too long."""
        try:
            return self._line(number + 1, map(self._cell, self._kinds, values))
        except LongTextError:
            reason = f"row {number} has a text that is too long for a spreadsheet: ask for CSV"
            raise InvalidExportError(reason) from None

    def _line(self, number: int, cells: Iterable[str]) -> str:
        placed = zip(self._letters, cells, strict=True)
        text = "".join(f'<c r="{letters}{number}" {cell}</c>' for letters, cell in placed if cell)
        return f'<row r="{number}">{text}</row>'

    def _cell(self, kind: CellKind, value: object) -> str:
        """Return the style, type and content of a cell, or nothing for None."""
        match value:
            case None:
                return ""
            case str():
                return _text(value, self._styles[CellKind.TEXT])
            case Decimal():
                digits = _digits(value)
                return self._number(value, LIMIT / 10**digits, self._styles[digits])
            case int():
                return self._number(value, LIMIT, self._styles[CellKind.INTEGER])
            case datetime():
                return f's="{self._styles[kind]}"><v>{(value - DAY_ZERO) / DAY:.16G}</v>'
            case date():
                return f's="{self._styles[kind]}"><v>{value.toordinal() - DAY_ZERO.toordinal()}</v>'
            case _:
                raise TypeError(f"no cell holds a {type(value).__name__}")

    def _number(self, number: Decimal | int, limit: float, style: str) -> str:
        if -limit < number < limit:
            return f's="{style}"><v>{number}</v>'
        return _text(str(number), self._styles[CellKind.TEXT])


def _text(text: str, style: str) -> str:
    """Return the style, type and content of a cell with a text. Raise LongTextError if it is too long."""
    if len(text) > MAX_TEXT // 2 and len(text.encode("utf-16-le")) > 2 * MAX_TEXT:
        raise LongTextError
    space = "" if text == text.strip() else ' xml:space="preserve"'
    return f's="{style}" t="inlineStr"><is><t{space}>{escape(_ESCAPE.sub("_x005F_", text))}</t></is>'


def _digits(amount: Decimal) -> int:
    """Return the decimal digits of an amount, which are those of its currency."""
    exponent = amount.as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0
