"""A table of the console as a value: a page, a CSV file and a JSON document show the same rows."""

import csv
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from service.exports.text_cells import safe_text

ROWS_PER_PAGE = 50
MOST_COUNTED = 10_000  # a page that finds more rows says so, because counting all of them would take too long


class TableShape(StrEnum):
    """The form of an answer that shows a table."""

    PAGE = "page"
    CSV = "csv"
    JSON = "json"


class Badge(StrEnum):
    """The look of a cell that says a state in a word. Only `NEEDS` draws the eye: a person should look at it."""

    DONE = "done"
    WAITS = "waits"
    NEEDS = "needs"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class TableColumn:
    """`key` names the cells in the rows, in CSV and in JSON. `title` is the heading on the page.

    A column that is only in files keeps the page narrow, and the files complete.
    """

    key: str
    title: str
    is_number: bool = False
    is_only_in_files: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of a row by the key of their column.

    `cells` are exact values, for files. On the page, `words` replace some of them, `links` are addresses behind them,
    `notes` stand below them in smaller letters, and `badges` say how a state looks. A sum is set off from other rows.
    """

    cells: Mapping[str, Any]
    words: Mapping[str, str] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    badges: Mapping[str, Badge] = field(default_factory=dict)
    is_sum: bool = False

    def is_time(self, key: str) -> bool:
        """Return whether the page shows a cell as a day or a time, which must not be broken into lines."""
        return key not in self.words and isinstance(self.cells.get(key), date)

    def shown(self, key: str, zone: ZoneInfo) -> str:
        """Return a cell as the page shows it."""
        value = self.words.get(key, self.cells.get(key))
        if isinstance(value, datetime):
            return value.astimezone(zone).strftime("%d %b %Y %H:%M")
        if isinstance(value, date):
            return value.strftime("%d %b %Y")
        return "–" if value is None or value == "" else str(value)


@dataclass(frozen=True, slots=True)
class Table:
    """Some rows of those that were found.

    - `name`: of the file when it is downloaded
    - `found`: the number of rows that match the filters, or None if it was not counted. A number over MOST_COUNTED
      means that there are more than MOST_COUNTED
    - `after`: the key of the last row shown, if there are more; the next page begins behind it
    - `empty`: the sentence that stands in the place of no rows
    """

    name: str
    columns: tuple[TableColumn, ...]
    rows: tuple[Row, ...]
    as_of: datetime
    zone: ZoneInfo
    empty: str
    found: int | None = None
    after: str | None = None

    @property
    def columns_on_page(self) -> tuple[TableColumn, ...]:
        """The columns that the page shows; files have all."""
        return tuple(column for column in self.columns if not column.is_only_in_files)

    @property
    def found_in_words(self) -> str:
        """How many rows match the filters, such as `60` or `more than 10,000`; empty if they were not counted."""
        if self.found is None:
            return ""
        return str(self.found) if self.found <= MOST_COUNTED else f"more than {MOST_COUNTED:,}"

    def csv(self) -> str:
        """Return the table as CSV, with a line of column keys. Text that a spreadsheet would calculate is made safe."""
        file = io.StringIO()
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow([column.key for column in self.columns])
        for row in self.rows:
            writer.writerow([_csv_cell(row.cells.get(column.key)) for column in self.columns])
        return file.getvalue()

    def json(self) -> str:
        """Return the table as a JSON document."""
        rows = [{column.key: _json_cell(row.cells.get(column.key)) for column in self.columns} for row in self.rows]
        return json.dumps({"as_of": self.as_of.isoformat(), "rows": rows}, ensure_ascii=False)


def table_of_cells(
    name: str, keys: tuple[str, ...], rows: Iterable[Mapping[str, Any]], as_of: datetime, zone: ZoneInfo
) -> Table:
    """Return a table for files alone. The page shows its rows with more than a table can hold, such as forms."""
    columns = tuple(TableColumn(key, key.replace("_", " ").capitalize()) for key in keys)
    return Table(name, columns, tuple(map(Row, rows)), as_of, zone, empty="There are no rows.")


def _json_cell(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)


def _csv_cell(value: Any) -> str:
    plain = _json_cell(value)
    if plain is None:
        return ""
    if isinstance(plain, bool):
        return str(plain).lower()
    return safe_text(plain) if isinstance(plain, str) else str(plain)
