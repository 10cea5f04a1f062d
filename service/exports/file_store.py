"""Decide what one file holds: its columns and rows, mapped to the organisation's accounts and cut into parts."""

from dataclasses import dataclass, replace

from psycopg import sql
from sqlalchemy import Connection

from service.exports.account_mapping import AccountMapping, DateOrder
from service.exports.columns import CellKind, Column
from service.exports.export import (
    ExportName,
    ExportRequest,
    InvalidExportError,
    Layout,
    SplitExportError,
    UnmappedAccountError,
)
from service.exports.files import FILES
from service.exports.journal_store import journal_lines
from service.exports.layout_store import mapped_journal, statement_of
from service.exports.layouts import GIFT_AID_ROWS_PER_PART, LAYOUTS, LayoutDefinition, split_into_parts
from service.exports.query_store import ExportScope, gift_aid_part, query_names, rows_of
from service.exports.store import values
from service.ledger.accounts import Account

_USED = sql.SQL(
    "SELECT DISTINCT j.account || ' ' || a.name FROM ({lines}) j JOIN ledger_accounts a ON a.code = j.account "
    "WHERE NOT j.account = ANY({mapped}) ORDER BY 1"
)
_CURRENCIES = sql.SQL("SELECT DISTINCT currency FROM ({lines}) j ORDER BY 1")
_ONE_CURRENCY = sql.SQL("SELECT * FROM ({lines}) j WHERE currency = {currency}")
_JOURNAL_LENGTHS = sql.SQL("SELECT seq, count(*) FROM ({lines}) j GROUP BY seq ORDER BY seq")
_PART = sql.SQL("SELECT * FROM ({rows}) j WHERE seq BETWEEN {first} AND {last}")
_COUNT = sql.SQL("SELECT count(*) FROM ({rows}) r")


@dataclass(frozen=True, slots=True)
class PreparedFile:
    """What to write. `part_count` is None where nothing limits the lines."""

    columns: tuple[Column, ...]
    rows: sql.Composable
    part_count: int | None = None


def prepare_file(
    connection: Connection, request: ExportRequest, scope: ExportScope, mapping: AccountMapping | None
) -> PreparedFile:
    """Prepare. Raises UnmappedAccountError and InvalidExportError for what the request cannot mean here."""
    if request.name is ExportName.GIFT_AID:
        return _gift_aid(connection, request, scope)
    if request.layout is Layout.GENERIC:
        if request.part not in {None, 1}:
            raise InvalidExportError("this file has one part")
        return PreparedFile(FILES[request.name].columns, rows_of(request, scope))
    definition = LAYOUTS[request.layout]
    lines = _lines(connection, request, scope, definition)
    if request.layout is Layout.XERO_BANK:
        rows = statement_of(lines, Account.STRIPE_BALANCE)
        return _parted(connection, request, PreparedFile(definition.columns, rows), definition)
    if mapping is None:
        raise UnmappedAccountError(f"no accounts are mapped for {request.layout.value} yet")
    _check_mapping(connection, lines, mapping)
    columns = _columns(definition, mapping)
    return _parted(connection, request, PreparedFile(columns, mapped_journal(lines, mapping)), definition)


def check_parts(request: ExportRequest, file: PreparedFile) -> None:
    """Raises SplitExportError for a whole file that the accounting system would refuse for its length."""
    if request.part is None and request.name is ExportName.JOURNAL and (file.part_count or 1) > 1:
        raise SplitExportError(
            f"{request.layout.value} takes this journal in {file.part_count} parts: ask for part=1 to {file.part_count}"
        )


def _lines(
    connection: Connection, request: ExportRequest, scope: ExportScope, definition: LayoutDefinition
) -> sql.Composable:
    lines = journal_lines(request.granularity, query_names(request, scope))
    if request.currency is not None:
        return _ONE_CURRENCY.format(lines=lines, currency=sql.Literal(request.currency))
    if definition.is_one_currency:
        currencies = [str(row[0]) for row in values(connection, _CURRENCIES.format(lines=lines))]
        if len(currencies) > 1:
            raise InvalidExportError(f"this layout holds one currency: ask for currency={' or '.join(currencies)}")
    return lines


def _check_mapping(connection: Connection, lines: sql.Composable, mapping: AccountMapping) -> None:
    mapped = sql.Literal(sorted(mapping.accounts))
    missing = [str(row[0]) for row in values(connection, _USED.format(lines=lines, mapped=mapped))]
    if missing:
        raise UnmappedAccountError(f"not mapped for {mapping.layout.value}: {', '.join(missing)}")


def _columns(definition: LayoutDefinition, mapping: AccountMapping) -> tuple[Column, ...]:
    """The layout's columns, with dates as the organisation's QuickBooks reads them."""
    if mapping.date_order is DateOrder.MONTH_FIRST:
        return definition.columns
    return tuple(
        replace(column, kind=CellKind.LONG_DAY) if column.kind is CellKind.US_DAY else column
        for column in definition.columns
    )


def _parted(
    connection: Connection, request: ExportRequest, file: PreparedFile, definition: LayoutDefinition
) -> PreparedFile:
    lengths = [(int(seq), int(lines)) for seq, lines in values(connection, _JOURNAL_LENGTHS.format(lines=file.rows))]
    parts = split_into_parts(lengths, definition.max_lines)
    if definition.max_lines and any(lines > definition.max_lines for _, lines in lengths):
        raise InvalidExportError(f"one journal has more than the {definition.max_lines} lines this layout takes")
    count = max(len(parts), 1)
    if request.part is None or not parts:
        _check_part(request, count)
        return replace(file, part_count=count)
    _check_part(request, count)
    part = parts[request.part - 1]
    rows = _PART.format(rows=file.rows, first=sql.Literal(part.first_seq), last=sql.Literal(part.last_seq))
    return replace(file, rows=rows, part_count=count)


def _check_part(request: ExportRequest, count: int) -> None:
    if request.part is not None and request.part > count:
        raise InvalidExportError(f"this file has {count} parts")


def _gift_aid(connection: Connection, request: ExportRequest, scope: ExportScope) -> PreparedFile:
    rows = rows_of(request, scope)
    ((row_count,),) = values(connection, _COUNT.format(rows=rows))
    count = max(-(-int(row_count) // GIFT_AID_ROWS_PER_PART), 1)
    _check_part(request, count)
    if request.part is not None:
        rows = gift_aid_part(rows, request.part)
    return PreparedFile(FILES[request.name].columns, rows, count)
