"""Marshmallow fields for the documents of editors. They are strict about types; a list may be a single value."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from marshmallow import ValidationError, fields, validate

from service.campaigns.page_rules import folded, folded_page_id

E = TypeVar("E", bound=StrEnum)
MAX_ITEMS = 500
MAX_NAME_LENGTH = 200
MAX_PAGE_ID_LENGTH = 500
MAX_NUMBER = 1_000_000
MAX_DECIMAL = 10**15
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_LANGUAGE = re.compile(r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}\Z")
FREE_CODE_PATTERN = r"^(?!\s)[^\x00-\x1f\x7f-\x9f\u2028\u2029]{1,60}(?<!\s)\Z"
KEY_PATTERN = r"^[a-z0-9][a-z0-9_-]{0,62}\Z"
_KEY = re.compile(KEY_PATTERN)


class Flag(fields.Boolean):
    """A boolean: true or false, but no text or number that looks like one."""

    def read(self, value: Any) -> bool:
        if value is True or value is False:
            return value
        raise ValidationError("must be true or false")

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> bool:  # noqa: ARG002
        return self.read(value)


class Whole(fields.Integer):
    """A whole number from `least` to `most`."""

    def __init__(self, *, least: int = 0, most: int = MAX_NUMBER, **kwargs: Any) -> None:
        super().__init__(
            strict=True, validate=validate.Range(least, most, error=f"must be from {least} to {most}"), **kwargs
        )

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> int:  # noqa: ARG002
        if type(value) is not int:
            raise ValidationError("must be a whole number")
        return value


class Number(fields.Float):
    """A finite number from 0 to `most`. Text is refused."""

    def __init__(self, *, most: float, **kwargs: Any) -> None:
        super().__init__(validate=validate.Range(0, most, error=f"must be from 0 to {most:g}"), **kwargs)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> float:  # noqa: ARG002
        # The comparison refuses NaN and infinity too, and integers that are too large for a float.
        if type(value) not in {int, float} or not -MAX_DECIMAL <= value <= MAX_DECIMAL:
            raise ValidationError("must be a number")
        return float(value)


class Share(Number):
    """A share from 0 to 1."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(most=1, **kwargs)


def refuse_control(text: str) -> None:
    """Raise ValidationError if a text contains control characters other than line breaks and tabs.

    PostgreSQL refuses a NUL, and no text that people write needs the others.
    """
    if _CONTROL.search(text):
        raise ValidationError("contains a control character; remove it")


class Text(fields.String):
    """Text of 1 to `most` characters, without control characters other than line breaks and tabs."""

    def __init__(self, *, most: int = MAX_NAME_LENGTH, **kwargs: Any) -> None:
        super().__init__(validate=validate.Length(1, most, error=f"must have 1 to {most} characters"), **kwargs)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        refuse_control(text)
        return text.strip()


class Line(Text):
    """Text on one line, such as a name. Names stand in headers of mails, and in columns of files."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if "\t" in text or len(text.splitlines()) > 1:
            raise ValidationError("contains a line break or a tab; write it on one line")
        return text


class Key(fields.String):
    """A short stable name of lower-case letters, digits, `-` and `_`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(metadata={"pattern": KEY_PATTERN}, **kwargs)

    def read(self, value: Any) -> str:
        if not isinstance(value, str):
            raise self.make_error("invalid")
        if _KEY.match(value) is None:
            words = "must be 1 to 63 lower-case letters, digits, - or _, and start with a letter or digit"
            raise ValidationError(words)
        return value

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:  # noqa: ARG002
        return self.read(value)


class FreeCode(fields.String):
    """A code of the newsroom's own, such as that of a fund or a budget: 1 to 60 characters on one line."""

    def __init__(self, **kwargs: Any) -> None:
        words = "must be 1 to 60 characters on one line, and must not start or end with a space"
        super().__init__(validate=validate.Regexp(FREE_CODE_PATTERN, error=words), **kwargs)


class LetterCode(fields.String):
    """A code of exactly `length` letters, such as a country or currency code; loaded in upper case."""

    def __init__(self, *, length: int, words: str, **kwargs: Any) -> None:
        self.length, self.words = length, words
        super().__init__(**kwargs)

    def read(self, value: Any) -> str:
        if not isinstance(value, str) or len(value) != self.length or not (value.isascii() and value.isalpha()):
            raise ValidationError(self.words)
        return value.upper()

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:  # noqa: ARG002
        return self.read(value)


def country_code(**kwargs: Any) -> LetterCode:
    """Return a field for a country code of two letters."""
    return LetterCode(length=2, words="must be a country code of two letters, such as IE", **kwargs)


def currency_code(**kwargs: Any) -> LetterCode:
    """Return a field for a currency code of three letters."""
    return LetterCode(length=3, words="must be a currency code of three letters, such as EUR", **kwargs)


class LanguageTag(fields.String):
    """A language tag such as `en` or `en-IE`; loaded in lower case."""

    def read(self, value: Any) -> str:
        if not isinstance(value, str) or not _LANGUAGE.match(value):
            raise ValidationError("must be a language such as en or en-IE")
        return value.lower()

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:  # noqa: ARG002
        return self.read(value)


class Folded(fields.String):
    """A section or tag. It is loaded in the form in which names are compared: upper and lower case do not matter."""

    most = MAX_NAME_LENGTH
    form: Callable[[str], str] = staticmethod(folded)

    def read(self, value: Any) -> str:
        if isinstance(value, str) and value.isprintable():
            text = value.strip()
            if 0 < len(text) <= self.most:
                return self.form(text)
        raise ValidationError(f"must be text of 1 to {self.most} characters")

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:  # noqa: ARG002
        return self.read(value)


class FoldedPage(Folded):
    """A page id in a list of pages. Escapes and a slash at the end do not matter either."""

    most = MAX_PAGE_ID_LENGTH
    form = staticmethod(folded_page_id)


def _folded_path(page_id: str) -> str:
    if not page_id.startswith("/") or "*" in page_id or "?" in page_id:
        raise ValidationError("must be a path such as /games, without *; all pages below it are meant too")
    return folded_page_id(page_id)


class FoldedPath(FoldedPage):
    """A path that stands for its page and all pages below it, such as `/games`."""

    form = staticmethod(_folded_path)


class Word(fields.Field[E]):
    """A member of an enum, written as its value."""

    def __init__(self, words: type[E], **kwargs: Any) -> None:
        self.words = words
        self.members: dict[Any, E] = {word.value: word for word in words}
        metadata = {"type": "string", "enum": [word.value for word in words]}
        super().__init__(metadata=metadata, **kwargs)

    def read(self, value: Any) -> E:
        member = self.members.get(value) if isinstance(value, str) else None
        if member is None:
            raise ValidationError(f"must be one of {', '.join(self.words)}")
        return member

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> E:  # noqa: ARG002
        return self.read(value)


class OneOrMany(fields.Field[tuple[Any, ...]]):
    """A list of `least` to `most` items, or a single item, which is loaded as a list of one."""

    def __init__(self, inner: fields.Field[Any], *, least: int = 0, most: int = MAX_ITEMS, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.inner, self.least, self.most = inner, least, most

    def _bind_to_schema(self, field_name: str, parent: Any) -> None:
        super()._bind_to_schema(field_name, parent)
        self.inner._bind_to_schema(field_name, self)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> tuple[Any, ...]:  # noqa: ARG002
        if not isinstance(value, list):
            return (self.inner.deserialize(value),)
        if not self.least <= len(value) <= self.most:
            raise ValidationError(f"must be a list of {self.least} to {self.most} items")
        return tuple(self._items(value))

    def _items(self, values: list[Any]) -> list[Any]:
        items, problems = [], {}
        for index, value in enumerate(values):
            try:
                items.append(self.inner.deserialize(value))
            except ValidationError as error:
                problems[index] = error.messages
        if problems:
            raise ValidationError(problems)
        return items


class Members(OneOrMany):
    """A set, written as a list or a single item. Order and repetition do not matter.

    An empty list is refused if `least` is not 0, because it could mean "no rule" or "matches nothing".
    """

    def __init__(self, inner: fields.Field[Any], *, least: int = 1, **kwargs: Any) -> None:
        super().__init__(inner, least=least, **kwargs)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        if value == [] and self.least:
            raise ValidationError("is an empty list; list something, or leave the field out for no rule")
        return frozenset(super()._deserialize(value, attr, data, **kwargs))


@dataclass(frozen=True, slots=True)
class AnyNoneRule:
    """A rule with two lists: a value must be in `any_of` (None: no rule) and must not be in `none_of`."""

    any_of: frozenset[str] | None = None
    none_of: frozenset[str] = frozenset()


class AnyNone(fields.Field[AnyNoneRule]):
    """A rule written as `{any: [...], none: [...]}`, or as a plain list, which means `any`."""

    def __init__(self, inner: fields.Field[Any], **kwargs: Any) -> None:
        super().__init__(load_default=AnyNoneRule, **kwargs)
        self.inner = Members(inner)

    def _bind_to_schema(self, field_name: str, parent: Any) -> None:
        super()._bind_to_schema(field_name, parent)
        self.inner._bind_to_schema(field_name, self)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> AnyNoneRule:  # noqa: ARG002
        if not isinstance(value, Mapping):
            return AnyNoneRule(frozenset(self.inner.deserialize(value) or ()))
        if unknown := sorted(str(name) for name in value if name not in {"any", "none"}):
            raise ValidationError({unknown[0]: ["is not a field here; fields here are any, none"]})
        sides: dict[str, frozenset[str]] = {}
        problems: dict[str, Any] = {}
        for side in value:
            try:
                sides[side] = frozenset(self.inner.deserialize(value[side]) or ())
            except ValidationError as error:
                problems[side] = error.messages
        if problems:
            raise ValidationError(problems)
        return AnyNoneRule(sides.get("any"), sides.get("none", frozenset()))
