"""The table of the record: a short one for the page, and a complete one for the files."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from service.console.screens.record.details import act_in_words, details_in_words
from service.console.tables import Row, Table, TableColumn
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


@dataclass(frozen=True, slots=True)
class RecordView:
    """How the record is shown: as a file or a page, and whether subjects lead to contributions."""

    is_file: bool
    has_links: bool


def record_table(rows: Iterable[RecordRow], found: int, now: datetime, zone: ZoneInfo, view: RecordView) -> Table:
    """Return the table of these rows, newest first. `found`: how many rows match on all pages."""
    shown = tuple(_row(row, has_links=view.has_links) for row in rows)
    after = str(shown[-1].cells["number"]) if not view.is_file and shown and len(shown) < found else None
    columns = IN_FILES if view.is_file else ON_PAGE
    return Table("record", columns, shown, now, zone, EMPTY, found=found, after=after)


def _row(row: RecordRow, *, has_links: bool) -> Row:
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
