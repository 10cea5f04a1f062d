"""Strict schemas for the documents that editors write, and errors as sentences that name the field and the line."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any, ClassVar

from marshmallow import RAISE, Schema, ValidationError, fields, pre_load

from service.errors import InvalidDocumentError

Path = tuple[str | int, ...]
MAX_PROBLEMS = 50
_WORDS = {
    "Missing data for required field.": "is missing",
    "Field may not be null.": "is empty; give it a value or leave it out",
    "Not a valid string.": "must be text",
    "Not a valid integer.": "must be a whole number",
    "Not a valid list.": "must be a list",
    "Not a valid mapping type.": "must be a mapping",
    "Invalid input type.": "must be a mapping of names to values",
}


class StrictSchema(Schema):
    """A schema that refuses unknown fields."""

    class Meta:
        unknown = RAISE


class ForgivingSchema(StrictSchema):
    """A schema that reads a field under other names too: `other_names` maps each to the field's own name."""

    other_names: ClassVar[dict[str, str]] = {}

    @pre_load
    def with_our_names(self, data: Any, **_: Any) -> Any:
        if not isinstance(data, dict):
            return data
        ours = {name: self.other_names.get(name, name) for name in data}
        return {name if ours[name] in data else ours[name]: value for name, value in data.items()}


class ShortSchema(StrictSchema):
    """A schema with a short form: a text or number is read as the field `alone`.

    With `alone = "share"`, `control: 0.1` is read as `control: {share: 0.1}`.
    """

    alone: ClassVar[str]

    @pre_load
    def from_alone(self, data: Any, **_: Any) -> Any:
        return {self.alone: data} if isinstance(data, str | int | float) else data


def load_value(schema: Schema, content: object, lines: Mapping[Path, int] | None = None) -> Any:
    """Load a document with a schema. Raise InvalidDocumentError, naming every wrong field, if the document is wrong.

    `lines` gives the line of each path in the document. A path that is not in it has the line of the nearest field
    around it.
    """
    try:
        return schema.load(content)  # type: ignore[arg-type]
    except ValidationError as error:
        found = sorted(_flat(error.messages), key=lambda item: (_line(item[0], lines or {}), str(item[0])))
        problems = tuple(_in_words(schema, path, message, lines or {}) for path, message in found[:MAX_PROBLEMS])
        raise InvalidDocumentError(problems) from error


def problems_by_path(schema: Schema, content: object) -> tuple[tuple[Path, str], ...]:
    """Return what is wrong with a document by the path of each wrong field, for forms. The words name no path."""
    try:
        schema.load(content)  # type: ignore[arg-type]
    except ValidationError as error:
        return tuple((path, _words(schema, path, message)) for path, message in _flat(error.messages))[:MAX_PROBLEMS]
    return ()


def _flat(messages: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    if isinstance(messages, Mapping):
        for name, inner in messages.items():
            yield from _flat(inner, path if name in {"_schema", "value"} else (*path, name))
    elif isinstance(messages, list):
        for message in messages:
            yield from _flat(message, path)
    else:
        yield path, str(messages)


def _in_words(schema: Schema, path: Path, message: str, lines: Mapping[Path, int]) -> str:
    written = _as_written(schema, path, lines)
    line = _line(written, lines)
    return f"{spoken(written)}: {_words(schema, path, message)}" + (f" (line {line})" if line else "")


def _words(schema: Schema, path: Path, message: str) -> str:
    if message == "Unknown field.":
        message = "is not a field here" + _suggestion(str(path[-1]), _field_names(schema, path[:-1]))
    names = _field_names(schema, path) if message == "Invalid input type." else ()
    return f"must be a mapping with {', '.join(names)}" if names else _WORDS.get(message, message).rstrip(".")


def _as_written(schema: Schema, path: Path, lines: Mapping[Path, int]) -> Path:
    """Return a path with the names that the document uses, which may be other names of our fields."""
    written: Path = ()
    for depth, part in enumerate(path):
        here = _schema_at(schema, path[:depth])
        others = here.other_names if isinstance(here, ForgivingSchema) else {}
        names = [part, *(name for name, ours in others.items() if ours == part)]
        written = (*written, next((name for name in names if (*written, name) in lines), part))
    return written


def spoken(path: Path) -> str:
    """Return a path as text, such as `variants 2, copy, en, button`. Positions in a list count from one."""
    text = ""
    for part in path:
        text += f" {part + 1}" if isinstance(part, int) else f"{', ' if text else ''}{part}"
    return text or "the document"


def _line(path: Path, lines: Mapping[Path, int]) -> int:
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 0)


def _suggestion(name: str, known: tuple[str, ...]) -> str:
    close = get_close_matches(name, known, n=1, cutoff=0.6) or [
        known_name for known_name in known if name in known_name
    ]
    if close:
        return f"; did you mean {close[0]}?"
    return f"; fields here are {', '.join(known)}" if known else ""


def _field_names(schema: Schema, path: Path) -> tuple[str, ...]:
    """Return the names of the fields that a schema knows at a path of a document."""
    here = _schema_at(schema, path)
    return tuple(here.fields) if here else ()


def _schema_at(schema: Schema, path: Path) -> Schema | None:
    here: Schema | None = schema
    for part in path:
        if here is None:
            return None
        if isinstance(part, int) or part not in here.fields:
            continue
        here = _schema_of(here.fields[part])
    return here


def _schema_of(field: fields.Field[Any]) -> Schema | None:
    inner: fields.Field[Any] | None = field
    while inner is not None and not isinstance(inner, fields.Nested):
        inner = getattr(inner, "inner", None) or getattr(inner, "value_field", None)
    return inner.schema if isinstance(inner, fields.Nested) else None
