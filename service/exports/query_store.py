"""From a request to the one statement that makes its file."""

from dataclasses import dataclass
from datetime import date, datetime

from psycopg import sql

from service.exports.cells_store import cell, units
from service.exports.columns import Column
from service.exports.contributions_store import CONTRIBUTIONS
from service.exports.export import ExportName, ExportRequest
from service.exports.files import FILES
from service.exports.journal_store import Names, generic_journal, trial_balance
from service.exports.local_days import LocalDays
from service.exports.records_store import Books, relations

_BY_INSTANT = sql.SQL('sort_at, sort_id COLLATE "C"')
_ORDERS = {
    ExportName.JOURNAL: sql.SQL("seq, line"),
    ExportName.TRIAL_BALANCE: sql.SQL("currency, account_code"),
}
_NOBODY = sql.SQL(
    "(SELECT NULL::text AS id, NULL::text AS contributor_name, NULL::text AS contributor_email, "
    "NULL::text AS contributor_country, NULL::text AS contributor_postal_code LIMIT 0)"
)
_FORMATTED = sql.SQL("SELECT {cells} FROM (SELECT s.*{units} FROM ({rows}) s ORDER BY {order}) r")
_SUMS = sql.SQL("SELECT {currency}, count(*), {sums} FROM ({rows}) s GROUP BY 1 ORDER BY 1")


@dataclass(frozen=True, slots=True)
class Scope:
    """What a file covers: days, at one point of the books, of one mode. `now` decides what is overdue."""

    days: LocalDays
    books: Books
    is_livemode: bool
    now: datetime


def formatted(columns: tuple[Column, ...], rows: sql.Composable, request: ExportRequest) -> sql.Composed:
    """The rows in their order, each cell as text of its kind."""
    cells = [cell(column, has_personal_data=request.has_personal_data) for column in columns]
    order = _ORDERS.get(request.name, _BY_INSTANT)
    return _FORMATTED.format(cells=sql.SQL(", ").join(cells), units=units(columns), rows=rows, order=order)


def summed(columns: tuple[Column, ...], rows: sql.Composable) -> sql.Composed:
    """Rows and sums in minor units, per currency."""
    sums = [
        sql.SQL("coalesce(sum({value}), 0)").format(value=sql.Identifier(column.source))
        for column in columns
        if column.is_summed
    ]
    return _SUMS.format(currency=sql.Identifier("currency"), sums=sql.SQL(", ").join(sums), rows=rows)


def rows_of(request: ExportRequest, scope: Scope) -> sql.Composable:
    """The rows of a file, unordered, each value under the name its column reads."""
    names = _names(request, scope)
    match request.name:
        case ExportName.CONTRIBUTIONS:
            return CONTRIBUTIONS.format(**names)
        case ExportName.JOURNAL:
            return generic_journal(request.granularity, names)
        case ExportName.TRIAL_BALANCE:
            return trial_balance(names)
        case _:
            raise NotImplementedError(request.name)


def _names(request: ExportRequest, scope: Scope) -> Names:
    days, books = scope.days, scope.books
    return {
        **relations(books),
        "contributors": sql.Identifier("contributions") if request.has_personal_data else _NOBODY,
        "ledger_seq": sql.Literal(books.ledger_seq),
        "is_livemode": sql.Literal(scope.is_livemode),
        "zone": sql.Literal(days.zone.key),
        "from_on": _day(days.from_on, "-infinity"),
        "to_on": _day(days.to_on, "infinity"),
        "starts_at": _instant(days.starts_at, "-infinity"),
        "ends_at": _instant(days.ends_at, "infinity"),
        "now": _instant(scope.now, "infinity"),
    }


def _day(day: date | None, otherwise: str) -> sql.Composable:
    return sql.SQL("{day}::date").format(day=sql.Literal(day.isoformat() if day else otherwise))


def _instant(instant: datetime | None, otherwise: str) -> sql.Composable:
    return sql.SQL("{instant}::timestamptz").format(instant=sql.Literal(instant.isoformat() if instant else otherwise))


def columns_of(request: ExportRequest) -> tuple[Column, ...]:
    return FILES[request.name].columns
