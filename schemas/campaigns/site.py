"""The schema of a site document. It loads a Site."""

import re
from types import MappingProxyType
from typing import Any

from marshmallow import ValidationError, fields, post_load

from schemas.campaigns.frequency import SiteFrequencySchema
from schemas.campaigns.page_rules import ExclusionSchema
from schemas.campaigns.reader_assertion import ReaderAssertionSchema
from schemas.campaigns.variant import AskSchema, MajorAmount
from schemas.document import ShortSchema, StrictSchema
from schemas.fields import (
    Flag,
    Folded,
    FoldedPage,
    FoldedPath,
    FreeCode,
    Key,
    LanguageTag,
    Line,
    Members,
    OneOrMany,
    Share,
    Whole,
    Word,
    country_code,
    currency_code,
)
from schemas.times import HoursOfDay, Wall
from service.addresses import split_address
from service.campaigns.amounts.suggested import default_ask, default_limits
from service.campaigns.campaign import Kind, Placement
from service.campaigns.frequency import SiteFrequency
from service.campaigns.page_rules import PageMatch, exclusions_of
from service.campaigns.reader_rules import Consent
from service.campaigns.site import (
    AmountLimit,
    Attention,
    ConsentPolicy,
    Crawlers,
    GiftField,
    OutsideService,
    ReaderAssertion,
    Sensitivity,
    Site,
    SupporterPolicy,
    Switches,
)
from service.clock import known_timezones
from service.errors import InvalidAmountError
from service.money import Interval, parse_amount

MAX_ORIGINS = 50


class Timezone(fields.String):
    """The IANA name of a timezone."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:  # noqa: ARG002
        if not isinstance(value, str) or value not in known_timezones():
            raise ValidationError("must be a timezone such as Europe/Dublin")
        return value


class Address(fields.String):
    """A web address. With `is_origin` it has only scheme, host and port; with `is_https` it must be https."""

    def __init__(self, *, is_origin: bool = False, is_https: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.is_origin, self.schemes = is_origin, {"https"} if is_https else {"http", "https"}

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:  # noqa: ARG002
        is_plain = isinstance(value, str) and value.isascii() and value.isprintable() and " " not in value
        parts = split_address(value if is_plain else "")
        if parts.scheme not in self.schemes or not parts.hostname or "@" in parts.netloc or parts.port == 0:
            raise ValidationError(f"must be a web address starting with {' or '.join(sorted(self.schemes))}://")
        origin = f"{parts.scheme}://{parts.netloc.lower()}"
        if self.is_origin and value.lower().rstrip("/") != origin:
            raise ValidationError(f"must be scheme and host only: {origin}")
        return origin if self.is_origin else str(value)


class AmountLimitSchema(StrictSchema):
    """The smallest and largest contribution, in major units."""

    min = MajorAmount(required=True)
    max = MajorAmount(required=True)


class ConsentPolicySchema(ShortSchema):
    """How the site treats consent. Short form: the default alone."""

    alone = "default"

    default = Word(Consent, load_default=Consent.NONE)
    contextual_share = Share(load_default=1.0)
    gates_locked = Flag(load_default=False)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> ConsentPolicy:
        return ConsentPolicy(**data)


class SensitivitySchema(StrictSchema):
    """Pages that are treated as sensitive even if they do not say so themselves."""

    sections = Members(Folded(), load_default=frozenset)
    tags = Members(Folded(), load_default=frozenset)
    pages = Members(FoldedPage(), load_default=frozenset)
    paths = Members(FoldedPath(), load_default=frozenset)
    until = Wall(load_default=None)
    suspends_gates = Flag(load_default=True)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Sensitivity:
        pages = PageMatch(data["sections"], data["tags"], data["pages"], data["paths"])
        return Sensitivity(None if pages == PageMatch() else pages, data["until"], data["suspends_gates"])


class HoldoutSchema(ShortSchema):
    """The share of readers who are never shown a prompt. Short form: the share alone."""

    alone = "share"

    share = Share(required=True)
    seed = Line(load_default="holdout")


class AttentionSchema(StrictSchema):
    """The most prompts and overlays on a page view."""

    prompts_per_view = Whole(most=10, load_default=2)
    overlays_per_view = Whole(most=1, load_default=1)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Attention:
        return Attention(**data)


class SupporterPolicySchema(StrictSchema):
    """For how long a contribution makes its reader a supporter."""

    one_off_days = Whole(most=36600, load_default=90)
    lapsed_months = Whole(most=1200, load_default=None)
    past_due_days = Whole(most=3660, load_default=None)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> SupporterPolicy:
        return SupporterPolicy(**data)


class CrawlersSchema(StrictSchema):
    """How known crawlers are treated."""

    sees_articles = Flag(load_default=True)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Crawlers:
        return Crawlers(**data)


class OutsideServiceSchema(StrictSchema):
    """A service of the publication that is asked about signed-in readers."""

    url = Address(is_https=True, required=True)
    timeout_ms = Whole(least=1, most=2000, load_default=150)
    cache_seconds = Whole(most=86_400, load_default=3600)
    back_off_seconds = Whole(least=1, most=3600, load_default=5)
    back_off_maximum_seconds = Whole(least=1, most=3600, load_default=60)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> OutsideService:
        return OutsideService(**data)


class SwitchesSchema(StrictSchema):
    """The kill switches that the document turns on."""

    is_paused = Flag(load_default=False)
    placements = Members(Word(Placement), least=0, load_default=frozenset)
    kinds = Members(Word(Kind), least=0, load_default=frozenset)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Switches:
        return Switches(data["is_paused"], data["placements"], data["kinds"])


class GroupName(Key):
    """The name of a country group, loaded in lower case."""

    def read(self, value: Any) -> str:
        return super().read(value.lower() if isinstance(value, str) else value)


class SiteSchema(StrictSchema):
    """A publication that uses the service."""

    key = Key(required=True)
    name = Line(required=True)
    timezone = Timezone(required=True)
    home_url = Address(required=True)
    origins = OneOrMany(Address(is_origin=True), most=MAX_ORIGINS, load_default=())
    contact_url = Address(load_default=None)
    privacy_url = Address(load_default=None)
    languages = OneOrMany(LanguageTag(), least=1, most=50, load_default=("en",))
    default_language = LanguageTag(load_default=None)
    currency = currency_code(required=True)
    currencies = fields.Dict(keys=country_code(), values=currency_code(), load_default=dict)
    amount_limits = fields.Dict(
        keys=currency_code(),
        values=fields.Dict(keys=Word(Interval), values=fields.Nested(AmountLimitSchema)),
        load_default=dict,
    )
    ask = fields.Nested(AskSchema, load_default=None)
    fund = FreeCode(load_default=None)
    honours_country = Flag(load_default=False)
    country_groups = fields.Dict(keys=GroupName(), values=Members(country_code()), load_default=dict)
    one_off_only_countries = Members(country_code(), least=0, load_default=frozenset)
    gift_fields = Members(Word(GiftField), least=0, load_default=frozenset)
    consent = fields.Nested(ConsentPolicySchema, load_default=ConsentPolicy)
    sensitive = fields.Nested(SensitivitySchema, data_key="sensitive", load_default=Sensitivity)
    exclusions = OneOrMany(fields.Nested(ExclusionSchema), most=200, load_default=())
    holdout = fields.Nested(HoldoutSchema, load_default=None)
    attention = fields.Nested(AttentionSchema, load_default=Attention)
    frequency = fields.Nested(SiteFrequencySchema, load_default=SiteFrequency)
    silence_after_closing_minutes = Whole(most=100_000, load_default=60)
    quiet_hours = OneOrMany(HoursOfDay(), most=24, load_default=())
    supporters = fields.Nested(SupporterPolicySchema, load_default=SupporterPolicy)
    reader_assertion = fields.Nested(ReaderAssertionSchema, load_default=ReaderAssertion)
    crawlers = fields.Nested(CrawlersSchema, load_default=Crawlers)
    audience_service = fields.Nested(OutsideServiceSchema, load_default=None)
    suppressor_service = fields.Nested(OutsideServiceSchema, load_default=None)
    switches = fields.Nested(SwitchesSchema, load_default=Switches)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Site:
        codes = tuple(dict.fromkeys((data["currency"], *data["currencies"].values())))
        holdout = data.pop("holdout") or {"share": 0.0, "seed": "holdout"}
        data["default_language"] = data["default_language"] or data["languages"][0]
        if data["default_language"] not in data["languages"]:
            raise ValidationError("must be one of languages; add it there", "default_language")
        if short := [name for name in data["country_groups"] if re.match(r"^.{1,2}\Z", name)]:
            raise ValidationError(
                f"{short[0]} looks like a country code; give the group a name of three or more letters",
                "country_groups",
            )
        data["ask"] = data["ask"] or default_ask(codes)
        hosts = {split_address(address).hostname for address in (data["home_url"], *data["origins"])}
        data["exclusions"] += exclusions_of((data["contact_url"], data["privacy_url"]), hosts)
        return Site(
            amount_limits=_limits(codes, data.pop("amount_limits")),
            currencies=MappingProxyType(data.pop("currencies")),
            country_groups=MappingProxyType(data.pop("country_groups")),
            holdout_share=holdout["share"],
            holdout_seed=holdout["seed"],
            silence_after_closing_seconds=data.pop("silence_after_closing_minutes") * 60,
            sensitivity=data.pop("sensitive"),
            assertion=data.pop("reader_assertion"),
            **data,
        )


def _limits(codes: tuple[str, ...], written: dict[str, Any]) -> tuple[AmountLimit, ...]:
    """Return the limits that the document sets, and default limits for all other currencies and intervals."""
    defaults = (limit for code in (*codes, *written) for limit in default_limits(code))
    limits = {(limit.currency, limit.interval): limit for limit in defaults}
    for code, intervals in written.items():
        for interval, ends in intervals.items():
            limits[code, interval] = _limit(code, interval, ends["min"], ends["max"])
    return tuple(limits.values())


def _limit(code: str, interval: Interval, least: str, most: str) -> AmountLimit:
    try:
        limit = AmountLimit(
            code, interval, parse_amount(least, code).amount_minor, parse_amount(most, code).amount_minor
        )
    except InvalidAmountError as error:
        raise ValidationError({"amount_limits": {code: {interval.value: [str(error)]}}}) from error
    if limit.maximum_minor < limit.minimum_minor:
        raise ValidationError({"amount_limits": {code: {interval.value: ["max is less than min; raise it"]}}})
    return limit
