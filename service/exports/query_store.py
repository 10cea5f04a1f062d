"""Compose the SQL statement of a file from a request."""

from dataclasses import dataclass
from datetime import date, datetime

from psycopg import sql

from service.exports.cells_store import cell, typed_cell, units
from service.exports.columns import Column
from service.exports.files.by_name import FILES
from service.exports.files.contributions import chosen_names
from service.exports.files.definition import BY_INSTANT
from service.exports.files.gift_aid import GIFT_AID_ROWS_PER_PART
from service.exports.files.journal import journal_lines
from service.exports.files.open_items import item_names
from service.exports.files.portion import WHOLE, Key, Portion, key_literal
from service.exports.files.subjects import SUBJECT
from service.exports.layouts.text_form import PLAIN, TextForm
from service.exports.records_store import BooksPoint, relations
from service.exports.request import ExportName, ExportRequest, FileFormat
from service.ledger.local_days import LocalDays
from service.ledger.manual.open_items_store import OPEN_ITEM_POSTINGS
from service.receipts.donors_store import DONOR_REF
from service.receipts.payments_store import GIFT_AID_CLAIMS

Statement = sql.Composable

# Without permission for personal data, files read these empty relations instead of the tables.
_NO_CONTRIBUTORS = sql.SQL(
    "(SELECT NULL::text AS id, NULL::text AS contributor_name, NULL::text AS contributor_email, "
    "NULL::text AS contributor_country, NULL::text AS contributor_postal_code LIMIT 0)"
)
_DECLARERS = sql.SQL(
    "(SELECT *, upper(regexp_replace(contributor_postcode, '[^0-9A-Za-z]', '', 'g')) AS compact "
    "FROM gift_aid_declarations)"
)
_NO_DECLARERS = sql.SQL(
    "(SELECT NULL::text AS id, NULL::text AS contributor_title, NULL::text AS contributor_first_name, "
    "NULL::text AS contributor_last_name, NULL::text AS contributor_house, NULL::text AS compact LIMIT 0)"
)
# The rows are sorted first, because PostgreSQL would otherwise compute every value again for each cell that shows it.
# It keeps the order of a sorted subquery that is neither joined nor grouped.
_FORMATTED = sql.SQL("SELECT {cells} FROM (SELECT s.*{units} FROM ({rows}) s ORDER BY {order}) r")
_ORDERED = sql.SQL("SELECT s.* FROM ({rows}) s ORDER BY {order}")
_GIFT_AID_PART = sql.SQL("SELECT * FROM ({rows}) s ORDER BY {order} LIMIT {limit} OFFSET {offset}")
# Not used if both sides are open, because PostgreSQL estimates that a range of a computed date keeps few rows.
_IN_DAYS = sql.SQL("x.accounting_date BETWEEN {from_on} AND {to_on}")
_KEY_AFTER = sql.SQL("SELECT {names} FROM ({keys}) k WHERE {later} ORDER BY {names} OFFSET {count} LIMIT 1")
_SUMS = sql.SQL("SELECT {sums} FROM ({rows}) s GROUP BY 1 ORDER BY 1")


@dataclass(frozen=True, slots=True)
class ExportScope:
    """The days of a file, the point in the books that it shows, and the mode.

    `now` decides what is overdue. `home_currency` is None if the settings do not say it.
    """

    days: LocalDays
    books: BooksPoint
    is_livemode: bool
    now: datetime
    home_currency: str | None = None


def formatted(
    columns: tuple[Column, ...], rows: sql.Composable, request: ExportRequest, form: TextForm = PLAIN
) -> sql.Composed:
    """Return the statement of the rows in the file's order, with each cell in the format of its column.

    The cells of a CSV file are text, those of a spreadsheet are values.
    """
    has_personal_data = request.has_personal_data
    cells = [
        typed_cell(column, has_personal_data=has_personal_data)
        if request.file_format is FileFormat.XLSX
        else cell(column, has_decimal_comma=form.has_decimal_comma, has_personal_data=has_personal_data)
        for column in columns
    ]
    cells = [
        sql.SQL("{cell} AS {name}").format(cell=value, name=sql.Identifier(column.name))
        for column, value in zip(columns, cells, strict=True)
    ]
    order = FILES[request.name].order
    return _FORMATTED.format(cells=sql.SQL(", ").join(cells), units=units(columns), rows=rows, order=order)


def ordered(request: ExportRequest, rows: sql.Composable) -> sql.Composed:
    """Return the statement of the unformatted rows in the file's order."""
    return _ORDERED.format(rows=rows, order=FILES[request.name].order)


def summed(columns: tuple[Column, ...], rows: sql.Composable) -> sql.Composed:
    """Return the statement of the number of rows and the sums in minor units, for each currency."""
    sums = [
        sql.SQL("coalesce(sum({value}), 0)").format(value=sql.Identifier(column.source))
        for column in columns
        if column.is_summed
    ]
    counted = [sql.Identifier("currency"), sql.SQL("count(*)"), *sums]
    return _SUMS.format(sums=sql.SQL(", ").join(counted), rows=rows)


def rows_of(request: ExportRequest, scope: ExportScope, portion: Portion = WHOLE) -> sql.Composable:
    """Return the statement of a portion's rows, without an order; each value has the name that its column reads."""
    names = query_names(request, scope)
    key, days = FILES[request.name].portion_key, scope.days
    names |= {"subject": SUBJECT.format(**names)}
    if key is not None:
        names |= {"in_portion": key.condition(portion)}
    if request.name is ExportName.CONTRIBUTIONS:
        names |= chosen_names(names, portion, has_first_day=bool(days.from_on), has_last_day=bool(days.to_on))
    if request.name is ExportName.OPEN_ITEMS:
        names |= item_names(names, portion)
    if request.name is ExportName.JOURNAL:
        names |= {"lines": journal_lines(request.granularity, names, has_dimensions=True)}
    if request.name in {ExportName.CONTRIBUTIONS, ExportName.GIFT_AID}:
        names |= {"claims": GIFT_AID_CLAIMS.format(**names)}
    return FILES[request.name].rows.format(**names)


def key_after(request: ExportRequest, scope: ExportScope, after: Key | None, count: int) -> sql.Composable | None:
    """Return the statement of the key that ends a portion of `count` keys, or None if the file has no portions.

    The portion begins after the key `after` or, without it, with the file.
    """
    portion_key = FILES[request.name].portion_key
    if portion_key is None:
        return None
    keys = portion_key.keys.format(**query_names(request, scope))
    names = sql.SQL(", ").join(map(sql.Identifier, portion_key.names))
    later = sql.SQL("true") if after is None else sql.SQL("({}) > ").format(names) + key_literal(after)
    return _KEY_AFTER.format(names=names, keys=keys, later=later, count=sql.Literal(count))


def gift_aid_part(rows: sql.Composable, part: int) -> sql.Composable:
    """Return the statement of the rows in one part of gift_aid.csv; parts count from 1."""
    return _GIFT_AID_PART.format(
        rows=rows,
        order=BY_INSTANT,
        limit=sql.Literal(GIFT_AID_ROWS_PER_PART),
        offset=sql.Literal((part - 1) * GIFT_AID_ROWS_PER_PART),
    )


def query_names(request: ExportRequest, scope: ExportScope) -> dict[str, sql.Composable]:
    """Return the meaning of each name in the files' statements: tables at the point in the books, days, mode."""
    days, books = scope.days, scope.books
    from_on, to_on = _day(days.from_on, "-infinity"), _day(days.to_on, "infinity")
    return {
        **relations(books),
        "contributors": sql.Identifier("contributions") if request.has_personal_data else _NO_CONTRIBUTORS,
        "declarers": _DECLARERS if request.has_personal_data else _NO_DECLARERS,
        "donor_ref": sql.SQL(DONOR_REF),
        "open_postings": sql.SQL(OPEN_ITEM_POSTINGS),
        "ledger_seq": sql.Literal(books.ledger_seq),
        "is_livemode": sql.Literal(scope.is_livemode),
        "zone": sql.Literal(days.zone.key),
        "from_on": from_on,
        "to_on": to_on,
        "is_in_days": _IN_DAYS.format(from_on=from_on, to_on=to_on) if days.from_on or days.to_on else sql.SQL("true"),
        "no_end": _timestamp_literal(None, "infinity"),
        "starts_at": _timestamp_literal(days.starts_at, "-infinity"),
        "ends_at": _timestamp_literal(days.ends_at, "infinity"),
        "now": _timestamp_literal(scope.now, "infinity"),
        "in_portion": sql.SQL("true"),
        **_batch_names(request.batch),
    }


def _batch_names(number: int | None) -> dict[str, sql.Composable]:
    """Return the condition that an entry `e` is in the batch, and what the names of the batch's journals end with.

    A day or a payout can have a journal in each of several batches, and an accounting system must tell these apart.
    """
    if number is None:
        return {"in_batch": sql.SQL(""), "batch_mark": sql.SQL("''"), "number_mark": sql.SQL("''")}
    condition = " AND e.seq IN (SELECT entry_seq FROM export_batch_entries WHERE batch_number = {number})"
    return {
        "in_batch": sql.SQL(condition).format(number=sql.Literal(number)),
        "batch_mark": sql.Literal(f":batch{number}"),
        "number_mark": sql.Literal(f"-B{number}"),
    }


def _day(day: date | None, otherwise: str) -> sql.Composable:
    return sql.SQL("{day}::date").format(day=sql.Literal(day.isoformat() if day else otherwise))


def _timestamp_literal(instant: datetime | None, otherwise: str) -> sql.Composable:
    return sql.SQL("{instant}::timestamptz").format(instant=sql.Literal(instant.isoformat() if instant else otherwise))
