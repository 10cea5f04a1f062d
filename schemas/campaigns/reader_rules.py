"""The schema of the `reader` part of a campaign."""

import re
from types import MappingProxyType
from typing import Any

from marshmallow import ValidationError, fields, post_load, validate

from schemas.campaigns.variant import MajorAmount
from schemas.document import StrictSchema
from schemas.fields import AnyNone, Flag, Folded, Key, LanguageTag, Members, OneOrMany, Whole, Word, currency_code
from service.campaigns.reader_rules import (
    EVERYONE,
    NON_SUPPORTERS,
    SUPPORTERS,
    AbandonedCheckout,
    ArticleCount,
    Consent,
    Device,
    FirstSeen,
    Inclusion,
    JustContributed,
    ReaderRules,
    SupporterState,
)
from service.errors import InvalidAmountError
from service.money import Interval, parse_amount

MAX_WEEKS = 52
MAX_DAYS = 91
_HOST = re.compile(r"^(?=.{1,253}\Z)([a-z0-9-]{1,63}\.)*[a-z0-9-]{1,63}\Z")
_AUDIENCES = {
    "non_supporters": NON_SUPPORTERS,
    "supporters": SUPPORTERS,
    "everyone": EVERYONE,
    **{state.value: frozenset({state}) for state in SupporterState if state is not SupporterState.UNKNOWN},
}


class Country(fields.String):
    """A country code, loaded in upper case, or the name of a country group, loaded in lower case."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:  # noqa: ARG002
        if isinstance(value, str) and re.match(r"^[A-Za-z]{2}\Z", value):
            return value.upper()
        if not isinstance(value, str) or not re.match(r"^[A-Za-z][A-Za-z0-9_-]{2,62}\Z", value):
            raise ValidationError("must be a country code such as IE, or the name of one of the site's country groups")
        return value.lower()


class Host(fields.String):
    """A host name such as news.example, loaded in lower case."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:  # noqa: ARG002
        if not isinstance(value, str) or not _HOST.match(value.lower()):
            raise ValidationError("must be a host name such as news.example, without scheme or path")
        return value.lower()


class ArticleCountSchema(StrictSchema):
    """How many articles a reader has read: in this week and `weeks` before, in the last `days`, or ever."""

    min = Whole(load_default=None)
    max = Whole(load_default=None)
    weeks = Whole(most=MAX_WEEKS, load_default=None)
    days = Whole(least=1, most=MAX_DAYS, load_default=None)
    topics = Members(Folded(), load_default=None)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> ArticleCount:
        minimum, maximum = data["min"], data["max"]
        if minimum is None and maximum is None:
            raise ValidationError("has no limit; say at least how many, at most how many, or both")
        if minimum is not None and maximum is not None and minimum > maximum:
            raise ValidationError("is less than min, so no reader would match; raise it", "max")
        if data["weeks"] is not None and data["days"] is not None:
            raise ValidationError("cannot be combined with weeks; use only one of them", "days")
        if data["topics"] is not None and data["days"] is not None:
            words = "cannot be combined with topics, which are counted by the week; use weeks"
            raise ValidationError(words, "days")
        return ArticleCount(minimum, maximum, data["weeks"], data["days"], data["topics"])


class FirstSeenSchema(StrictSchema):
    """How old the reader's history is, in days."""

    min_days = Whole(load_default=None)
    max_days = Whole(load_default=None)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> FirstSeen:
        least, most = data["min_days"], data["max_days"]
        if least is not None and most is not None and least > most:
            raise ValidationError("is less than min_days, so no reader would match; raise it", "max_days")
        return FirstSeen(least, most)


class AbandonedCheckoutSchema(StrictSchema):
    """A checkout that was started at least `after_hours` and at most `within_days` ago, and not paid."""

    within_days = Whole(least=1, load_default=None)
    after_hours = Whole(load_default=0)
    intervals = Members(Word(Interval), load_default=None)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> AbandonedCheckout:
        return AbandonedCheckout(
            within_days=data["within_days"], after_hours=data["after_hours"], intervals=data["intervals"]
        )


class JustContributedSchema(StrictSchema):
    """A contribution that was completed in this browser within `within_minutes`."""

    within_minutes = Whole(least=1, load_default=60)
    intervals = Members(Word(Interval), load_default=None)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> JustContributed:
        return JustContributed(data["within_minutes"], data["intervals"])


class TrueOr(fields.Nested):
    """A nested part that may also be `true`, which loads its defaults, or `false`, which loads `otherwise`."""

    def __init__(self, schema: type[StrictSchema], *, otherwise: Any = None, **kwargs: Any) -> None:
        super().__init__(schema, **kwargs)
        self.otherwise = otherwise

    def _deserialize(self, value: Any, attr: Any, data: Any, partial: Any = None, **kwargs: Any) -> Any:
        if value is False:
            return self.otherwise
        return super()._deserialize({} if value is True else value, attr, data, partial=partial, **kwargs)


def _minor_units(written: dict[str, str] | None) -> MappingProxyType[str, int] | None:
    """Return amounts in minor units by currency. Raise ValidationError if an amount cannot be read."""
    if written is None:
        return None
    amounts: dict[str, int] = {}
    for code, text in written.items():
        try:
            amounts[code] = parse_amount(text, code).amount_minor
        except InvalidAmountError as error:
            raise ValidationError({"recurring_below": {code: [str(error)]}}) from error
    return MappingProxyType(amounts)


class ReaderRulesSchema(StrictSchema):
    """Which readers a campaign is shown to. All rules that are set must hold."""

    article_count = OneOrMany(fields.Nested(ArticleCountSchema), most=10, load_default=())
    reading_more = Flag(load_default=None)
    favourite_topics = Members(Folded(), load_default=None)
    first_seen = fields.Nested(FirstSeenSchema, load_default=FirstSeen)
    supporter = Members(
        fields.String(validate=validate.OneOf(_AUDIENCES, error=f"must be one of {', '.join(_AUDIENCES)}")),
        load_default=lambda: frozenset({"non_supporters"}),
    )
    recurring_below = fields.Dict(
        keys=currency_code(), values=MajorAmount(), load_default=None, validate=validate.Length(1, 50, error="is empty")
    )
    signed_in = Flag(load_default=None)
    consent = Members(Word(Consent), load_default=None)
    countries = AnyNone(Country())
    one_off_only_countries = Word(Inclusion, load_default=Inclusion.EXCLUDE)
    devices = Members(Word(Device), load_default=None)
    referrers = AnyNone(Host())
    languages = Members(LanguageTag(), load_default=None)
    abandoned_checkout = TrueOr(AbandonedCheckoutSchema, otherwise=AbandonedCheckout(has_one=False), load_default=None)
    just_contributed = TrueOr(JustContributedSchema, load_default=None)
    external_audiences = Members(Key(), load_default=None)
    suppressible = Flag(load_default=False)
    holdout = Word(Inclusion, load_default=Inclusion.EXCLUDE)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> ReaderRules:
        countries, referrers = data["countries"], data["referrers"]
        return ReaderRules(
            article_counts=data["article_count"],
            is_reading_more=data["reading_more"],
            favourite_topics_any=data["favourite_topics"],
            first_seen=data["first_seen"],
            supporters=frozenset().union(*(_AUDIENCES[word] for word in data["supporter"])),
            recurring_below=_minor_units(data["recurring_below"]),
            is_signed_in=data["signed_in"],
            consents=data["consent"],
            countries_any=countries.any_of,
            countries_none=countries.none_of,
            one_off_only_countries=data["one_off_only_countries"],
            devices=data["devices"],
            referrers_any=referrers.any_of,
            referrers_none=referrers.none_of,
            languages_any=data["languages"],
            abandoned_checkout=data["abandoned_checkout"],
            just_contributed=data["just_contributed"],
            external_audiences_any=data["external_audiences"],
            is_suppressible=data["suppressible"],
            holdout=data["holdout"],
        )
