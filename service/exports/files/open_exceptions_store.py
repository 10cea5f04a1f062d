"""The rows of exceptions.csv as values, for the checklist of a month."""

from dataclasses import dataclass
from datetime import datetime

from psycopg import sql
from sqlalchemy import Connection

from service.exports.query_store import ExportScope, rows_of
from service.exports.request import ExportName, ExportRequest
from service.exports.store import read_rows

_EXCEPTIONS = sql.SQL(
    "SELECT kind, since, ids, amount_minor, currency, hint FROM ({rows}) r ORDER BY since, kind, ids LIMIT {limit}"
)
MAX_EXCEPTIONS = 500


@dataclass(frozen=True, slots=True)
class OpenException:
    """Something that a person has to decide on. `ids` are separated by spaces; the first is what it is about."""

    kind: str
    since: datetime
    ids: str
    amount_minor: int | None
    currency: str | None
    hint: str

    @property
    def subject(self) -> str:
        """The name under which a note accepts the exception."""
        return f"{self.kind} {self.ids}"


def open_exceptions(connection: Connection, scope: ExportScope) -> list[OpenException]:
    """Return the exceptions of the days of the scope, the oldest first, at most MAX_EXCEPTIONS."""
    rows = rows_of(ExportRequest(ExportName.EXCEPTIONS), scope)
    found = read_rows(connection, _EXCEPTIONS.format(rows=rows, limit=sql.Literal(MAX_EXCEPTIONS)))
    return [
        OpenException(kind, since, ids, int(amount) if amount is not None else None, currency, hint)
        for kind, since, ids, amount, currency, hint in found
    ]
