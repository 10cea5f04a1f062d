"""Stored objects become answers: required nullable fields are added, and ids are expanded on request."""

import copy
from collections.abc import Callable
from typing import Any

from infra.stripe_sandbox.errors import BadParameterError
from infra.stripe_sandbox.interface import SHAPES, Shape
from infra.stripe_sandbox.store import Json

EXPANSION_LEVELS = 4


def filled(value: Any) -> Any:
    """Return a deep copy in which each Stripe object has every field that its type requires."""
    if isinstance(value, list):
        return [filled(item) for item in value]
    if not isinstance(value, dict):
        return value
    shape = SHAPES.get(str(value.get("object", "")), {}) if not value.get("deleted") else {}
    return _fill(value, shape)


def _fill(value: Json, shape: Shape) -> Json:
    answer: Json = {}
    for name, item in value.items():
        field = shape.get(name)
        answer[name] = _fill_below(item, field) if isinstance(field, dict) else filled(item)
    for name, field in shape.items():
        is_nullable = (field if isinstance(field, str) else field["is"]) == "n"
        if is_nullable and name not in answer:
            answer[name] = None
    return answer


def _fill_below(item: Any, field: Shape) -> Any:
    if isinstance(item, dict) and "object" not in item and "in" in field:
        return _fill(item, field["in"])
    if isinstance(item, list) and "each" in field:
        return [_fill(entry, field["each"]) if isinstance(entry, dict) else entry for entry in item]
    return filled(item)


class Expander:
    """Replaces ids by objects along `expand` paths.

    `find` returns an object by id. `include` returns a field that an answer has only if a request expands it.
    """

    def __init__(self, find: Callable[[str], Json | None], include: Callable[[Json, str], Any]) -> None:
        self._find = find
        self._include = include

    def render(self, stored: Any, expand: list[str]) -> Any:
        """Return a filled copy with each path expanded. Raise BadParameterError for a path Stripe refuses."""
        answer = filled(stored)
        for path in expand:
            steps = path.split(".")
            if len(steps) > EXPANSION_LEVELS:
                raise BadParameterError(
                    f"You cannot expand more than {EXPANSION_LEVELS} levels of a property: {path}", "expand"
                )
            self._expand(answer, steps, path)
        return answer

    def _expand(self, node: Any, steps: list[str], path: str) -> None:
        if isinstance(node, list):
            for item in node:
                self._expand(item, steps, path)
            return
        if not isinstance(node, dict) or not steps:
            return
        name = steps[0]
        node[name] = self._field(node, name, path)
        self._expand(node[name], steps[1:], path)

    def _field(self, node: Json, name: str, path: str) -> Any:
        value = node.get(name)
        if isinstance(value, str):
            found = self._find(value)
            return filled(copy.deepcopy(found)) if found else value
        if isinstance(value, list):
            return [self._item(entry) for entry in value]
        if value is None:
            included = self._include(node, name)
            if included is not None:
                return filled(included)
            if not _is_known(node, name):
                raise BadParameterError(f"This property cannot be expanded ({path}).", "expand")
        return value

    def _item(self, entry: Any) -> Any:
        found = self._find(entry) if isinstance(entry, str) else None
        return filled(found) if found else entry


def _is_known(node: Json, name: str) -> bool:
    """Return whether the type has the field. Nested hashes have no type here, so any field is accepted."""
    shape = SHAPES.get(str(node.get("object", "")))
    return shape is None or name in shape
