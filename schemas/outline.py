"""Makes the shape of a schema's documents, so that forms and words need no second description of a document."""

from dataclasses import replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from marshmallow import Schema, fields, missing, validate

from schemas.campaigns.campaign import ShareOfReaders
from schemas.campaigns.reader_rules import TrueOr
from schemas.campaigns.variant import AskSchema, Colour, IntervalAskField, MajorAmount
from schemas.document import ShortSchema
from schemas.fields import AnyNone, Flag, Folded, Line, Members, Number, OneOrMany, Text, Whole, Word
from schemas.times import Day, HoursOfDay, Instant, MinuteOfDay, Wall
from service.campaigns.words.shape import Shape, ShapeKind

_KINDS: tuple[tuple[type[fields.Field[Any]], ShapeKind], ...] = (
    (MajorAmount, ShapeKind.AMOUNT),
    (Colour, ShapeKind.COLOUR),
    (Wall, ShapeKind.WALL),
    (Day, ShapeKind.DAY),
    (MinuteOfDay, ShapeKind.MINUTE),
    (Instant, ShapeKind.INSTANT),
    (ShareOfReaders, ShapeKind.SHARE),
    (Flag, ShapeKind.FLAG),
    (Whole, ShapeKind.WHOLE),
    (Number, ShapeKind.NUMBER),
    (Word, ShapeKind.WORD),
    (Line, ShapeKind.LINE),
    (Text, ShapeKind.TEXT),
    (HoursOfDay, ShapeKind.LINE),
    (fields.String, ShapeKind.LINE),
)


def outline(schema: Schema) -> Shape:
    """Return the outline of the documents that a schema loads."""
    parts = {name: _shape(part) for name, part in schema.fields.items()}
    alone = schema.alone if isinstance(schema, ShortSchema) else None
    if isinstance(schema, AskSchema):
        parts["intervals"] = replace(parts["intervals"], keys=Shape(ShapeKind.WORD, words=("one_off", "month", "year")))
    return Shape(ShapeKind.GROUP, parts=MappingProxyType(parts), alone=alone)


def _shape(part: fields.Field[Any]) -> Shape:
    found = _container(part) or _leaf(part)
    return replace(found, is_required=part.required, default=_default(part))


def _container(part: fields.Field[Any]) -> Shape | None:
    if isinstance(part, fields.Nested):
        alone = "amounts" if isinstance(part, IntervalAskField) else outline(part.schema).alone
        return replace(outline(part.schema), is_switch=isinstance(part, TrueOr), alone=alone)
    if isinstance(part, AnyNone):
        return Shape(ShapeKind.SIDES, inner=_shape(part.inner))
    if isinstance(part, OneOrMany):
        inner = _shape(part.inner)
        is_plain = inner.kind is not ShapeKind.GROUP
        kind = ShapeKind.MEMBERS if isinstance(part, Members) or is_plain else ShapeKind.LIST
        return Shape(kind, least=part.least, most=part.most, inner=inner, words=inner.words)
    if isinstance(part, fields.Dict) and part.key_field is not None and part.value_field is not None:
        return Shape(ShapeKind.MAPPING, keys=_shape(part.key_field), inner=_shape(part.value_field))
    return None


def _leaf(part: fields.Field[Any]) -> Shape:
    kind = next(kind for cls, kind in _KINDS if isinstance(part, cls))
    least, most, words = None, None, ()
    for check in part.validators:
        if isinstance(check, validate.Range | validate.Length):
            least, most = check.min, check.max
        if isinstance(check, validate.OneOf):
            words = tuple(check.choices)
    if isinstance(part, Word):
        words = tuple(word.value for word in part.words)
    if isinstance(part, Folded):
        most = part.most
    return Shape(kind, least=least, most=most, words=words)


def _default(part: fields.Field[Any]) -> Any:
    """Return the default of a single value as it would be written, or None."""
    default = part.load_default
    if default is missing or isinstance(part, Instant) or callable(default):
        return None
    return (
        default.value
        if isinstance(default, StrEnum)
        else default
        if isinstance(default, bool | int | float | str)
        else None
    )
