"""Read and write a part of a document by its path. Only the parts on the way lose their short forms."""

from typing import Any

from service.campaigns.words.differences import MISSING, key_field
from service.campaigns.words.shape import Path, Shape, ShapeKind, long_form


def value_at(shape: Shape, document: Any, path: Path) -> Any:
    """Return the value at a path, in its long form, or MISSING."""
    here, part = document, shape
    for name in path:
        here = long_form(part, here)
        here = _items(part, here).get(name, MISSING)
        inner = part.parts.get(str(name)) if part.kind is ShapeKind.GROUP else part.inner
        if here is MISSING or inner is None:
            return here
        part = inner
    return long_form(part, here)


def with_value(shape: Shape, document: Any, path: Path, value: Any) -> Any:
    """Return a document with another value at a path. MISSING leaves the field out, and the group that it empties."""
    if not path:
        return value
    name, rest = path[0], path[1:]
    here = {} if document is MISSING or document is None else document
    here = (
        long_form(shape, here)
        if not isinstance(here, dict) or shape.kind is not ShapeKind.GROUP
        else _with_intervals(shape, here)
    )
    items = _items(shape, here)
    inner = shape.parts.get(str(name)) if shape.kind is ShapeKind.GROUP else shape.inner
    changed = with_value(inner, items.get(name, MISSING), rest, value) if inner is not None and rest else value
    if changed is MISSING or (changed in ({}, []) and rest and value is MISSING):
        items.pop(name, None)
    else:
        items[name] = _with_key(shape, name, changed)
    return list(items.values()) if shape.kind is ShapeKind.LIST else items


def _with_intervals(shape: Shape, group: dict[str, Any]) -> dict[str, Any]:
    """Return a group without touching its parts, unless it holds the short form of an ask."""
    is_short_ask = "intervals" in shape.parts and "intervals" not in group
    written: dict[str, Any] = long_form(shape, group) if is_short_ask else group
    return written


def _items(shape: Shape, here: Any) -> dict[str | int, Any]:
    """Return the parts of a value by the names that paths use for them."""
    if isinstance(here, dict):
        return dict(here)
    if not isinstance(here, list):
        return {}
    name = key_field(shape)
    if name is None:
        return dict(enumerate(here))
    return {str(item.get(name, at)) if isinstance(item, dict) else at: item for at, item in enumerate(here)}


def _with_key(shape: Shape, name: str | int, item: Any) -> Any:
    key = key_field(shape) if shape.kind is ShapeKind.LIST else None
    return {key: name, **item} if key and isinstance(item, dict) and key not in item else item
