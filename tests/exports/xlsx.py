"""Read a spreadsheet (XLSX) with Python alone: the cells of its sheet, with the types that the file gives them."""

import io
import re
import zipfile
from datetime import date, datetime, timedelta
from decimal import Decimal
from xml.etree import ElementTree

Cell = str | Decimal | date | datetime | None

_NAMES = {"x": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 a spreadsheet has no timezones


def read_cells(content: bytes) -> list[list[Cell]]:
    """Return the cells of the only sheet, row by row; every row is as long as the header."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheet = ElementTree.fromstring(archive.read("xl/worksheets/sheet1.xml"))
        formats = _formats(ElementTree.fromstring(archive.read("xl/styles.xml")))
    rows = [
        {_place(cell.attrib["r"]): _value(cell, formats) for cell in row.iterfind("x:c", _NAMES)}
        for row in sheet.iterfind("x:sheetData/x:row", _NAMES)
    ]
    width = len(rows[0])
    return [[row.get(place) for place in range(width)] for row in rows]


def formats_of_columns(content: bytes, row: int) -> dict[str, str]:
    """Return the number format of every cell in a row, by its column letters; rows count from 1."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheet = ElementTree.fromstring(archive.read("xl/worksheets/sheet1.xml"))
        formats = _formats(ElementTree.fromstring(archive.read("xl/styles.xml")))
    cells = sheet.iterfind(f"x:sheetData/x:row[@r='{row}']/x:c", _NAMES)
    return {cell.attrib["r"].rstrip("0123456789"): formats[int(cell.attrib.get("s", "0"))] for cell in cells}


def _formats(styles: ElementTree.Element) -> list[str]:
    """Return the number format of each cell style."""
    own = {item.attrib["numFmtId"]: item.attrib["formatCode"] for item in styles.iterfind("x:numFmts/x:numFmt", _NAMES)}
    built_in = {"0": "", "1": "0", "3": "#,##0", "4": "#,##0.00", "49": "@"}
    return [
        own.get(style.attrib["numFmtId"]) or built_in[style.attrib["numFmtId"]]
        for style in styles.iterfind("x:cellXfs/x:xf", _NAMES)
    ]


def _place(reference: str) -> int:
    """Return the place of a column, counted from 0: A is 0, AA is 26."""
    place = 0
    for letter in reference.rstrip("0123456789"):
        place = place * 26 + ord(letter) - ord("A") + 1
    return place - 1


def _value(cell: ElementTree.Element, formats: list[str]) -> Cell:
    match cell.attrib.get("t", "n"):
        case "inlineStr":
            text = "".join(part.text or "" for part in cell.iterfind("x:is/x:t", _NAMES))
            return re.sub("_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), text)
        case "n":
            number = Decimal(cell.findtext("x:v", "", _NAMES))
            return _typed(number, formats[int(cell.attrib.get("s", "0"))])
        case other:
            raise AssertionError(f"a cell has the type {other}")


def _typed(number: Decimal, number_format: str) -> Cell:
    if "hh" in number_format:
        return _EPOCH + timedelta(seconds=round(number * 86_400))
    return (_EPOCH + timedelta(days=int(number))).date() if "dd" in number_format else number
