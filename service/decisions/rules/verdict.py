"""Verdicts: what a rule says, with the value it saw, the limit, and when it would pass."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

Plain = str | int | float | bool | None | tuple[str, ...]


class Verdict(NamedTuple):
    """What a rule says. Rules create it with `passed`, `failed` or `passed_if`.

    `value`: what the rule saw. `limit`: what it compared the value with. `passes_at`: when a failed rule would first
    pass, in seconds since 1970; None: waiting does not help. `note`: what the limit is about, in words.
    """

    passed: bool
    value: Plain = None
    limit: Plain = None
    passes_at: int | None = None
    note: str | None = None


_new = tuple.__new__  # a decision makes dozens of verdicts, and this takes half the time of `Verdict(...)`


def passed(value: Plain = None, limit: Plain = None, *, note: str | None = None) -> Verdict:
    return _new(Verdict, (True, value, limit, None, note))


def failed(
    value: Plain = None, limit: Plain = None, *, passes_at: int | None = None, note: str | None = None
) -> Verdict:
    return _new(Verdict, (False, value, limit, passes_at, note))


def passed_if(
    holds: bool, value: Plain = None, limit: Plain = None, *, passes_at: int | None = None, note: str | None = None
) -> Verdict:
    """Pass if the condition holds. `passes_at` counts only if the rule failed."""
    return _new(Verdict, (holds, value, limit, None if holds else passes_at, note))


def worst(verdicts: Sequence[Verdict]) -> Verdict:
    """Return the failed verdict that passes last, or the last verdict if all passed."""
    if len(verdicts) == 1:
        return verdicts[0]
    failed = [verdict for verdict in verdicts if not verdict.passed]
    return max(failed, key=lambda verdict: verdict.passes_at or 1 << 62) if failed else verdicts[-1]


@lru_cache(maxsize=4096)
def listed(names: frozenset[str] | None, excluded: frozenset[str] | None = None) -> tuple[str, ...]:
    """Return names for a trace: sorted, and excluded names with "not" before them."""
    return (*sorted(names or ()), *("not " + name for name in sorted(excluded or ())))
