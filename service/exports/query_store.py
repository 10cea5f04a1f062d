"""From a request to the one statement that makes its file."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from psycopg import sql

from service.exports.cells_store import cell, units
from service.exports.columns import Column
from service.exports.contributions_store import CONTRIBUTIONS
from service.exports.exceptions_store import EXCEPTIONS
from service.exports.export import ExportName, ExportRequest
from service.exports.journal_store import Names, generic_journal, trial_balance
from service.exports.layouts import GIFT_AID_ROWS_PER_PART
from service.exports.payouts_store import FEES, PAYOUT_LINES, PAYOUTS
from service.exports.records_store import BooksPoint, relations
from service.exports.returns_store import DISPUTES, REFUNDS
from service.exports.supporters_store import GIFT_AID, RECEIPTS, SUBSCRIPTIONS
from service.ledger.local_days import LocalDays

_BY_INSTANT = sql.SQL('sort_at, sort_id COLLATE "C"')
_ORDERS = {
    ExportName.JOURNAL: sql.SQL("seq, line"),
    ExportName.TRIAL_BALANCE: sql.SQL("currency, account_code"),
    ExportName.PAYOUT_LINES: sql.SQL(
        'payout_created_at, payout_id COLLATE "C", is_rest, created_at, line_id COLLATE "C"'
    ),
}
_ROWS: Mapping[ExportName, sql.SQL] = {
    ExportName.CONTRIBUTIONS: CONTRIBUTIONS,
    ExportName.REFUNDS: REFUNDS,
    ExportName.DISPUTES: DISPUTES,
    ExportName.FEES: FEES,
    ExportName.PAYOUTS: PAYOUTS,
    ExportName.PAYOUT_LINES: PAYOUT_LINES,
    ExportName.SUBSCRIPTIONS: SUBSCRIPTIONS,
    ExportName.RECEIPTS: RECEIPTS,
    ExportName.GIFT_AID: GIFT_AID,
    ExportName.EXCEPTIONS: EXCEPTIONS,
}
_NOBODY = sql.SQL(
    "(SELECT NULL::text AS id, NULL::text AS contributor_name, NULL::text AS contributor_email, "
    "NULL::text AS contributor_country, NULL::text AS contributor_postal_code LIMIT 0)"
)
_DECLARERS = sql.SQL(
    "(SELECT *, upper(regexp_replace(contributor_postcode, '[^0-9A-Za-z]', '', 'g')) AS compact "
    "FROM gift_aid_declarations)"
)
_NO_DECLARER = sql.SQL(
    "(SELECT NULL::text AS id, NULL::text AS contributor_title, NULL::text AS contributor_first_name, "
    "NULL::text AS contributor_last_name, NULL::text AS contributor_house, NULL::text AS compact LIMIT 0)"
)
_FORMATTED = sql.SQL("SELECT {cells} FROM (SELECT s.*{units} FROM ({rows}) s) r ORDER BY {order}")
_GIFT_AID_PART = sql.SQL("SELECT * FROM ({rows}) s ORDER BY {order} LIMIT {limit} OFFSET {offset}")
# Left out where both sides are open: the planner takes a range of a computed date for a small part of the rows.
_IN_DAYS = sql.SQL("x.accounting_date BETWEEN {from_on} AND {to_on}")
_SUMS = sql.SQL("SELECT {sums} FROM ({rows}) s GROUP BY 1 ORDER BY 1")


@dataclass(frozen=True, slots=True)
class ExportScope:
    """What a file covers: days, at one point of the books, of one mode. `now` decides what is overdue."""

    days: LocalDays
    books: BooksPoint
    is_livemode: bool
    now: datetime


def formatted(columns: tuple[Column, ...], rows: sql.Composable, request: ExportRequest) -> sql.Composed:
    """The rows in their order, each cell as text of its kind."""
    cells = [cell(column, has_personal_data=request.has_personal_data) for column in columns]
    order = _ORDERS.get(request.name, _BY_INSTANT)
    return _FORMATTED.format(cells=sql.SQL(", ").join(cells), units=units(columns), rows=rows, order=order)


def ordered(request: ExportRequest, rows: sql.Composable) -> sql.Composed:
    """The rows in the file's order, unformatted."""
    order = _ORDERS.get(request.name, _BY_INSTANT)
    return sql.SQL("SELECT s.* FROM ({rows}) s ORDER BY {order}").format(rows=rows, order=order)


def summed(columns: tuple[Column, ...], rows: sql.Composable) -> sql.Composed:
    """Rows and sums in minor units, per currency."""
    sums = [
        sql.SQL("coalesce(sum({value}), 0)").format(value=sql.Identifier(column.source))
        for column in columns
        if column.is_summed
    ]
    counted = [sql.Identifier("currency"), sql.SQL("count(*)"), *sums]
    return _SUMS.format(sums=sql.SQL(", ").join(counted), rows=rows)


def rows_of(request: ExportRequest, scope: ExportScope) -> sql.Composable:
    """The rows of a file, unordered, each value under the name its column reads."""
    names = query_names(request, scope)
    match request.name:
        case ExportName.JOURNAL:
            return generic_journal(request.granularity, names)
        case ExportName.TRIAL_BALANCE:
            return trial_balance(names)
        case name:
            return _ROWS[name].format(**names)


def gift_aid_part(rows: sql.Composable, part: int) -> sql.Composable:
    """The rows of one part, in the file's order."""
    return _GIFT_AID_PART.format(
        rows=rows,
        order=_BY_INSTANT,
        limit=sql.Literal(GIFT_AID_ROWS_PER_PART),
        offset=sql.Literal((part - 1) * GIFT_AID_ROWS_PER_PART),
    )


def query_names(request: ExportRequest, scope: ExportScope) -> Names:
    """What the statements call by name: tables as they stood, days, instants, the mode."""
    days, books = scope.days, scope.books
    from_on, to_on = _day(days.from_on, "-infinity"), _day(days.to_on, "infinity")
    return {
        **relations(books),
        "contributors": sql.Identifier("contributions") if request.has_personal_data else _NOBODY,
        "declarers": _DECLARERS if request.has_personal_data else _NO_DECLARER,
        "ledger_seq": sql.Literal(books.ledger_seq),
        "is_livemode": sql.Literal(scope.is_livemode),
        "zone": sql.Literal(days.zone.key),
        "from_on": from_on,
        "to_on": to_on,
        "is_in_days": _IN_DAYS.format(from_on=from_on, to_on=to_on) if days.from_on or days.to_on else sql.SQL("true"),
        "starts_at": _timestamp_literal(days.starts_at, "-infinity"),
        "ends_at": _timestamp_literal(days.ends_at, "infinity"),
        "now": _timestamp_literal(scope.now, "infinity"),
    }


def _day(day: date | None, otherwise: str) -> sql.Composable:
    return sql.SQL("{day}::date").format(day=sql.Literal(day.isoformat() if day else otherwise))


def _timestamp_literal(instant: datetime | None, otherwise: str) -> sql.Composable:
    return sql.SQL("{instant}::timestamptz").format(instant=sql.Literal(instant.isoformat() if instant else otherwise))
