"""A simulation file: a site, campaigns, a reader and steps. Everything but campaigns and steps has a default."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from marshmallow import ValidationError, fields, post_load, pre_load

from schemas.campaign import CampaignSchema
from schemas.decide import MAX_REFERRER, DecideSchema, bounded_text, page_name
from schemas.document import StrictSchema
from schemas.fields import Flag, Folded, Key, Language, Members, OneOrMany, Whole, Word, country_code
from schemas.site import SiteSchema
from schemas.times import EARLIEST_YEAR, LATEST_YEAR, Day
from service.campaigns.campaign import Campaign
from service.campaigns.countries import with_countries_written_out
from service.campaigns.reader_rules import Consent, Device
from service.campaigns.variant import Interval
from service.decisions.reader import BUCKETS
from service.decisions.simulation import (
    ABOUT_A_PROMPT,
    ArticlesRead,
    EventStep,
    FreeArticles,
    Given,
    Happening,
    PromptTimes,
    Simulation,
    Started,
    StartReader,
    StartState,
    StartSupport,
    Step,
    ViewStep,
)
from service.decisions.situation import Purpose
from service.errors import InvalidDocumentError

MAX_STEPS = 10_000
MAX_CAMPAIGNS = 500
MAX_HISTORY_ITEMS = 1_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SITE = {"key": "site", "name": "Site", "timezone": "UTC", "home_url": "https://site.example/", "currency": "EUR"}
_PLACEMENTS = {"epic": "article_top", "banner": "page_bottom", "gate": "over_article"}
_WORDS = {"en": {"heading": "Heading", "paragraphs": ["Words."], "button": "Give"}}


class When(fields.Field[datetime]):
    """An instant with its offset, or a time on the site's own clock: `2026-11-30T18:00:00Z`, `2026-11-30 18:00`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(metadata={"type": "string"}, **kwargs)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> datetime:  # noqa: ARG002
        try:
            when = datetime.fromisoformat(value) if isinstance(value, str) and len(value) > 10 else None
        except ValueError:
            when = None
        if when is None or not EARLIEST_YEAR <= when.year <= LATEST_YEAR:
            words = "must be a time such as 2026-11-30T18:00:00Z, or 2026-11-30 18:00 on the site's own clock"
            raise ValidationError(words)
        return when


class SimulatedSiteSchema(SiteSchema):
    """A site document; what it leaves out is a plain site in UTC and EUR."""

    @pre_load
    def with_defaults(self, data: Any, **_: Any) -> Any:
        return {**_SITE, **data} if isinstance(data, dict) else data


class SimulatedCampaignSchema(CampaignSchema):
    """A campaign document; an epic at the head of the article with one variant, unless it says otherwise."""

    site = Key(load_default="")

    @pre_load
    def with_defaults(self, data: Any, **_: Any) -> Any:
        if not isinstance(data, dict):
            return data
        kind = data.get("kind", "epic")
        placement = _PLACEMENTS.get(kind, "article_top") if isinstance(kind, str) else "article_top"
        filled = {"kind": "epic", "placement": placement, "variants": [{"key": "control"}], **data}
        if isinstance(filled["variants"], list):
            filled["variants"] = [_with_words(variant) for variant in filled["variants"]]
        return filled


def _with_words(variant: Any) -> Any:
    return {"copy": _WORDS, **variant} if isinstance(variant, dict) else variant


class ArticlesReadSchema(StrictSchema):
    on = Day(required=True)
    count = Whole(most=1000, load_default=1)
    topics = OneOrMany(Folded(), most=50, load_default=())

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> ArticlesRead:
        return ArticlesRead(data["on"], data["count"], data["topics"])


class PromptTimesSchema(StrictSchema):
    campaign = Key(required=True)
    at = OneOrMany(When(), least=1, most=MAX_HISTORY_ITEMS, required=True)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> PromptTimes:
        return PromptTimes(**data)


class GivenSchema(StrictSchema):
    at = When(required=True)
    interval = Word(Interval, load_default=Interval.ONE_OFF)
    campaign = Key(load_default=None)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Given:
        return Given(**data)


class StartedSchema(StrictSchema):
    at = When(required=True)
    interval = Word(Interval, load_default=Interval.ONE_OFF)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Started:
        return Started(**data)


class StartSupportSchema(StrictSchema):
    state = Word(StartState, required=True)
    at = When(load_default=None)
    paid_until = When(load_default=None)
    interval = Word(Interval, load_default=Interval.MONTH)

    @pre_load
    def from_word(self, data: Any, **_: Any) -> Any:
        return {"state": data} if isinstance(data, str) else data

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> StartSupport:
        if data["state"] is StartState.CANCELLED and data["paid_until"] is None:
            raise ValidationError("is missing: until when is the cancelled contribution paid?", "paid_until")
        return StartSupport(**data)


class FreeArticlesSchema(StrictSchema):
    gate = Key(required=True)
    at = When(required=True)
    pages = OneOrMany(page_name(), least=1, most=MAX_HISTORY_ITEMS, required=True)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> FreeArticles:
        return FreeArticles(**data)


class StartReaderSchema(StrictSchema):
    """Who the reader is and what they have done before the first step."""

    bucket = Whole(most=BUCKETS - 1, load_default=0, allow_none=True)
    consent = Word(Consent, load_default=Consent.FULL)
    signed_in = Flag(load_default=False)
    verified = Flag(load_default=True)
    staff = Flag(load_default=False)
    country = country_code(load_default=None, allow_none=True)
    device = Word(Device, load_default=None)
    language = Language(load_default=None)
    referrer = bounded_text(MAX_REFERRER, load_default=None)
    audiences = Members(Key(), least=0, load_default=None)
    suppressed = Flag(load_default=False)
    first_seen = When(load_default=None)
    views = Whole(load_default=None)
    articles = OneOrMany(fields.Nested(ArticlesReadSchema), most=MAX_HISTORY_ITEMS, load_default=())
    impressions = OneOrMany(fields.Nested(PromptTimesSchema), most=MAX_HISTORY_ITEMS, load_default=())
    dismissals = OneOrMany(fields.Nested(PromptTimesSchema), most=MAX_HISTORY_ITEMS, load_default=())
    contributions = OneOrMany(fields.Nested(GivenSchema), most=MAX_HISTORY_ITEMS, load_default=())
    supporter = fields.Nested(StartSupportSchema, load_default=StartSupport)
    abandoned_checkout = fields.Nested(StartedSchema, load_default=None)
    free_articles = OneOrMany(fields.Nested(FreeArticlesSchema), most=MAX_HISTORY_ITEMS, load_default=())

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> StartReader:
        renamed = {"signed_in": "is_signed_in", "verified": "is_verified", "staff": "is_staff"}
        renamed["suppressed"] = "is_suppressed"
        return StartReader(**{renamed.get(name, name): value for name, value in data.items()})


class SimulatedViewSchema(DecideSchema):
    """A decide request; the site is the file's, and each view is a page of its own unless it names one."""

    site = Key(load_default="")
    view_id = bounded_text(128, load_default="")
    page_id = page_name(load_default="")


class StepSchema(StrictSchema):
    """Either a `view` or an `event`."""

    at = When(required=True)
    view = fields.Nested(SimulatedViewSchema, load_default=None)
    purpose = Word(Purpose, load_default=Purpose.VISIT)
    event = Word(Happening, load_default=None)
    campaign = Key(load_default=None)
    interval = Word(Interval, load_default=Interval.ONE_OFF)
    paid_until = When(load_default=None)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Step:
        if (data["view"] is None) == (data["event"] is None):
            raise ValidationError("needs a view or an event, not both")
        if data["view"] is not None:
            return ViewStep(data["at"], data["view"], data["purpose"])
        if data["event"] is Happening.CANCELLED and data["paid_until"] is None:
            raise ValidationError("is missing: until when is the cancelled contribution paid?", "paid_until")
        return EventStep(data["at"], data["event"], data["campaign"], data["interval"], data["paid_until"])


class SimulationSchema(StrictSchema):
    """One invented reader's days."""

    site = fields.Nested(SimulatedSiteSchema, load_default=lambda: SiteSchema().load(_SITE))
    campaigns = OneOrMany(fields.Nested(SimulatedCampaignSchema), most=MAX_CAMPAIGNS, required=True)
    reader = fields.Nested(StartReaderSchema, load_default=StartReader)
    steps = OneOrMany(fields.Nested(StepSchema), most=MAX_STEPS, required=True)
    sees_prompts = Flag(load_default=False)
    raised_minor = fields.Dict(keys=Key(), values=Whole(most=10**12), load_default=dict)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Simulation:
        campaigns = tuple(_placed(n, one, data["site"]) for n, one in enumerate(data["campaigns"]))
        keys = [campaign.key for campaign in campaigns]
        if len(set(keys)) != len(keys):
            raise ValidationError("two campaigns have the same key", "campaigns")
        _check_names(data, keys)
        steps = tuple(_settled(n, step, data["site"].key, keys) for n, step in enumerate(data["steps"]))
        return Simulation(**{**data, "campaigns": campaigns, "steps": steps})


def _placed(index: int, campaign: Campaign, site: Any) -> Campaign:
    """The campaign with country groups written out; without a creation time of its own, older than the next one."""
    if campaign.site not in {"", site.key}:
        raise ValidationError({"campaigns": {index: {"site": [f"is not the file's site, {site.key}"]}}})
    created_at = campaign.created_at if campaign.created_at != _EPOCH else _EPOCH + timedelta(seconds=index)
    try:
        return with_countries_written_out(replace(campaign, site=site.key, created_at=created_at), site)
    except InvalidDocumentError as error:
        raise ValidationError({"campaigns": {index: [str(error)]}}) from error


def _check_names(data: dict[str, Any], keys: list[str]) -> None:
    """Every campaign spoken of is one of the file's."""
    reader: StartReader = data["reader"]
    spoken: dict[str, list[Any]] = {
        "impressions": [one.campaign for one in reader.impressions],
        "dismissals": [one.campaign for one in reader.dismissals],
        "contributions": [one.campaign for one in reader.contributions],
        "free_articles": [one.gate for one in reader.free_articles],
    }
    for part, names in spoken.items():
        for index, name in enumerate(names):
            if name is not None and name not in keys:
                field_name = "gate" if part == "free_articles" else "campaign"
                raise ValidationError({"reader": {part: {index: {field_name: [_unknown(name, keys)]}}}})


def _settled(index: int, step: Step, site: str, keys: list[str]) -> Step:
    if isinstance(step, ViewStep):
        facts = step.view.facts
        page = facts.page._replace(page_id=facts.page.page_id or f"/page-{index}")
        view = step.view._replace(
            view_id=step.view.view_id or f"view-{index}", facts=replace(facts, site=site, page=page)
        )
        return replace(step, view=view)
    if step.campaign is not None and step.campaign not in keys:
        raise ValidationError({"steps": {index: {"campaign": [_unknown(step.campaign, keys)]}}})
    if step.campaign is None and step.event in ABOUT_A_PROMPT:
        if len(keys) != 1:
            raise ValidationError({"steps": {index: {"campaign": ["is missing: whose prompt was it?"]}}})
        return replace(step, campaign=keys[0])
    return step


def _unknown(name: str, keys: list[str]) -> str:
    return f"{name} is not one of the campaigns ({', '.join(keys)})"
