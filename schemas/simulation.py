"""A simulation file: a site, campaigns, a reader and steps. Site and reader have defaults."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from marshmallow import ValidationError, fields, post_load, pre_load
from msgspec import structs

from schemas.campaigns.campaign import CampaignSchema
from schemas.campaigns.site import SiteSchema
from schemas.decide import BoundedText, DecideSchema, PageId
from schemas.document import StrictSchema
from schemas.fields import Flag, Key, OneOrMany, Whole, Word
from schemas.simulated_reader import IntervalWord, StartReaderSchema, in_our_words, stated_amount
from schemas.times import When
from service.campaigns.campaign import Campaign
from service.campaigns.snapshot.countries import with_countries_written_out
from service.decisions.situation import Purpose
from service.errors import InvalidDocumentError
from service.money import Interval
from service.simulation.simulation import (
    PROMPT_EVENTS,
    EventStep,
    PromptTimes,
    ReaderEvent,
    Simulation,
    StartReader,
    Step,
    ViewStep,
)

MAX_STEPS = 10_000
MAX_CAMPAIGNS = 500
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SITE = {"key": "site", "name": "Site", "timezone": "UTC", "home_url": "https://site.example/", "currency": "EUR"}
_PLACEMENTS = {"epic": "article_top", "banner": "page_bottom", "gate": "over_article"}
_PURPOSES = {"prerender": "prefetch", "crawler": "crawl", "bot": "crawl"}
_EVENTS = {
    "closed": "dismissed", "canceled": "cancelled", "lapsed": "ended", "past_due": "payment_failed",
    "checkout_abandoned": "checkout_started", "abandoned_checkout": "checkout_started",
}  # fmt: skip
_WORDS = {"en": {"heading": "Heading", "paragraphs": ["Words."], "button": "Give"}}


class SimulatedSiteSchema(SiteSchema):
    """A site document. Fields that it leaves out are those of a plain site in UTC and EUR."""

    @pre_load
    def with_defaults(self, data: Any, **_: Any) -> Any:
        """Fill in the defaults. A text alone is the key of the site."""
        written = {"key": data} if isinstance(data, str) else data
        return {**_SITE, **written} if isinstance(written, dict) else written


class SimulatedCampaignSchema(CampaignSchema):
    """A campaign document. By default it is an epic at the top of the article, with one variant."""

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


class SimulatedViewSchema(DecideSchema):
    """A decide request. The site is that of the file, and a view without a page id has a page of its own."""

    site = Key(load_default="")
    view_id = BoundedText(128, load_default="")
    page_id = PageId(load_default="")


class StepSchema(StrictSchema):
    """A step: either a `view` or an `event`. Notes and amounts of one-off contributions have no influence."""

    at = When(required=True)
    view = fields.Nested(SimulatedViewSchema, load_default=None)
    purpose = Word(Purpose, load_default=Purpose.VISIT)
    event = Word(ReaderEvent, load_default=None)
    event_id = BoundedText(128, load_default=None)
    campaign = Key(load_default=None)
    interval = IntervalWord(load_default=Interval.ONE_OFF)
    paid_until = When(load_default=None)
    amount = fields.Raw(allow_none=True)
    amount_minor = fields.Raw(allow_none=True)
    currency = fields.Raw(allow_none=True)
    note = fields.String()

    @pre_load
    def with_our_words(self, data: Any, **_: Any) -> Any:
        """Accept the purpose within the view, and other names of purposes and events."""
        if not isinstance(data, dict):
            return data
        step = dict(data)
        if isinstance(step.get("view"), dict) and "purpose" in step["view"] and "purpose" not in step:
            step["purpose"] = step["view"]["purpose"]
            step["view"] = {name: value for name, value in step["view"].items() if name != "purpose"}
        words = {"purpose": _PURPOSES, "event": _EVENTS}
        return step | {part: in_our_words(step[part], other) for part, other in words.items() if part in step}

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Step:
        if (data["view"] is None) == (data["event"] is None):
            raise ValidationError("needs a view or an event, not both")
        if data["view"] is not None:
            return ViewStep(data["at"], data["view"], data["purpose"])
        if data["event"] is ReaderEvent.CANCELLED and data["paid_until"] is None:
            raise ValidationError("is missing: until when is the cancelled contribution paid?", "paid_until")
        amount = stated_amount(data)
        return EventStep(
            data["at"], data["event"], data["campaign"], data["interval"], data["paid_until"], data["event_id"], amount
        )


class SimulationSchema(StrictSchema):
    """A simulation file. `name` and `note` are for people and have no influence."""

    name = fields.String()
    note = fields.String()

    site = fields.Nested(SimulatedSiteSchema, load_default=lambda: SiteSchema().load(_SITE))
    campaigns = OneOrMany(fields.Nested(SimulatedCampaignSchema), most=MAX_CAMPAIGNS, required=True)
    reader = fields.Nested(StartReaderSchema, load_default=StartReader)
    steps = OneOrMany(fields.Nested(StepSchema), most=MAX_STEPS, required=True)
    sees_prompts = Flag(load_default=False)
    raised_minor = fields.Dict(keys=Key(), values=Whole(most=10**12), load_default=dict)

    @pre_load
    def with_named_site(self, data: Any, **_: Any) -> Any:
        """Give a site without a key the key that all campaigns name, if they agree."""
        site = data.get("site", {}) if isinstance(data, dict) else None
        if not isinstance(site, dict) or "key" in site:
            return data
        campaigns = data.get("campaigns")
        listed = campaigns if isinstance(campaigns, list) else [campaigns]
        named = {item["site"] for item in listed if isinstance(item, dict) and isinstance(item.get("site"), str)}
        return {**data, "site": {**site, "key": named.pop()}} if len(named) == 1 else data

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Simulation:
        campaigns = tuple(_placed(n, campaign, data["site"]) for n, campaign in enumerate(data["campaigns"]))
        keys = [campaign.key for campaign in campaigns]
        if len(set(keys)) != len(keys):
            raise ValidationError("two campaigns have the same key", "campaigns")
        reader = _with_campaigns(data["reader"], keys)
        _check_names(reader, keys)
        steps = tuple(_completed(n, step, data["site"].key, keys) for n, step in enumerate(data["steps"]))
        return Simulation(data["site"], campaigns, steps, reader, data["sees_prompts"], data["raised_minor"])


def _placed(index: int, campaign: Campaign, site: Any) -> Campaign:
    """Return the campaign with its country groups written out.

    A campaign without a creation time is older than the next campaign of the file.
    """
    if campaign.site not in {"", site.key}:
        raise ValidationError({"campaigns": {index: {"site": [f"is not the file's site, {site.key}"]}}})
    created_at = campaign.created_at if campaign.created_at != _EPOCH else _EPOCH + timedelta(seconds=index)
    try:
        return with_countries_written_out(replace(campaign, site=site.key, created_at=created_at), site)
    except InvalidDocumentError as error:
        raise ValidationError({"campaigns": {index: [str(error)]}}) from error


def _with_campaigns(reader: StartReader, keys: list[str]) -> StartReader:
    """Let impressions and dismissals without a campaign be those of the file's only campaign."""

    def named(part: str, times: tuple[PromptTimes, ...]) -> tuple[PromptTimes, ...]:
        for index, item in enumerate(times):
            if not item.campaign and len(keys) != 1:
                raise ValidationError({"reader": {part: {index: {"campaign": ["is missing: whose prompt was it?"]}}}})
        return tuple(item if item.campaign else replace(item, campaign=keys[0]) for item in times)

    impressions, dismissals = named("impressions", reader.impressions), named("dismissals", reader.dismissals)
    return replace(reader, impressions=impressions, dismissals=dismissals)


def _check_names(reader: StartReader, keys: list[str]) -> None:
    """Raise ValidationError if the reader's past names a campaign that the file does not have."""
    named: dict[str, list[Any]] = {
        "impressions": [times.campaign for times in reader.impressions],
        "dismissals": [times.campaign for times in reader.dismissals],
        "contributions": [past.campaign for past in reader.contributions],
        "free_articles": [free.gate for free in reader.free_articles],
    }
    for part, names in named.items():
        for index, name in enumerate(names):
            if name is not None and name not in keys:
                field_name = "gate" if part == "free_articles" else "campaign"
                raise ValidationError({"reader": {part: {index: {field_name: [_unknown(name, keys)]}}}})


def _completed(index: int, step: Step, site: str, keys: list[str]) -> Step:
    if isinstance(step, ViewStep):
        page = structs.replace(step.view.page, page_id=step.view.page.page_id or f"/page-{index}")
        view_id = step.view.view_id or f"view-{index}"
        return replace(step, view=structs.replace(step.view, site=site, view_id=view_id, page=page))
    if step.campaign is not None and step.campaign not in keys:
        raise ValidationError({"steps": {index: {"campaign": [_unknown(step.campaign, keys)]}}})
    is_about_only_campaign = step.campaign is None and step.event in PROMPT_EVENTS and len(keys) == 1
    return replace(step, campaign=keys[0]) if is_about_only_campaign else step


def _unknown(name: str, keys: list[str]) -> str:
    return f"{name} is not one of the campaigns ({', '.join(keys)})"
