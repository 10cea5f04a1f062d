"""The columns of export files: their names, how their cells are written, and the stored values that they show."""

from dataclasses import dataclass
from enum import StrEnum


class CellKind(StrEnum):
    """How a cell is written. Money is exact text in major units; its `*_minor` twin is an integer column."""

    TEXT = "text"  # what people wrote: control characters and formulas are made harmless
    CODE = "code"  # ids and code words: made harmless only if they do not begin with a letter or a digit
    MAPPED = (
        "mapped"  # words of the organisation's own account mapping, which its accounting system must find unchanged
    )
    MONEY = "money"
    INTEGER = "integer"
    INSTANT = "instant"
    DAY = "day"
    FLAG = "flag"
    SHORT_DAY = "short_day"  # 31/12/26
    LONG_DAY = "long_day"  # 31/12/2026
    US_DAY = "us_day"  # 12/31/2026
    COMPACT_DAY = "compact_day"  # 20261231
    DAY_AND_MONTH = "day_and_month"  # 3112
    NUMBER = "number"  # digits that name something, never in quotes


DAY_KINDS = frozenset({CellKind.DAY, CellKind.SHORT_DAY, CellKind.LONG_DAY, CellKind.US_DAY})
# Cells that are text for a program that reads quotes as the mark of text.
TEXT_KINDS = frozenset({CellKind.TEXT, CellKind.CODE, CellKind.MAPPED})


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a file. `source` names the value in the file's rows.

    The source of a money column holds minor units of the currency that the value named `currency` holds. A summed
    column appears in the manifest's sums.
    """

    name: str
    kind: CellKind
    source: str
    currency: str = "currency"
    is_personal: bool = False
    is_summed: bool = False


def text(name: str, source: str | None = None, *, is_personal: bool = False) -> Column:
    """Define a column of text; its source has the same name unless `source` is given."""
    return Column(name, CellKind.TEXT, source or name, is_personal=is_personal)


def code(name: str) -> Column:
    """Define a column of ids or code words."""
    return Column(name, CellKind.CODE, name)


def texts(*names: str) -> tuple[Column, ...]:
    """Define several columns of text."""
    return tuple(text(name) for name in names)


def codes(*names: str) -> tuple[Column, ...]:
    """Define several columns of ids or code words."""
    return tuple(code(name) for name in names)


def money(name: str, *, currency: str = "currency", is_summed: bool = False) -> Column:
    """Define a column of money; the source of `gross` is `gross_minor`."""
    return Column(name, CellKind.MONEY, f"{name}_minor", currency, is_summed=is_summed)


def instant(name: str) -> Column:
    """Define a column of instants; the source of `paid_at_utc` is `paid_at`."""
    return Column(name, CellKind.INSTANT, name.removesuffix("_utc"))


def day(name: str) -> Column:
    """Define a column of dates such as 2026-11-22."""
    return Column(name, CellKind.DAY, name)


def flag(name: str) -> Column:
    """Define a column of true or false."""
    return Column(name, CellKind.FLAG, name)


def integer(name: str) -> Column:
    """Define a column of whole numbers."""
    return Column(name, CellKind.INTEGER, name)
