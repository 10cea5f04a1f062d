"""Verdicts: what a rule says, with the value it saw, the limit, and when it would pass.

Rules answer with values. Their words are made when a trace is read, because most verdicts never are.
"""

from collections.abc import Callable, Sequence
from enum import Enum
from typing import Any, NamedTuple

from msgspec import Struct

Plain = str | int | float | bool | None | tuple[str, ...]


class Names(NamedTuple):
    """The names that a campaign lists, and those that it excludes."""

    included: frozenset[str] | None
    excluded: frozenset[str] = frozenset()


class Verdict(Struct, frozen=True, gc=False):
    """What a rule says. Rules create it with `passed`, `failed` or `passed_if`.

    `value`: what the rule saw. `limit`: what it compared the value with. `passes_at`: when a failed rule would first
    pass, in seconds since 1970; None: waiting does not help. `note`: what the limit is about: words, or a function that
    returns them.
    """

    passed: bool
    value: Any = None
    limit: Any = None
    passes_at: int | None = None
    note: str | Callable[[], str] | None = None


def passed(value: Any = None, limit: Any = None, *, note: str | Callable[[], str] | None = None) -> Verdict:
    return Verdict(True, value, limit, None, note)


def failed(
    value: Any = None,
    limit: Any = None,
    *,
    passes_at: int | None = None,
    note: str | Callable[[], str] | None = None,
) -> Verdict:
    return Verdict(False, value, limit, passes_at, note)


def passed_if(
    holds: bool,
    value: Any = None,
    limit: Any = None,
    *,
    passes_at: int | None = None,
    note: str | Callable[[], str] | None = None,
) -> Verdict:
    """Pass if the condition holds. `passes_at` counts only if the rule failed."""
    return Verdict(holds, value, limit, None if holds else passes_at, note)


def worst(verdicts: Sequence[Verdict]) -> Verdict:
    """Return the failed verdict that passes last, or the last verdict if all passed."""
    if len(verdicts) == 1:
        return verdicts[0]
    failed = [verdict for verdict in verdicts if not verdict.passed]
    return max(failed, key=lambda verdict: verdict.passes_at or 1 << 62) if failed else verdicts[-1]


def in_words(verdict: Verdict, write: Callable[[Any], Plain] | None = None) -> Verdict:
    """Return the verdict with plain values, for a trace. `write` makes a value or a limit plain."""
    write = write or plain
    note = verdict.note() if callable(verdict.note) else verdict.note
    return Verdict(verdict.passed, write(verdict.value), write(verdict.limit), verdict.passes_at, note)


def plain(value: Any) -> Plain:
    """Return a value as a trace writes it: a set as a sorted list, and excluded names with "not" before them."""
    match value:
        case Names(included, excluded):
            return (*sorted(included or ()), *("not " + name for name in sorted(excluded)))
        case frozenset():
            return tuple(sorted(value))
        case Enum():
            written: str = value.value
            return written
        case _:
            known: Plain = value
            return known


def span(minimum: int | None, maximum: int | None) -> str:
    """Return a minimum and maximum as text, for traces. An open end is left empty: `3..`."""
    return f"{'' if minimum is None else minimum}..{'' if maximum is None else maximum}"
