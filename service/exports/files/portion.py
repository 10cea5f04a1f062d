"""Portions: consecutive parts of a long file, so that its first rows come before the whole file is read and sorted.

PostgreSQL can send no row before it has joined and sorted all rows of a statement. A small statement reads its rows by
index, so a file begins with small portions. Reading a row by index costs several times as much as in a join of whole
tables, so everything after them is a single portion.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from psycopg import sql

FIRST_PORTIONS: Final = (2_000,)  # how many keys of weight 1 the portions before the last one have

KeyPart = datetime | date | int | str
Key = tuple[KeyPart, ...]  # what a file is ordered by first


@dataclass(frozen=True, slots=True)
class Portion:
    """The rows whose keys are at least `from_key` and less than `to_key`; None leaves that side open."""

    from_key: Key | None = None
    to_key: Key | None = None


WHOLE: Final = Portion()


@dataclass(frozen=True, slots=True)
class PortionKey:
    """What divides a file into portions.

    `expressions` are the first terms of the file's order. `keys` is the statement of the values at which a portion may
    end, named `names`, with the names of `query_names` in braces. An index must have them in order. They only decide
    how many rows a portion has: every row is in exactly one portion, whatever they are. `most_rows` is about how many
    rows a key has at most. `weight` is about how many rows have to be read for a key.
    """

    expressions: tuple[str, ...]
    keys: sql.SQL
    names: tuple[str, ...] = ("key",)
    most_rows: int = 1
    weight: int = 1

    def condition(self, portion: Portion) -> sql.Composable:
        """Return the condition that a row is in the portion."""
        terms = sql.SQL(f"({', '.join(self.expressions)})")
        sides = [
            terms + sql.SQL(f" {operator} ") + key_literal(key)
            for operator, key in ((">=", portion.from_key), ("<", portion.to_key))
            if key is not None
        ]
        return sql.SQL(" AND ").join(sides) if sides else sql.SQL("true")


def key_literal(key: Key) -> sql.Composable:
    """Return a key as a literal, in parentheses."""
    return sql.SQL("({parts})").format(parts=sql.SQL(", ").join(map(_part_literal, key)))


def _part_literal(part: KeyPart) -> sql.Composable:
    if isinstance(part, int | str):
        return sql.Literal(part)
    kind = "timestamptz" if isinstance(part, datetime) else "date"
    return sql.SQL("{time}::{kind}").format(time=sql.Literal(part.isoformat()), kind=sql.Identifier(kind))
