"""Read what a journal holds before it is written: its accounts, its currencies, and how long each journal is."""

from datetime import date

from psycopg import sql
from sqlalchemy import Connection

from service.exports.layouts.account_mapping import LineKind
from service.exports.layouts.definition import Part
from service.exports.store import read_rows

_KINDS = sql.SQL(
    "SELECT DISTINCT account, mapped_currency, site, campaign, fund FROM ({lines}) j ORDER BY 1, 2, 3, 4, 5"
)
_NAMES = sql.SQL("SELECT code, name FROM ledger_accounts")
_KEPT = sql.SQL("SELECT DISTINCT currency FROM ledger_entries WHERE seq <= {ledger_seq} ORDER BY 1")
_CURRENCIES = sql.SQL("SELECT DISTINCT currency FROM ({lines}) j ORDER BY 1")
_IN_CURRENCY = sql.SQL("SELECT * FROM ({lines}) j WHERE currency = {currency}")
_DAYS = sql.SQL("SELECT min(accounting_date), max(accounting_date) FROM ({lines}) j")
_LENGTHS = sql.SQL("SELECT seq, count(*) FROM ({lines}) j GROUP BY seq ORDER BY seq")
_PART = sql.SQL("SELECT * FROM ({rows}) j WHERE seq BETWEEN {first} AND {last}")


def kinds_of_lines(connection: Connection, lines: sql.Composable) -> list[LineKind]:
    """Return every kind of line that a journal has."""
    return [LineKind(*row) for row in read_rows(connection, _KINDS.format(lines=lines))]


def account_names(connection: Connection) -> dict[str, str]:
    """Return the name of every account of the ledger by its code, with the accounts that the organisation added."""
    return {str(code): str(name) for code, name in read_rows(connection, _NAMES)}


def currencies_of_books(connection: Connection, ledger_seq: int) -> list[str]:
    """Return the currencies of all entries up to a number, sorted."""
    return [str(row[0]) for row in read_rows(connection, _KEPT.format(ledger_seq=sql.Literal(ledger_seq)))]


def currencies_of(connection: Connection, lines: sql.Composable) -> list[str]:
    """Return the currencies of a journal's lines, sorted."""
    return [str(row[0]) for row in read_rows(connection, _CURRENCIES.format(lines=lines))]


def lines_in_currency(lines: sql.Composable, currency: str) -> sql.Composable:
    """Return the statement of the lines in one currency."""
    return _IN_CURRENCY.format(lines=lines, currency=sql.Literal(currency))


def days_of(connection: Connection, lines: sql.Composable) -> tuple[date, date] | None:
    """Return the first and the last accounting date of a journal's lines, or None if there are none."""
    ((first, last),) = read_rows(connection, _DAYS.format(lines=lines))
    return (first, last) if first else None


def journal_lengths(connection: Connection, lines: sql.Composable) -> list[tuple[int, int]]:
    """Return (seq, number of lines) of every journal, in order."""
    return [(int(seq), int(count)) for seq, count in read_rows(connection, _LENGTHS.format(lines=lines))]


def journal_part(rows: sql.Composable, part: Part) -> sql.Composable:
    """Return the statement of the rows of one part."""
    return _PART.format(rows=rows, first=sql.Literal(part.first_seq), last=sql.Literal(part.last_seq))
