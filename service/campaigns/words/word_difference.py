"""The difference between two texts, word by word."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

_TOKENS = re.compile(r"\s+|\w+|[^\w\s]")


class Fate(StrEnum):
    """What happened to a piece of a text."""

    KEPT = "kept"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a text, and whether it was kept, removed or added."""

    fate: Fate
    text: str


def word_difference(before: str, after: str) -> tuple[Piece, ...]:
    """Return both texts as pieces, in order. Kept and removed pieces make `before`; kept and added ones `after`."""
    old, new = _TOKENS.findall(before), _TOKENS.findall(after)
    return tuple(_pieces(old, new))


def _pieces(old: list[str], new: list[str]) -> Iterator[Piece]:
    for tag, old_start, old_end, new_start, new_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield Piece(Fate.KEPT, "".join(old[old_start:old_end]))
            continue
        if old_end > old_start:
            yield Piece(Fate.REMOVED, "".join(old[old_start:old_end]))
        if new_end > new_start:
            yield Piece(Fate.ADDED, "".join(new[new_start:new_end]))
