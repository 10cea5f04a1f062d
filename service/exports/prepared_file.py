"""Decide what a file holds: its columns and rows, mapped to the organisation's accounts and split into parts."""

from dataclasses import dataclass, replace

from sqlalchemy import Connection

from service.exports.columns import CellKind, Column
from service.exports.files.by_name import FILES
from service.exports.files.gift_aid import GIFT_AID_ROWS_PER_PART
from service.exports.files.journal import journal_lines
from service.exports.journal_store import (
    account_names,
    currencies_of,
    currencies_of_books,
    days_of,
    journal_lengths,
    journal_part,
    kinds_of_lines,
    lines_in_currency,
)
from service.exports.layouts.account_mapping import AccountMapping, DateOrder, LineKind, MappedAccount
from service.exports.layouts.by_name import LAYOUTS
from service.exports.layouts.datev import preamble
from service.exports.layouts.definition import LayoutDefinition, split_into_parts
from service.exports.layouts.mapped_journal import mapped_journal
from service.exports.layouts.text_form import FORMS, PLAIN, TextForm
from service.exports.layouts.translation import translated
from service.exports.layouts.xero import bank_statement
from service.exports.query_store import ExportScope, Statement, gift_aid_part, query_names, rows_of
from service.exports.request import (
    ExportName,
    ExportRequest,
    Granularity,
    InvalidExportError,
    Layout,
    SplitExportError,
    UnmappedAccountError,
)
from service.exports.store import count_rows


@dataclass(frozen=True, slots=True)
class PreparedFile:
    """The columns of a file, the statement of its rows, and the form of its text.

    `part_count` is None if the lines have no limit. `has_portions` is true if the rows can be read in portions.
    """

    columns: tuple[Column, ...]
    rows: Statement
    part_count: int | None = None
    form: TextForm = PLAIN
    has_portions: bool = False


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
        definition, has_portions = FILES[request.name], request.granularity is Granularity.TRANSACTION
        rows, form = rows_of(request, scope), FORMS[request.profile]
        return PreparedFile(definition.columns, rows, form=form, has_portions=has_portions)
    return _prepare_layout(connection, request, scope, mapping)


def _prepare_layout(
    connection: Connection, request: ExportRequest, scope: ExportScope, mapping: AccountMapping | None
) -> PreparedFile:
    """Return the journal in the import layout of an accounting system."""
    definition = LAYOUTS[request.layout]
    has_rules = mapping is not None and bool(mapping.rules) and request.layout.is_mapped
    lines = journal_lines(request.granularity, query_names(request, scope), has_dimensions=has_rules)
    if request.currency is not None:
        lines = lines_in_currency(lines, request.currency)
    is_multicurrency = mapping is not None and mapping.is_multicurrency
    if mapping is not None and request.layout.is_mapped:
        lines = translated(lines, None if is_multicurrency else scope.home_currency, mapping.rates)
    _check_currencies(connection, request, scope, lines, is_multicurrency=is_multicurrency)
    columns = _columns(definition, mapping.date_order if mapping else None)
    if request.layout is Layout.XERO_BANK:
        file = PreparedFile(columns, bank_statement(lines), form=FORMS[request.profile])
        return _split(connection, request, file, definition)
    if mapping is None:
        raise UnmappedAccountError(f"no accounts are mapped for {request.layout.value} yet")
    rows = mapped_journal(lines, mapping, _accounts(connection, lines, mapping))
    form = _form(connection, request, rows, mapping)
    return _split(connection, request, PreparedFile(columns, rows, form=form), definition)


def _form(connection: Connection, request: ExportRequest, rows: Statement, mapping: AccountMapping) -> TextForm:
    """Return the form of the layout's text file. Raise InvalidExportError if DATEV cannot take the days."""
    form = LAYOUTS[request.layout].form
    if mapping.datev is None:
        return FORMS[request.profile] if form is PLAIN else form
    found = days_of(connection, rows)
    if found is None:
        return form
    first, last = found
    if mapping.datev.fiscal_year(first) != mapping.datev.fiscal_year(last):
        raise InvalidExportError(
            f"a DATEV file lies in one fiscal year, and these journals are from {first} to {last}: ask for fewer days"
        )
    (currency,) = currencies_of(connection, rows)
    return replace(form, preamble=preamble(mapping.datev, currency, first, last))


def check_parts(request: ExportRequest, file: PreparedFile) -> None:
    """Raise SplitExportError if a whole journal was requested that the accounting system takes only in parts."""
    if request.part is None and request.name is ExportName.JOURNAL and (file.part_count or 1) > 1:
        raise SplitExportError(
            f"{request.layout.value} takes this journal in {file.part_count} parts: ask for part=1 to {file.part_count}"
        )


def _check_currencies(
    connection: Connection,
    request: ExportRequest,
    scope: ExportScope,
    lines: Statement,
    *,
    is_multicurrency: bool,
) -> None:
    """Raise InvalidExportError if the layout cannot say which currency a line has, or has it in another one."""
    definition, currencies = LAYOUTS[request.layout], currencies_of(connection, lines)
    if definition.is_one_currency and len(currencies) > 1:
        raise InvalidExportError(f"this layout holds one currency: ask for currency={' or '.join(currencies)}")
    if not definition.is_home_only or is_multicurrency or not currencies:
        return
    home = scope.home_currency
    if home is None:
        kept = currencies_of_books(connection, scope.books.ledger_seq)
        if len(kept) > 1:
            raise InvalidExportError(
                f"the books have {', '.join(kept)}: set HOME_CURRENCY to the currency that your accounting system keeps"
            )
        return
    foreign = [currency for currency in currencies if currency != home]
    if foreign:
        raise InvalidExportError(
            f"{request.layout.value} would read {' and '.join(foreign)} as {home}, your home currency: ask for "
            f"currency={home}, or state a rate and its source in the mapping"
        )


def _accounts(connection: Connection, lines: Statement, mapping: AccountMapping) -> dict[LineKind, MappedAccount]:
    """Return the account of every kind of line. Raise UnmappedAccountError if a kind has none, naming them all."""
    kinds = kinds_of_lines(connection, lines)
    accounts = {kind: mapping.account_of(kind) for kind in kinds}
    missing = sorted({(kind.account, kind.currency) for kind, account in accounts.items() if account is None})
    if missing:
        names = account_names(connection)
        listed = ", ".join(f"{code} {names[code]} in {currency}" for code, currency in missing)
        raise UnmappedAccountError(f"not mapped for {mapping.layout.value}: {listed}")
    return {kind: account for kind, account in accounts.items() if account is not None}


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
    return PreparedFile(FILES[request.name].columns, rows, count, FORMS[request.profile])
