"""The query parameters of an export."""

import re
from datetime import date
from typing import Any

from marshmallow import Schema, ValidationError, fields

from schemas.fields import Word, currency_code
from schemas.times import Day
from service.exports.request import MAX_PARTS, ExportName, ExportRequest, FileFormat, Granularity, Layout, Profile

_NUMBER = re.compile(r"^(0|[1-9]\d{0,18})\Z")
_FLAGS = {"1": True, "true": True, "0": False, "false": False}
MAX_AS_OF = 2**63 - 1


class Digits(fields.Field[int]):
    """A whole number in ASCII digits, between `least` and `most`, without sign or leading zeros."""

    def __init__(self, *, least: int, most: int, **kwargs: Any) -> None:
        super().__init__(metadata={"type": "integer", "minimum": least}, **kwargs)
        self.least, self.most = least, most

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> int:  # noqa: ARG002
        if not isinstance(value, str) or not value.isascii() or not _NUMBER.match(value):
            raise ValidationError("must be a whole number")
        if not self.least <= int(value) <= self.most:
            raise ValidationError(f"must be between {self.least} and {self.most}")
        return int(value)


class ZeroOrOne(fields.Field[bool]):
    """A flag: `1` or `true`, `0` or `false`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(metadata={"type": "string", "enum": ["0", "1"]}, **kwargs)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> bool:  # noqa: ARG002
        if value not in _FLAGS:
            raise ValidationError("must be 1 or 0")
        return _FLAGS[value]


class ExportQuerySchema(Schema):
    """The days, the point in the books, and the form of a file. Days are local to the organisation, both included."""

    from_on: fields.Field[date] = Day(data_key="from")
    to_on: fields.Field[date] = Day(data_key="to")
    as_of = Digits(least=0, most=MAX_AS_OF)
    file_format = Word(FileFormat, data_key="format")
    profile = Word(Profile)
    granularity = Word(Granularity)
    layout = Word(Layout)
    currency = currency_code()
    part = Digits(least=1, most=MAX_PARTS)
    batch = Digits(least=1, most=MAX_AS_OF)
    has_personal_data = ZeroOrOne(data_key="pii")
    is_current = ZeroOrOne(data_key="current")


QUERY_NAMES = frozenset(field.data_key or name for name, field in ExportQuerySchema().fields.items())


def export_request(name: ExportName, query: dict[str, Any]) -> ExportRequest:
    """Return the request for a file with the parameters of a loaded query."""
    return ExportRequest(name, **query)
