"""The table of the record: a short one for the page, and a complete one for the files."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from service.console.screens.record.details import act_in_words, details_in_words
from service.console.tables import ROWS_PER_PAGE, Row, Table, TableColumn
from service.staff.record import RecordRow

ON_PAGE = (
    TableColumn("done_at", "When"),
    TableColumn("person_name", "Who"),
    TableColumn("act", "Did what"),
    TableColumn("subject", "To what"),
    TableColumn("details", "Details"),
)
IN_FILES = (
    TableColumn("number", "Number", is_number=True),
    TableColumn("done_at", "When"),
    TableColumn("person_id", "Id of the person"),
    TableColumn("person_name", "Who"),
    TableColumn("act", "Did what"),
    TableColumn("subject", "To what"),
    TableColumn("details", "Details"),
    TableColumn("previous_hash", "Hash of the row before"),
    TableColumn("hash", "Hash of this row"),
)
EMPTY = "No such act is recorded in these days."


def record_table(rows: Sequence[RecordRow], found: int, now: datetime, zone: ZoneInfo, *, has_links: bool) -> Table:
    """Return the table of a page, newest row first. `rows`: one more than a page shows, if there is another page.

    `found`: how many rows match on all pages. `has_links`: subjects lead to contributions.
    """
    shown = tuple(_row(row, has_links=has_links) for row in rows[:ROWS_PER_PAGE])
    after = str(shown[-1].cells["number"]) if len(rows) > ROWS_PER_PAGE else None
    return Table("record", ON_PAGE, shown, now, zone, EMPTY, found=found, after=after)


def record_file(rows: Iterable[RecordRow], now: datetime, zone: ZoneInfo) -> Table:
    """Return the table of a file, newest row first, with the hashes that prove the chain."""
    return Table("record", IN_FILES, tuple(map(_row, rows)), now, zone, EMPTY)


def _row(row: RecordRow, *, has_links: bool = False) -> Row:
    deed = row.deed
    cells = {
        "number": row.number,
        "done_at": deed.done_at,
        "person_id": deed.person_id,
        "person_name": deed.person_name,
        "act": deed.act,
        "subject": deed.subject,
        "details": json.dumps(deed.details, ensure_ascii=False, sort_keys=True),
        "previous_hash": row.previous_hash.hex(),
        "hash": row.hash.hex(),
    }
    words = {"act": act_in_words(deed.act), "details": details_in_words(deed.details)}
    links = {"person_name": f"/console/record?{urlencode({'person': deed.person_id})}"}
    if has_links and deed.subject.startswith("ctb_"):
        links["subject"] = f"/console/money/contributions/{quote(deed.subject, safe='')}"
        words["subject"] = f"{deed.subject[:11]}…"
    return Row(cells, words, links)
