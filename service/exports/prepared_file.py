"""Decide what a file holds: its columns and rows, mapped to the organisation's accounts and split into parts."""

from dataclasses import dataclass, replace

from sqlalchemy import Connection

from service.exports.columns import CellKind, Column
from service.exports.files.by_name import FILES
from service.exports.files.gift_aid import GIFT_AID_ROWS_PER_PART
from service.exports.files.journal import journal_lines
from service.exports.journal_store import (
    currencies_of,
    journal_lengths,
    journal_part,
    lines_in_currency,
    unmapped_accounts,
)
from service.exports.layouts.account_mapping import AccountMapping, DateOrder
from service.exports.layouts.by_name import LAYOUTS
from service.exports.layouts.definition import LayoutDefinition, split_into_parts
from service.exports.layouts.mapped_journal import mapped_journal
from service.exports.layouts.xero import bank_statement
from service.exports.query_store import ExportScope, Statement, gift_aid_part, query_names, rows_of
from service.exports.request import (
    ExportName,
    ExportRequest,
    InvalidExportError,
    Layout,
    SplitExportError,
    UnmappedAccountError,
)
from service.exports.store import count_rows


@dataclass(frozen=True, slots=True)
class PreparedFile:
    """The columns of a file and the statement of its rows. `part_count` is None if the lines have no limit."""

    columns: tuple[Column, ...]
    rows: Statement
    part_count: int | None = None


def prepare_file(
    connection: Connection, request: ExportRequest, scope: ExportScope, mapping: AccountMapping | None
) -> PreparedFile:
    """Return the columns and rows of the requested file.

    Raise UnmappedAccountError if an account with postings is not mapped, and InvalidExportError if the layout cannot
    hold what the request asks for or the part does not exist.
    """
    if request.name is ExportName.GIFT_AID:
        return _prepare_gift_aid(connection, request, scope)
    if request.layout is Layout.GENERIC:
        if request.part not in {None, 1}:
            raise InvalidExportError("this file has one part")
        return PreparedFile(FILES[request.name].columns, rows_of(request, scope))
    definition = LAYOUTS[request.layout]
    lines = _journal_for_layout(connection, request, scope, definition)
    columns = _columns(definition, mapping.date_order if mapping else None)
    if request.layout is Layout.XERO_BANK:
        return _split(connection, request, PreparedFile(columns, bank_statement(lines)), definition)
    if mapping is None:
        raise UnmappedAccountError(f"no accounts are mapped for {request.layout.value} yet")
    missing = unmapped_accounts(connection, lines, mapping.accounts)
    if missing:
        raise UnmappedAccountError(f"not mapped for {mapping.layout.value}: {', '.join(missing)}")
    file = PreparedFile(columns, mapped_journal(lines, mapping))
    return _split(connection, request, file, definition)


def check_parts(request: ExportRequest, file: PreparedFile) -> None:
    """Raise SplitExportError if a whole journal was requested that the accounting system takes only in parts."""
    if request.part is None and request.name is ExportName.JOURNAL and (file.part_count or 1) > 1:
        raise SplitExportError(
            f"{request.layout.value} takes this journal in {file.part_count} parts: ask for part=1 to {file.part_count}"
        )


def _journal_for_layout(
    connection: Connection, request: ExportRequest, scope: ExportScope, definition: LayoutDefinition
) -> Statement:
    """Return the statement of the journal's lines, in the requested currency if there is one.

    Raise InvalidExportError if the lines have several currencies and the layout has no column for the currency.
    """
    lines = journal_lines(request.granularity, query_names(request, scope))
    if request.currency is not None:
        return lines_in_currency(lines, request.currency)
    if definition.is_one_currency:
        currencies = currencies_of(connection, lines)
        if len(currencies) > 1:
            raise InvalidExportError(f"this layout holds one currency: ask for currency={' or '.join(currencies)}")
    return lines


def _columns(definition: LayoutDefinition, order: DateOrder | None) -> tuple[Column, ...]:
    """Return the layout's columns, with the dates in the order that the organisation's accounting system reads."""
    if order is None:
        return definition.columns
    kind = CellKind.US_DAY if order is DateOrder.MONTH_FIRST else CellKind.LONG_DAY
    return tuple(
        replace(column, kind=kind) if column.kind in {CellKind.US_DAY, CellKind.LONG_DAY} else column
        for column in definition.columns
    )


def _split(
    connection: Connection, request: ExportRequest, file: PreparedFile, definition: LayoutDefinition
) -> PreparedFile:
    """Return the file with its number of parts, and only the rows of the requested part if there is one."""
    lengths = journal_lengths(connection, file.rows)
    parts = split_into_parts(lengths, definition.max_lines)
    if definition.max_lines and any(lines > definition.max_lines for _, lines in lengths):
        raise InvalidExportError(f"one journal has more than the {definition.max_lines} lines this layout takes")
    count = max(len(parts), 1)
    _check_part(request, count)
    if request.part is None or not parts:
        return replace(file, part_count=count)
    return replace(file, rows=journal_part(file.rows, parts[request.part - 1]), part_count=count)


def _check_part(request: ExportRequest, count: int) -> None:
    if request.part is not None and request.part > count:
        raise InvalidExportError(f"this file has {count} parts")


def _prepare_gift_aid(connection: Connection, request: ExportRequest, scope: ExportScope) -> PreparedFile:
    rows = rows_of(request, scope)
    count = max(-(-count_rows(connection, rows) // GIFT_AID_ROWS_PER_PART), 1)  # rounded up
    _check_part(request, count)
    if request.part is not None:
        rows = gift_aid_part(rows, request.part)
    return PreparedFile(FILES[request.name].columns, rows, count)
