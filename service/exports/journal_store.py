"""Read what a journal holds before it is written: its accounts, its currencies, and how long each journal is."""

from collections.abc import Collection

from psycopg import sql
from sqlalchemy import Connection

from service.exports.layouts.definition import Part
from service.exports.store import read_rows

_UNMAPPED = sql.SQL(
    "SELECT DISTINCT j.account || ' ' || a.name FROM ({lines}) j JOIN ledger_accounts a ON a.code = j.account "
    "WHERE NOT j.account = ANY({mapped}) ORDER BY 1"
)
_CURRENCIES = sql.SQL("SELECT DISTINCT currency FROM ({lines}) j ORDER BY 1")
_IN_CURRENCY = sql.SQL("SELECT * FROM ({lines}) j WHERE currency = {currency}")
_LENGTHS = sql.SQL("SELECT seq, count(*) FROM ({lines}) j GROUP BY seq ORDER BY seq")
_PART = sql.SQL("SELECT * FROM ({rows}) j WHERE seq BETWEEN {first} AND {last}")


def unmapped_accounts(connection: Connection, lines: sql.Composable, mapped: Collection[str]) -> list[str]:
    """Return "code name" of every account that has lines and is not among the `mapped` codes."""
    statement = _UNMAPPED.format(lines=lines, mapped=sql.Literal(sorted(mapped)))
    return [str(row[0]) for row in read_rows(connection, statement)]


def currencies_of(connection: Connection, lines: sql.Composable) -> list[str]:
    """Return the currencies of a journal's lines, sorted."""
    return [str(row[0]) for row in read_rows(connection, _CURRENCIES.format(lines=lines))]


def lines_in_currency(lines: sql.Composable, currency: str) -> sql.Composable:
    """Return the statement of the lines in one currency."""
    return _IN_CURRENCY.format(lines=lines, currency=sql.Literal(currency))


def journal_lengths(connection: Connection, lines: sql.Composable) -> list[tuple[int, int]]:
    """Return (seq, number of lines) of every journal, in order."""
    return [(int(seq), int(count)) for seq, count in read_rows(connection, _LENGTHS.format(lines=lines))]


def journal_part(rows: sql.Composable, part: Part) -> sql.Composable:
    """Return the statement of the rows of one part."""
    return _PART.format(rows=rows, first=sql.Literal(part.first_seq), last=sql.Literal(part.last_seq))
