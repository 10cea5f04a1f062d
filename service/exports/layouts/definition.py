"""What defines an accounting system's import layout, and how a long journal is split into files that it accepts."""

from dataclasses import dataclass

from service.exports.columns import CellKind, Column
from service.exports.layouts.text_form import PLAIN, TextForm


@dataclass(frozen=True, slots=True)
class LayoutDefinition:
    """The columns of an import file in the accounting system's order.

    `max_lines` is the largest number of lines in one file, None if there is no limit. If `is_one_currency`, the file
    has no column for the currency, so all its amounts must be in the same currency. If `is_home_only`, the accounting
    system reads the amounts as the organisation's home currency, so no other currency may be in the file, unless the
    mapping says that the organisation keeps several currencies. `form` is how its text file is written.
    """

    columns: tuple[Column, ...]
    max_lines: int | None
    is_one_currency: bool
    is_home_only: bool = True
    form: TextForm = PLAIN


@dataclass(frozen=True, slots=True)
class Part:
    """The journals from `first_seq` to `last_seq`, both included, which go into one file."""

    first_seq: int
    last_seq: int


def text_column(name: str, source: str) -> Column:
    """Define a column of text called `name`, which shows the value stored as `source`."""
    return Column(name, CellKind.TEXT, source)


def mapped_column(name: str, source: str) -> Column:
    """Define a column of the organisation's own words, called `name`, which shows the value stored as `source`."""
    return Column(name, CellKind.MAPPED, source)


def money_column(name: str, source: str, *, is_summed: bool = False) -> Column:
    """Define a column of money called `name`, which shows the minor units stored as `source`."""
    return Column(name, CellKind.MONEY, source, is_summed=is_summed)


def split_into_parts(journals: list[tuple[int, int]], max_lines: int | None) -> list[Part]:
    """Fill parts with whole journals, given in order as (seq, number of lines). `max_lines` None means no limit.

    A journal with more lines than the limit becomes a part of its own.
    """
    parts: list[Part] = []
    room = 0
    for seq, lines in journals:
        if parts and (max_lines is None or lines <= room):
            parts[-1] = Part(parts[-1].first_seq, seq)
        else:
            parts.append(Part(seq, seq))
            room = max_lines or 0
        room -= lines
    return parts
