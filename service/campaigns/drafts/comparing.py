"""Compare what two editors made of the same version, field by field, and put both together.

`base` is the version that both started from, `mine` the draft of the person who looks, `theirs` the newest version.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from service.campaigns.drafts.paths import value_at, with_value
from service.campaigns.words.differences import Difference, differences
from service.campaigns.words.in_words import DifferenceInWords, in_words
from service.campaigns.words.shape import Path, Shape


class Changed(StrEnum):
    """Who changed a field since the base: only one of the two, both alike, or both differently."""

    MINE = "mine"
    THEIRS = "theirs"
    ALIKE = "alike"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class ComparedField:
    """A field that at least one of two editors changed. `mine` and `theirs`: each change in words, if there is one."""

    path: Path
    changed: Changed
    mine: DifferenceInWords | None
    theirs: DifferenceInWords | None


def compare(shape: Shape, base: Any, mine: Any, theirs: Any) -> tuple[ComparedField, ...]:
    """Return every field that was changed on either side, those that both changed first."""
    ours, others = differences(shape, base, mine), differences(shape, base, theirs)
    fields = [_field(shape, difference, others) for difference in ours]
    fields += [
        ComparedField(difference.path, Changed.THEIRS, None, in_words(shape, difference))
        for difference in others
        if not any(_touches(difference.path, own.path) for own in ours)
    ]
    return tuple(sorted(fields, key=lambda field: field.changed is not Changed.BOTH))


def merged(shape: Shape, versions: tuple[Any, Any, Any], taken: Collection[Path] = ()) -> Any:
    """Return their version with my changes. `versions`: base, mine, theirs; `taken`: paths at which theirs stays.

    Of a field that both changed, my change wins unless its path is in `taken`.
    """
    base, mine, theirs = versions
    document = theirs
    for difference in differences(shape, base, mine):
        if difference.path not in taken:
            document = with_value(shape, document, difference.path, value_at(shape, mine, difference.path))
    return document


def _field(shape: Shape, own: Difference, others: tuple[Difference, ...]) -> ComparedField:
    touching = [other for other in others if _touches(own.path, other.path)]
    if not touching:
        return ComparedField(own.path, Changed.MINE, in_words(shape, own), None)
    is_alike = len(touching) == 1 and touching[0].path == own.path and touching[0].after == own.after
    changed = Changed.ALIKE if is_alike else Changed.BOTH
    return ComparedField(own.path, changed, in_words(shape, own), in_words(shape, touching[0]))


def _touches(path: Path, other: Path) -> bool:
    """Return whether two paths name the same field, or one of them a part of the other."""
    shorter = min(len(path), len(other))
    return path[:shorter] == other[:shorter]
