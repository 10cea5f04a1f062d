"""What differs between two documents, field by field. Short forms and defaults that mean the same do not differ."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from service.campaigns.words.shape import Path, Shape, ShapeKind, long_form

KEY_FIELDS = ("key", "key_id")


class _Missing:
    """The value of a field that a document leaves out."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = _Missing()


@dataclass(frozen=True, slots=True)
class Difference:
    """A field whose value differs. A part of a list is named by its key (`variants`), or else by its position."""

    path: Path
    shape: Shape
    before: Any
    after: Any


def differences(shape: Shape, before: Any, after: Any) -> tuple[Difference, ...]:
    """Return what differs between two documents of a shape, in the order of the shape."""
    return tuple(_in(shape, (), long_form(shape, before), long_form(shape, after)))


def key_field(shape: Shape) -> str | None:
    """Return the field that names the items of a list, or None if they are only known by their positions."""
    inner = shape.inner
    return next((name for name in KEY_FIELDS if inner and name in inner.parts), None)


def keyed(shape: Shape, items: Any) -> dict[str | int, Any] | None:
    """Return the items of a list by key or by position. Return None if it is no list or two items share a key."""
    if not isinstance(items, list):
        return None
    name = key_field(shape)
    if name is None:
        return dict(enumerate(items))
    found: dict[str | int, Any] = {
        str(item.get(name, index)): item for index, item in enumerate(items) if isinstance(item, dict)
    }
    return found if len(found) == len(items) else None


def _in(shape: Shape, path: Path, before: Any, after: Any) -> Iterator[Difference]:
    if _is_equal(shape, before, after):
        return
    pairs = _pairs(shape, before, after)
    if pairs is None:
        yield Difference(path, shape, before, after)
        return
    for name, (old, new) in pairs.items():
        part = shape.parts.get(str(name)) if shape.kind is ShapeKind.GROUP else shape.inner
        if part is not None:
            yield from _in(part, (*path, name), old, new)
        elif old != new:
            yield Difference((*path, name), Shape(ShapeKind.LINE), old, new)


def _pairs(shape: Shape, before: Any, after: Any) -> dict[str | int, tuple[Any, Any]] | None:
    """Return the old and new values of each part, or None if the two differ as a whole."""
    if shape.kind is ShapeKind.GROUP:
        old, new = _group(shape, before, after), _group(shape, after, before)
    elif shape.kind is ShapeKind.MAPPING:
        old, new = before if before is not MISSING else {}, after if after is not MISSING else {}
    elif shape.kind is ShapeKind.LIST:
        old, new = keyed(shape, _items(before)), keyed(shape, _items(after))
        is_same_length = old is not None and new is not None and len(old) == len(new)
        if key_field(shape) is None and not is_same_length:
            return None
    else:
        return None
    if not isinstance(old, dict) or not isinstance(new, dict):
        return None
    names = [*(name for name in shape.parts if name in old or name in new), *old, *new]
    return {name: (old.get(name, MISSING), new.get(name, MISSING)) for name in dict.fromkeys(names)}


def _group(shape: Shape, value: Any, other: Any) -> Any:
    """Return a group's fields. A group that is left out has no fields, so that its contrary is told field by field."""
    is_told_by_fields = isinstance(other, dict) and bool(other) and not shape.is_switch and not _is_named(shape)
    return {} if value is MISSING and is_told_by_fields else value


def _is_named(shape: Shape) -> bool:
    """Return whether a group is added and removed as a whole: a variant, the words of a language, or a key."""
    return bool({"key", "key_id", "heading"} & set(shape.parts))


def _items(value: Any) -> Any:
    return [] if value is MISSING else value


def _is_equal(shape: Shape, before: Any, after: Any) -> bool:
    empty = {} if shape.kind is ShapeKind.GROUP and not shape.is_switch else shape.default
    old, new = (empty if value is MISSING or value is None else value for value in (before, after))
    if shape.kind is ShapeKind.MEMBERS and shape.words and isinstance(old, list) and isinstance(new, list):
        return sorted(map(str, old)) == sorted(map(str, new))
    if isinstance(old, bool) or isinstance(new, bool):
        return old is new
    return bool(_plain(old) == _plain(new))


def _plain(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else value
