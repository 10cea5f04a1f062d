"""The reader that a simulation starts with: who they are, and what they did before the first step.

Other common names of a field are accepted too, if they can mean only this field.
"""

import re
from typing import Any, ClassVar

from marshmallow import ValidationError, fields, post_load, pre_load

from schemas.decide import MAX_REFERRER, BoundedText, PageId
from schemas.document import ForgivingSchema, ShortSchema, StrictSchema
from schemas.fields import Flag, Folded, Key, LanguageTag, Members, OneOrMany, Whole, Word, country_code
from schemas.times import Day, When
from service.campaigns.reader_rules import Consent, Device
from service.money import Interval
from service.readers.reader import BUCKETS
from service.simulation.simulation import (
    ArticlesRead,
    FreeArticles,
    OpenCheckout,
    PastContribution,
    PromptTimes,
    StartReader,
    StartState,
    StartSupport,
    StatedAmount,
)

MAX_HISTORY_ITEMS = 1_000
_INTERVALS = {"once": "one_off", "monthly": "month", "recurring": "month", "yearly": "year", "annual": "year"}
_MAPPINGS = (
    ("impressions", "campaign", "at"),
    ("dismissals", "campaign", "at"),
    ("articles", "on", "count"),
    ("history", "on", "count"),
)
_PART_NAMES = {"campaign", "at", "on", "day", "date", "count", "topics", "tags"}
_STATES = {"active": "recurring", "canceled": "cancelled", "non_supporter": "none"}


class IntervalWord(Word[Interval]):
    """An interval. Other words are accepted too: `monthly` for `month`, `one-off` and `once` for `one_off`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Interval, **kwargs)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Interval:
        return super()._deserialize(in_our_words(value, _INTERVALS), attr, data, **kwargs)


def in_our_words(value: Any, other_words: dict[str, str]) -> Any:
    """Return our word for a value: that of `other_words`, or the value with underscores for hyphens."""
    word = value.replace("-", "_") if isinstance(value, str) else value
    return other_words.get(word, word) if isinstance(word, str) else word


def stated_amount(data: dict[str, Any]) -> StatedAmount:
    """Take the amount out of a loaded part. What cannot be an amount counts as left out."""
    minor, major, currency = (data.pop(name, None) for name in ("amount_minor", "amount", "currency"))
    code = currency.upper() if isinstance(currency, str) and re.fullmatch(r"[A-Za-z]{3}", currency) else None
    is_written = isinstance(major, int | float | str) and not isinstance(major, bool)
    return StatedAmount(minor if type(minor) is int else None, str(major) if is_written else None, code)


class ArticlesReadSchema(ForgivingSchema, ShortSchema):
    alone = "on"
    other_names: ClassVar[dict[str, str]] = {"day": "on", "date": "on", "tags": "topics"}

    on = Day(required=True)
    count = Whole(most=1000, load_default=1)
    topics = OneOrMany(Folded(), most=50, load_default=())

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> ArticlesRead:
        return ArticlesRead(data["on"], data["count"], data["topics"])


class PromptTimesSchema(ShortSchema):
    """When a campaign's prompt was seen or closed. `campaign` may be left out if the file has only one."""

    alone = "at"

    campaign = Key(load_default="")
    at = OneOrMany(When(), least=1, most=MAX_HISTORY_ITEMS, required=True)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> PromptTimes:
        return PromptTimes(**data)


class PastContributionSchema(ShortSchema):
    """A contribution before the first step. Only the amount of a recurring one has influence on decisions."""

    alone = "at"

    at = When(required=True)
    interval = IntervalWord(load_default=Interval.ONE_OFF)
    campaign = Key(load_default=None)
    amount = fields.Raw(allow_none=True)
    amount_minor = fields.Raw(allow_none=True)
    currency = fields.Raw(allow_none=True)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> PastContribution:
        return PastContribution(data["at"], data["interval"], data["campaign"], stated_amount(data))


class OpenCheckoutSchema(ShortSchema):
    alone = "at"

    at = When(required=True)
    interval = IntervalWord(load_default=Interval.ONE_OFF)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> OpenCheckout:
        return OpenCheckout(**data)


class StartSupportSchema(ForgivingSchema):
    other_names: ClassVar[dict[str, str]] = {"since": "at", "ended_at": "at", "lapsed_at": "at"}

    state = Word(StartState, required=True)
    at = When(load_default=None)
    paid_until = When(load_default=None)
    interval = IntervalWord(load_default=Interval.MONTH)
    amount = fields.Raw(allow_none=True)
    amount_minor = fields.Raw(allow_none=True)
    currency = fields.Raw(allow_none=True)

    @pre_load
    def from_word(self, data: Any, **_: Any) -> Any:
        whole = data if isinstance(data, dict) else {"state": "none" if data is False else data}
        return {**whole, "state": in_our_words(whole["state"], _STATES)} if "state" in whole else whole

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> StartSupport:
        if data["state"] is StartState.CANCELLED and data["paid_until"] is None:
            raise ValidationError("is missing: until when is the cancelled contribution paid?", "paid_until")
        amount = stated_amount(data)
        return StartSupport(**data, amount=amount)


class FreeArticlesSchema(StrictSchema):
    gate = Key(required=True)
    at = When(required=True)
    pages = OneOrMany(PageId(), least=1, most=MAX_HISTORY_ITEMS, required=True)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> FreeArticles:
        return FreeArticles(**data)


class StartReaderSchema(ForgivingSchema):
    """The reader at the start: who they are, and what they did before the first step."""

    other_names: ClassVar[dict[str, str]] = {
        "is_signed_in": "signed_in", "is_verified": "verified", "is_staff": "staff", "is_suppressed": "suppressed",
        "first_seen_at": "first_seen", "page_views": "views", "view_count": "views", "history": "articles",
        "supporter_state": "supporter",
    }  # fmt: skip

    bucket = Whole(most=BUCKETS - 1, load_default=0, allow_none=True)
    consent = Word(Consent, load_default=Consent.FULL)
    signed_in = Flag(load_default=False)
    verified = Flag(load_default=True)
    staff = Flag(load_default=False)
    country = country_code(load_default=None, allow_none=True)
    device = Word(Device, load_default=None)
    language = LanguageTag(load_default=None)
    referrer = BoundedText(MAX_REFERRER, load_default=None)
    audiences = Members(Key(), least=0, load_default=None)
    suppressed = Flag(load_default=False)
    counts_articles = Flag(load_default=True)
    first_seen = When(load_default=None)
    views = Whole(load_default=None)
    articles = OneOrMany(fields.Nested(ArticlesReadSchema), most=MAX_HISTORY_ITEMS, load_default=())
    impressions = OneOrMany(fields.Nested(PromptTimesSchema), most=MAX_HISTORY_ITEMS, load_default=())
    dismissals = OneOrMany(fields.Nested(PromptTimesSchema), most=MAX_HISTORY_ITEMS, load_default=())
    contributions = OneOrMany(fields.Nested(PastContributionSchema), most=MAX_HISTORY_ITEMS, load_default=())
    supporter = fields.Nested(StartSupportSchema, load_default=StartSupport)
    abandoned_checkout = fields.Nested(OpenCheckoutSchema, load_default=None)
    free_articles = OneOrMany(fields.Nested(FreeArticlesSchema), most=MAX_HISTORY_ITEMS, load_default=())

    @pre_load
    def from_mappings(self, data: Any, **_: Any) -> Any:
        """Accept mappings: of campaigns to times for impressions and dismissals, of days to counts for articles.

        A field that is null counts as left out.
        """
        if not isinstance(data, dict):
            return data
        written = {part: value for part, value in data.items() if value is not None or part == "bucket"}
        for part, key_name, value_name in _MAPPINGS:
            listed = written.get(part)
            if isinstance(listed, dict) and not _PART_NAMES & set(listed):
                written[part] = [{key_name: key, value_name: value} for key, value in listed.items()]
        return written

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> StartReader:
        renamed = {"signed_in": "is_signed_in", "verified": "is_verified", "staff": "is_staff"}
        renamed["suppressed"] = "is_suppressed"
        return StartReader(**{renamed.get(name, name): value for name, value in data.items()})
