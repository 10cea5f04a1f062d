"""Reading fields of Stripe's JSON: absent and null are the same, an expanded object counts as its id."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from service.errors import DomainError

StripeJson = Mapping[str, Any]
NOTHING: StripeJson = {}
# Controls, line separators, and the surrogates JSON can name one by one: no database takes those.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")


class UnreadableObjectError(DomainError):
    """An object of Stripe's lacks a field it always has, or holds another type there."""

    code = "unreadable_stripe_object"


def part(data: StripeJson, *path: str) -> StripeJson:
    """The object at `path`; an empty one where any step is absent, null or not an object."""
    found: Any = data
    for name in path:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found if isinstance(found, Mapping) else NOTHING


def rows(data: StripeJson, name: str) -> tuple[StripeJson, ...]:
    """The objects of a list field: a plain array or Stripe's list object."""
    found = data.get(name)
    if isinstance(found, Mapping):
        found = found.get("data")
    return tuple(row for row in found if isinstance(row, Mapping)) if isinstance(found, list) else ()


def text(data: StripeJson, name: str) -> str | None:
    """One line of text: a NUL is dropped, and control characters and halves of characters become one space."""
    value = data.get(name)
    return _UNPRINTABLE.sub(" ", value.replace("\0", "")) or None if isinstance(value, str) else None


def required_text(data: StripeJson, name: str) -> str:
    value = text(data, name)
    if value is None:
        raise UnreadableObjectError(f"{_kind(data)} has no {name}")
    return value


def reference(data: StripeJson, name: str) -> str | None:
    """The id in a field that holds an id or, expanded, the object itself."""
    value = data.get(name)
    if isinstance(value, Mapping):
        value = value.get("id")
    return value if isinstance(value, str) and value else None


def whole(data: StripeJson, name: str) -> int | None:
    value = data.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or int(value) != value:
        raise UnreadableObjectError(f"{_kind(data)}.{name} is not a whole number")
    return int(value)


def amount(data: StripeJson, name: str) -> int:
    """Minor units; raises UnreadableObjectError where there is no amount."""
    value = whole(data, name)
    if value is None:
        raise UnreadableObjectError(f"{_kind(data)} has no {name}")
    return value


def currency(data: StripeJson, name: str = "currency") -> str:
    return required_text(data, name).upper()


def is_set(data: StripeJson, name: str) -> bool:
    return data.get(name) is True


def instant(data: StripeJson, name: str) -> datetime | None:
    value = whole(data, name)
    return None if value is None else datetime.fromtimestamp(value, UTC)


def required_instant(data: StripeJson, name: str) -> datetime:
    value = instant(data, name)
    if value is None:
        raise UnreadableObjectError(f"{_kind(data)} has no {name}")
    return value


def decimal(data: StripeJson, name: str) -> Decimal | None:
    """An exact number; where the library gives a float, its shortest text is what Stripe sent."""
    value = data.get(name)
    return None if value is None else Decimal(str(value))


def _kind(data: StripeJson) -> str:
    return str(data.get("object") or "object")
