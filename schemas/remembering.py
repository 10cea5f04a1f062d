"""A flat schema that remembers which values its fields have accepted, so that the same page facts are checked once.

There is no second truth: a value is only remembered after the schema's own field has accepted it, and whatever is not
plain is left to the schema. See `tests/schemas/test_remembering.py`, which holds the two equal.
"""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from marshmallow import RAISE, Schema, ValidationError, fields, missing
from marshmallow.validate import Length

V = TypeVar("V")
_TEXT = {str}
MAX_REMEMBERED = 4096  # values of one field; then it starts over


class RememberingSchema(Generic[V]):
    """Loads what `schema` loads, for documents of plain values. `facts` names the fields worth remembering."""

    def __init__(self, schema: Schema, build: Callable[[dict[str, Any]], V], *, facts: frozenset[str]) -> None:
        if schema.unknown != RAISE:
            raise ValueError("the schema has to refuse unknown fields")
        self._fields = dict(schema.load_fields)
        self._build = build
        self._required = frozenset(name for name, field in self._fields.items() if field.required)
        self._defaults = {
            name: field.load_default() if callable(field.load_default) else field.load_default
            for name, field in self._fields.items()
            if field.load_default is not missing
        }
        self._bounds = {name: bounds for name, field in self._fields.items() if (bounds := _bounds_of(field))}
        self._accepted: dict[str, dict[Any, Any]] = {name: {} for name in facts}

    def load(self, content: Any) -> V | None:
        """The value, or None where the schema itself has to look (and says what is wrong, if anything is)."""
        if type(content) is not dict or not self._required <= content.keys():
            return None
        values = dict(self._defaults)
        try:
            for name, given in content.items():
                accepted = self._accepted.get(name)
                if accepted is None:
                    values[name] = self._one_off(name, given)
                    continue
                identity = given if type(given) is str else _identity(given)
                if identity not in accepted:
                    _remember(accepted, identity, self._fields[name].deserialize(given))
                values[name] = accepted[identity]
        except (ValidationError, KeyError, TypeError):
            return None
        return self._build(values)

    def _one_off(self, name: str, given: Any) -> Any:
        """A value not worth remembering. Text of lawful length is what most of them are."""
        least, most = self._bounds.get(name, (1, 0))
        if type(given) is str and least <= len(given) <= most:
            return given
        return self._fields[name].deserialize(given)


def _bounds_of(field: fields.Field[Any]) -> tuple[int, int] | None:
    """The lengths of a text that nothing but its length is asked of; None for any other field."""
    if type(field) is not fields.String or len(field.validators) != 1 or type(field.validators[0]) is not Length:
        return None
    length = field.validators[0]
    return (length.min or 0, length.max) if length.equal is None and length.max is not None else None


def _remember(accepted: dict[Any, Any], identity: Any, value: Any) -> None:
    if len(accepted) >= MAX_REMEMBERED:
        accepted.clear()
    accepted[identity] = value


def _identity(given: Any) -> Any:
    """What a value is remembered by: true is not 1, and a list is its texts. TypeError for what is not plain."""
    if type(given) is not list:
        return type(given), given
    if not set(map(type, given)) <= _TEXT:
        raise TypeError("only texts are remembered")
    return tuple(given)
