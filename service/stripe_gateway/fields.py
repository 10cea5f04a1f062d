"""Read fields of Stripe's JSON. A missing field and a null are treated alike."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from service.errors import DomainError

StripeJson = Mapping[str, Any]
NOTHING: StripeJson = {}
# Control characters, line separators and unpaired surrogates. PostgreSQL rejects NUL and the surrogates.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")


class UnreadableObjectError(DomainError):
    """A Stripe object lacks a required field, or a field has an unexpected type."""

    code = "unreadable_stripe_object"


def part(data: StripeJson, *path: str) -> StripeJson:
    """Return the object at `path`, or an empty object if any step of the path is missing or is not an object."""
    found: Any = data
    for name in path:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found if isinstance(found, Mapping) else NOTHING


def rows(data: StripeJson, name: str) -> tuple[StripeJson, ...]:
    """Return the objects in a list field, which may be a plain array or one of Stripe's list objects."""
    found = data.get(name)
    if isinstance(found, Mapping):
        found = found.get("data")
    return tuple(row for row in found if isinstance(row, Mapping)) if isinstance(found, list) else ()


def text(data: StripeJson, name: str) -> str | None:
    """Return a text as a single line, or None if the field is missing or empty.

    NUL characters are removed. Other control characters and unpaired surrogates become a space.
    """
    value = data.get(name)
    return _UNPRINTABLE.sub(" ", value.replace("\0", "")) or None if isinstance(value, str) else None


def required_text(data: StripeJson, name: str) -> str:
    """Return a text. Raise UnreadableObjectError if the field is missing or empty."""
    value = text(data, name)
    if value is None:
        raise UnreadableObjectError(f"{_kind(data)} has no {name}")
    return value


def reference(data: StripeJson, name: str) -> str | None:
    """Return the id of a related object from a field that holds the id or, if expanded, the object itself."""
    value = data.get(name)
    if isinstance(value, Mapping):
        value = value.get("id")
    return value if isinstance(value, str) and value else None


def whole(data: StripeJson, name: str) -> int | None:
    """Return a whole number, or None if the field is missing. Raise UnreadableObjectError for any other number."""
    value = data.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or int(value) != value:
        raise UnreadableObjectError(f"{_kind(data)}.{name} is not a whole number")
    return int(value)


def amount(data: StripeJson, name: str) -> int:
    """Return an amount in minor units. Raise UnreadableObjectError if the field is missing."""
    value = whole(data, name)
    if value is None:
        raise UnreadableObjectError(f"{_kind(data)} has no {name}")
    return value


def currency(data: StripeJson, name: str = "currency") -> str:
    """Return a currency code in upper case. Raise UnreadableObjectError if the field is missing."""
    return required_text(data, name).upper()


def is_set(data: StripeJson, name: str) -> bool:
    """Return whether the field is `true`."""
    return data.get(name) is True


def instant(data: StripeJson, name: str) -> datetime | None:
    """Return a time, which Stripe gives in seconds since 1970, or None if the field is missing."""
    value = whole(data, name)
    return None if value is None else datetime.fromtimestamp(value, UTC)


def required_instant(data: StripeJson, name: str) -> datetime:
    """Return a time. Raise UnreadableObjectError if the field is missing."""
    value = instant(data, name)
    if value is None:
        raise UnreadableObjectError(f"{_kind(data)} has no {name}")
    return value


def decimal(data: StripeJson, name: str) -> Decimal | None:
    """Return an exact number, or None if the field is missing.

    If the library has parsed the number as a float, the float's shortest text is what Stripe sent.
    """
    value = data.get(name)
    return None if value is None else Decimal(str(value))


def _kind(data: StripeJson) -> str:
    return str(data.get("object") or "object")
