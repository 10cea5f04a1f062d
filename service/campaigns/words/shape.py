"""The shape of a document: which fields it has, of what kind and within which limits.

Forms, long forms and differences in words are made from shapes. `schemas/outline.py` makes the shape of a schema.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any

Path = tuple[str | int, ...]


class ShapeKind(StrEnum):
    """How a field of a document is written."""

    LINE = "line"
    TEXT = "text"
    WHOLE = "whole"
    NUMBER = "number"
    AMOUNT = "amount"
    FLAG = "flag"
    WORD = "word"
    COLOUR = "colour"
    WALL = "wall"
    DAY = "day"
    MINUTE = "minute"
    INSTANT = "instant"
    SHARE = "share"
    MEMBERS = "members"
    SIDES = "sides"
    LIST = "list"
    MAPPING = "mapping"
    GROUP = "group"


@dataclass(frozen=True, slots=True)
class Shape:
    """A field of a document.

    - `least`, `most`: the limits of a number, of the characters of a text, or of the items of a list.
    - `words`: the values that a word, or a member of a set, may have. Empty: free text.
    - `parts`: the fields of a group. `inner`: the items of a list or set, or the values of a mapping.
    - `alone`: the field that a single value stands for in the short form of a group.
    - `is_switch`: `true` and `false` stand for the group with its defaults, and for its contrary.
    - `default`: the value if the field is left out, as written, or None.
    """

    kind: ShapeKind
    is_required: bool = False
    default: Any = None
    least: float | None = None
    most: float | None = None
    words: tuple[str, ...] = ()
    parts: Mapping[str, "Shape"] = field(default_factory=lambda: MappingProxyType({}))
    inner: "Shape | None" = None
    keys: "Shape | None" = None
    alone: str | None = None
    is_switch: bool = False

    def at(self, path: Path) -> "Shape | None":
        """Return the shape at a path of a document, or None if a document has no such field."""
        here: Shape | None = self
        for part in path:
            if here is None:
                return None
            here = here.parts.get(str(part)) if here.kind is ShapeKind.GROUP else here.inner
        return here


def long_form(shape: Shape, value: Any) -> Any:
    """Return a part of a document with its short forms written out. What does not fit the shape stays as it is."""
    if shape.kind is ShapeKind.GROUP:
        return _long_group(shape, value)
    if shape.kind is ShapeKind.LIST and shape.inner is not None:
        return [long_form(shape.inner, item) for item in _many(value)]
    if shape.kind is ShapeKind.MEMBERS:
        return _many(value)
    if shape.kind is ShapeKind.SIDES:
        sides = value if isinstance(value, dict) else {"any": value}
        return {side: _many(found) for side, found in sides.items()}
    if shape.kind is ShapeKind.MAPPING and shape.inner is not None and isinstance(value, dict):
        return {key: long_form(shape.inner, item) for key, item in value.items()}
    return value


def _long_group(shape: Shape, value: Any) -> Any:
    if shape.is_switch and value is True:
        return {}
    if shape.alone and not isinstance(value, dict | bool) and value is not None:
        value = {shape.alone: value}
    if not isinstance(value, dict):
        return value
    intervals = shape.parts.get("intervals")
    if intervals and intervals.keys and "intervals" not in value and set(intervals.keys.words) & set(value):
        names = set(intervals.keys.words)
        beside = {name: item for name, item in value.items() if name not in names}
        value = beside | {"intervals": {name: item for name, item in value.items() if name in names}}
    return {name: long_form(shape.parts[name], item) if name in shape.parts else item for name, item in value.items()}


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
