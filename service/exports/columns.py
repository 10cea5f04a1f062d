"""What a column of an export may hold, and how its name relates to what is stored."""

from dataclasses import dataclass
from enum import StrEnum


class CellKind(StrEnum):
    """How a value is written. A money cell is major units as text; its `*_minor` twin the integer."""

    TEXT = "text"  # anything people wrote: control characters and formulas are made harmless
    CODE = "code"  # ids, and words of large files: made harmless if they do not begin like one
    MONEY = "money"
    INTEGER = "integer"
    INSTANT = "instant"
    DAY = "day"
    FLAG = "flag"
    SHORT_DAY = "short_day"  # 31/12/26
    LONG_DAY = "long_day"  # 31/12/2026
    US_DAY = "us_day"  # 12/31/2026


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `source` is the stored value's name; a money column's is in minor units of `currency`."""

    name: str
    kind: CellKind
    source: str
    currency: str = "currency"
    is_personal: bool = False
    is_summed: bool = False


def text(name: str, source: str | None = None, *, is_personal: bool = False) -> Column:
    return Column(name, CellKind.TEXT, source or name, is_personal=is_personal)


def code(name: str, source: str | None = None) -> Column:
    return Column(name, CellKind.CODE, source or name)


def texts(*names: str) -> tuple[Column, ...]:
    return tuple(text(name) for name in names)


def codes(*names: str) -> tuple[Column, ...]:
    return tuple(code(name) for name in names)


def money(name: str, *, currency: str = "currency", is_summed: bool = False) -> Column:
    return Column(name, CellKind.MONEY, f"{name}_minor", currency, is_summed=is_summed)


def instant(name: str) -> Column:
    """An instant; a column `paid_at_utc` is stored as `paid_at`."""
    return Column(name, CellKind.INSTANT, name.removesuffix("_utc"))


def day(name: str) -> Column:
    return Column(name, CellKind.DAY, name)


def flag(name: str) -> Column:
    return Column(name, CellKind.FLAG, name)


def integer(name: str) -> Column:
    return Column(name, CellKind.INTEGER, name)
