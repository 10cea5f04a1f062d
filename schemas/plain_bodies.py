"""Read request bodies with the fields of a schema, but without marshmallow's records of what is wrong.

These records take most of the time of loading a body. A body that is refused here is read again by the Flask route and
its schema, which say why.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields

from schemas.fields import MAX_NAME_LENGTH, Folded, OneOrMany, Word

_Read = Callable[[Any], Any]


class PlainBodies:
    """Reads flat JSON objects for a schema that refuses unknown fields. No hooks of the schema run.

    `schema`: its fields and defaults. Each field must have a method `read` that loads a value or refuses it.
    """

    def __init__(self, schema: Schema) -> None:
        declared = schema.load_fields
        self._readers = {name: _reader(field) for name, field in declared.items()}
        self._nulls = {name: None for name, field in declared.items() if field.allow_none}
        self._defaults = {name: field.load_default for name, field in declared.items() if not field.required}
        self._decode = json.JSONDecoder(object_pairs_hook=self._values).raw_decode

    def load(self, raw: bytes) -> Mapping[str, Any] | None:
        """Return the values by field name, or None if the JSON or the schema refuses the body.

        A body with white space around it, or with an escaped surrogate, is refused too: the route reads it.
        """
        try:
            text = raw.decode()
            if "\\" in text and ("\\ud" in text or "\\uD" in text):
                return None
            values, end = self._decode(text)
        except (ValueError, KeyError, TypeError, RecursionError, ValidationError):
            return None
        is_whole = type(values) is dict and len(values) == len(self._readers) and end == len(text)
        return values if is_whole else None

    def _values(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        """Return the values of an object. An object within the body becomes a value that every field refuses."""
        values, readers = self._defaults.copy(), self._readers.copy()
        for name, value in pairs:
            read = readers.pop(name)  # KeyError also if the name is written a second time
            values[name] = self._nulls[name] if value is None else read(value)
        return values


def _reader(field: fields.Field[Any]) -> _Read:
    """Return the function that reads a value of a field other than null. It raises an error if the field refuses it."""
    if isinstance(field, OneOrMany):
        return _reader_of_items(field)
    if isinstance(field, Word):
        return field.members.__getitem__
    read: _Read = field.read  # type: ignore[attr-defined]
    return read


def _reader_of_items(field: OneOrMany) -> _Read:
    read = _reader(field.inner)
    is_of_names = type(field.inner) is Folded

    def read_items(value: Any) -> tuple[Any, ...]:
        if type(value) is not list:
            return (read(value),)
        if not field.least <= len(value) <= field.most:
            raise ValidationError("too few or too many items")
        return (is_of_names and _plain_names(value)) or tuple(map(read, value))

    return read_items


def _plain_names(values: list[Any]) -> tuple[str, ...]:
    """Return sections or tags as `Folded` reads them, or none unless they are a few words in ASCII, as most lists are.

    They are checked together, because a call for each of them takes most of the time of reading a body.
    """
    together = "".join(values)
    if not together.isascii() or not together.isprintable() or len(together) > MAX_NAME_LENGTH:
        return ()
    names = tuple([name.strip().lower() for name in values])
    return () if "" in names else names
