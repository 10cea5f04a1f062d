"""Put what a person typed into a document. A field whose inputs show the same as before stays as it was written."""

from collections.abc import Iterable
from typing import Any

from service.campaigns.words.differences import MISSING
from service.campaigns.words.shape import Path, Shape, ShapeKind, long_form
from service.console.screens.campaigns.editor.typed import SWITCH, Posted, path_of, posted_inputs, shown, typed

MAX_FIELDS = 2000


def with_posted(shape: Shape, document: Any, names: Iterable[str], posted: Posted) -> Any:
    """Return a document with the fields of a form. `names`: the inputs' names of all fields that the form shows."""
    for name in list(names)[:MAX_FIELDS]:
        document = _with_field(shape, document, path_of(name), name, posted)
    return document


def _with_field(shape: Shape, document: Any, path: Path, name: str, posted: Posted) -> Any:
    if path[-1] == SWITCH and (group := shape.at(path[:-1])) is not None and group.is_switch:
        return _with_switch(shape, document, path[:-1], posted.get(name, [""])[0])
    field = shape.at(path)
    if field is None or field.kind in {ShapeKind.GROUP, ShapeKind.LIST, ShapeKind.MAPPING}:
        return document
    inputs = posted_inputs(field, name, posted)
    if _plain(inputs) == _plain(shown(field, part_at(shape, document, path))):
        return document
    return with_part(shape, document, path, typed(field, inputs))


def _with_switch(shape: Shape, document: Any, path: Path, text: str) -> Any:
    before = part_at(shape, document, path)
    if text == switch_text(before):
        return document
    value = {"true": before if isinstance(before, dict) else True, "false": False}.get(text, MISSING)
    return with_part(shape, document, path, value)


def switch_text(value: Any) -> str:
    """Return what the switch of a group shows: `true`, `false`, or an empty text if the group is left out."""
    return "" if value is MISSING or value is None else "false" if value is False else "true"


def part_at(shape: Shape, document: Any, path: Path) -> Any:
    """Return the part of a document at a path with positions, in its long form, or MISSING."""
    here = document
    part: Shape | None = shape
    for name in path:
        here = long_form(part, here) if part is not None else here
        if isinstance(here, dict):
            here = here.get(str(name), MISSING)
        elif isinstance(here, list) and isinstance(name, int) and name < len(here):
            here = here[name]
        else:
            return MISSING
        if here is MISSING:
            return MISSING
        part = _inner(part, name)
    return long_form(part, here) if part is not None else here


def with_part(shape: Shape, document: Any, path: Path, value: Any) -> Any:
    """Return a document with another part at a path. MISSING removes it, and the groups that are empty then."""
    if not path:
        return value
    name, rest = path[0], path[1:]
    here: Any = [] if shape.kind is ShapeKind.LIST else {}
    if document is not MISSING and document is not None:
        here = long_form(shape, document) if _is_short(shape, document) else document
    inner = _inner(shape, name)
    if shape.kind is ShapeKind.LIST and isinstance(name, int):
        return _with_item(inner, here if isinstance(here, list) else [], (name, rest), value)
    fields = dict(here) if isinstance(here, dict) else {}
    changed = with_part(inner or shape, fields.get(str(name), MISSING), rest, value) if rest else value
    if changed is MISSING or (value is MISSING and changed == {} and shape.kind is ShapeKind.GROUP):
        fields.pop(str(name), None)
    else:
        fields[str(name)] = changed
    return fields


def _with_item(inner: Shape | None, items: list[Any], place: tuple[int, Path], value: Any) -> list[Any]:
    at, rest = place
    before = items[at] if at < len(items) else {}
    changed = with_part(inner, before, rest, value) if rest and inner is not None else value
    kept = [changed if position == at else item for position, item in enumerate(items)]
    return [item for item in [*kept, *([changed] if at >= len(items) else [])] if item is not MISSING]


def _is_short(shape: Shape, part: Any) -> bool:
    """Return whether a part is written in a short form, which has no fields of its own to change."""
    if shape.kind is ShapeKind.LIST:
        return not isinstance(part, list)
    return not isinstance(part, dict) or ("intervals" in shape.parts and "intervals" not in part)


def _inner(shape: Shape | None, name: str | int) -> Shape | None:
    if shape is None:
        return None
    return shape.parts.get(str(name)) if shape.kind is ShapeKind.GROUP else shape.inner


def _plain(inputs: dict[str, list[str]]) -> dict[str, list[str]]:
    return {
        suffix: [text.replace("\r\n", "\n").strip() for text in texts if text.strip()]
        for suffix, texts in inputs.items()
    }
