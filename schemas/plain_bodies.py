"""Load request bodies with the fields of a schema, but without marshmallow's records of what is wrong.

These records take most of the time of loading a body. A body that is refused here is loaded again by the schema itself,
which says why.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from marshmallow import Schema, ValidationError, fields

from schemas.fields import OneOrMany

_Read = Callable[[Any], Any]


class PlainBodies:
    """Loads bodies for a flat schema that refuses unknown fields. `schema`: its fields and defaults; no hooks run."""

    def __init__(self, schema: Schema) -> None:
        self._readers = {name: _reader(name, field) for name, field in schema.load_fields.items()}
        self._defaults = {name: field.load_default for name, field in schema.load_fields.items() if not field.required}

    def load(self, body: object) -> Mapping[str, Any] | None:
        """Return the values by field name, or None if the schema refuses the body."""
        if type(body) is not dict:
            return None
        values, readers = self._defaults.copy(), self._readers
        try:
            for name, value in body.items():
                values[name] = readers[name](value)
        except (KeyError, ValidationError):
            return None
        return values if len(values) == len(readers) else None


def _reader(name: str, field: fields.Field[Any]) -> _Read:
    """Return the function that reads a value of a field. Our own fields have one; of others it is put together."""
    if isinstance(field, OneOrMany):
        load_items, read_item = field.load_items, _reader(name, field.inner)
        return lambda value: load_items(value, read_item)
    validators: tuple[_Read, ...] = tuple(field.validators)
    read: _Read = getattr(field, "read", None) or partial(field._deserialize, attr=name, data=None)
    if not validators and not field.allow_none:
        return read

    def checked(value: Any) -> Any:
        if value is None:
            if field.allow_none:
                return None
            raise ValidationError("is null")
        found = read(value)
        for validate in validators:
            validate(found)
        return found

    return checked
