"""Schemas of the variants of a campaign: words, amounts, design and ticker. Amounts may be major units (`"7.50"`)."""

import re
from difflib import get_close_matches
from typing import Any

from marshmallow import ValidationError, fields, post_load, pre_load, validates_schema

from schemas.document import StrictSchema
from schemas.fields import Flag, Key, LanguageTag, Line, Number, OneOrMany, Text, Whole, Word, currency_code
from schemas.times import NearDay
from service.campaigns.variant import (
    Ask,
    Copy,
    CopyDevice,
    CurrencyAsk,
    Design,
    IntervalAsk,
    Placeholder,
    Ticker,
    TickerLabel,
    Variant,
    names_in_braces,
)
from service.errors import InvalidAmountError
from service.money import MAX_AMOUNT_MINOR, Interval, checked_amount, parse_amount

MAX_AMOUNTS = 12
MAX_PARAGRAPHS = 20
MAX_PARAGRAPH_LENGTH = 2000
MAX_HEADING_LENGTH = 300


class MajorAmount(fields.Field[str]):
    """An amount in major units, such as `5` or `"7.50"`, loaded as text: the schema around it knows the currency."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:  # noqa: ARG002
        if type(value) not in {int, float, str}:
            raise ValidationError("must be an amount such as 5 or 7.50")
        return str(value)


class IntervalAskSchema(StrictSchema):
    """The suggested amounts of an interval in a currency: `amounts` in major units, or `amounts_minor`."""

    amounts = OneOrMany(MajorAmount(), least=1, most=MAX_AMOUNTS)
    default = MajorAmount()
    amounts_minor = OneOrMany(Whole(least=1, most=MAX_AMOUNT_MINOR), least=1, most=MAX_AMOUNTS)
    default_minor = Whole(least=1, most=MAX_AMOUNT_MINOR)

    @validates_schema
    def one_form(self, data: dict[str, Any], **_: Any) -> None:
        if ("amounts" in data) == ("amounts_minor" in data):
            raise ValidationError("must have either amounts (major units) or amounts_minor, not both")
        if "default" in data and "default_minor" in data:
            raise ValidationError("must have either default or default_minor, not both")


class IntervalAskField(fields.Nested):
    """An IntervalAskSchema, or the list of amounts alone."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(IntervalAskSchema, **kwargs)

    def _deserialize(self, value: Any, attr: Any, data: Any, partial: Any = None, **kwargs: Any) -> Any:
        return super()._deserialize(
            {"amounts": value} if isinstance(value, list) else value, attr, data, partial=partial, **kwargs
        )


def interval_ask(interval: Interval, code: str, written: dict[str, Any]) -> IntervalAsk:
    """Convert the written amounts to minor units of a currency. Raise ValidationError if they are wrong."""
    try:
        if "amounts" in written:
            amounts = [parse_amount(text, code).amount_minor for text in written["amounts"]]
        else:
            amounts = [checked_amount(minor, code).amount_minor for minor in written["amounts_minor"]]
        default = written.get("default_minor")
        if "default" in written:
            default = parse_amount(written["default"], code).amount_minor
    except InvalidAmountError as error:
        raise ValidationError(f"{code}: {error}") from error
    if amounts != sorted(set(amounts)):
        raise ValidationError(f"{code}: amounts must be in rising order, without repetition")
    if default is not None and default not in amounts:
        raise ValidationError(f"{code}: the default must be one of the amounts")
    return IntervalAsk(interval, tuple(amounts), default)


class AskSchema(StrictSchema):
    """The amounts to choose from, by interval and currency. Their order in the document is the order shown."""

    intervals = fields.Dict(
        keys=Word(Interval), values=fields.Dict(keys=currency_code(), values=IntervalAskField()), required=True
    )
    default_interval = Word(Interval, load_default=None)
    own_amount = Flag(load_default=True)
    can_cover_fee = Flag(load_default=False)

    @pre_load
    def with_intervals(self, data: Any, **_: Any) -> Any:
        """Accept intervals in the ask itself, without the word `intervals`."""
        if not isinstance(data, dict) or "intervals" in data or not set(Interval) & set(data):
            return data
        beside = {name: value for name, value in data.items() if name not in set(Interval)}
        return {**beside, "intervals": {name: value for name, value in data.items() if name in set(Interval)}}

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Ask:
        by_currency: dict[str, list[IntervalAsk]] = {}
        problems: dict[str, list[str]] = {}
        for interval, currencies in data["intervals"].items():
            for code, written in currencies.items():
                try:
                    by_currency.setdefault(code, []).append(interval_ask(interval, code, written))
                except ValidationError as error:
                    problems.setdefault(interval.value, []).extend(str(message) for message in error.messages)
        if problems or not by_currency:
            raise ValidationError({"intervals": problems or ["must have at least one interval with a currency"]})
        asks = tuple(CurrencyAsk(code, tuple(intervals)) for code, intervals in by_currency.items())
        default = data["default_interval"] or asks[0].intervals[0].interval
        for ask in asks:
            if default not in {interval_ask.interval for interval_ask in ask.intervals}:
                raise ValidationError(f"{default} has no amounts in {ask.currency}; add them", "default_interval")
        return Ask(asks, default, data["own_amount"], data["can_cover_fee"])


class Colour(fields.String):
    """A colour `#rgb` or `#rrggbb`, loaded as lower-case `#rrggbb`."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:  # noqa: ARG002
        if not isinstance(value, str) or not re.match(r"^#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})\Z", value):
            raise ValidationError('must be a colour such as "#0b5563"')
        digits = value[1:].lower()
        return f"#{digits}" if len(digits) == 6 else "#" + "".join(digit * 2 for digit in digits)


class DesignSchema(StrictSchema):
    """The colours of a prompt. A colour that is left out is the widget's own."""

    accent = Colour(load_default=None)
    accent_text = Colour(load_default=None)
    background = Colour(load_default=None)
    text = Colour(load_default=None)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Design:
        return Design(**data)


class WordsSchema(StrictSchema):
    """The words of a prompt."""

    heading = Line(most=MAX_HEADING_LENGTH, required=True)
    subheading = Line(most=MAX_HEADING_LENGTH, load_default=None)
    paragraphs = OneOrMany(Text(most=MAX_PARAGRAPH_LENGTH), most=MAX_PARAGRAPHS, load_default=())
    highlight = Text(most=MAX_PARAGRAPH_LENGTH, load_default=None)
    button = Line(most=60, required=True)
    footnote = Text(most=MAX_PARAGRAPH_LENGTH, load_default=None)


class VariantCopySchema(WordsSchema):
    """The words in a language, and optionally other words for small screens."""

    small = fields.Nested(WordsSchema, load_default=None)


class VariantTickerSchema(StrictSchema):
    """A goal in major units of a currency, and how the amount raised is counted."""

    goal = MajorAmount(required=True)
    currency = currency_code(required=True)
    label = fields.Dict(keys=LanguageTag(), values=Line(), required=True)
    starts_on = NearDay(load_default=None)
    ends_on = NearDay(load_default=None)
    already_minor = Whole(most=10**12, load_default=0)
    stops_at_goal = Flag(load_default=False)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Ticker:
        goal, code = data.pop("goal"), data.pop("currency")
        labels = tuple(TickerLabel(language, text) for language, text in data.pop("label").items())
        try:
            return Ticker(goal_minor=parse_amount(goal, code).amount_minor, currency=code, labels=labels, **data)
        except InvalidAmountError as error:
            raise ValidationError(str(error), "goal") from error


class VariantSchema(StrictSchema):
    """A wording of a campaign with its amounts, colours and ticker."""

    key = Key(required=True)
    weight = Number(most=1_000_000, load_default=1.0)
    is_control = Flag(load_default=False)
    copy = fields.Dict(keys=LanguageTag(), values=fields.Nested(VariantCopySchema), required=True)
    ask = fields.Nested(AskSchema, load_default=None)
    design = fields.Nested(DesignSchema, load_default=Design)
    ticker = fields.Nested(VariantTickerSchema, load_default=None)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Variant:
        copies = tuple(copy for language, written in data.pop("copy").items() for copy in _copies(language, written))
        if not copies:
            raise ValidationError("is empty; give the words in at least one language", "copy")
        return Variant(copies=copies, **data)


def _copies(language: str, written: dict[str, Any]) -> list[Copy]:
    small = written.pop("small")
    copies = [Copy(language=language, **written)]
    if small:
        copies.append(Copy(language=language, device=CopyDevice.SMALL, **small))
    for name in sorted(frozenset().union(*(names_in_braces(copy) for copy in copies)) - set(Placeholder)):
        close = get_close_matches(name, list(Placeholder), n=1) or [", ".join(Placeholder)]
        raise ValidationError({"copy": {language: [f"{{{name}}} is not a placeholder; did you mean {close[0]}?"]}})
    return copies
