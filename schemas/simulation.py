"""A simulation file: a site, campaigns, a reader and steps. Everything but campaigns and steps has a default."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from marshmallow import ValidationError, fields, post_load, pre_load

from schemas.campaigns.campaign import CampaignSchema
from schemas.campaigns.site import SiteSchema
from schemas.decide import DecideSchema, bounded_text, page_name
from schemas.document import StrictSchema
from schemas.fields import Flag, Key, OneOrMany, Whole, Word
from schemas.simulated_reader import IntervalWord, StartReaderSchema, spelt
from schemas.times import When
from service.campaigns.campaign import Campaign
from service.campaigns.countries import with_countries_written_out
from service.decisions.situation import Purpose
from service.errors import InvalidDocumentError
from service.money import Interval
from service.simulation.simulation import (
    ABOUT_A_PROMPT,
    EventStep,
    Happening,
    PromptTimes,
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
    """A site document; what it leaves out is a plain site in UTC and EUR."""

    @pre_load
    def with_defaults(self, data: Any, **_: Any) -> Any:
        """A site may be named by its key alone."""
        written = {"key": data} if isinstance(data, str) else data
        return {**_SITE, **written} if isinstance(written, dict) else written


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


class SimulatedViewSchema(DecideSchema):
    """A decide request; the site is the file's, and each view is a page of its own unless it names one."""

    site = Key(load_default="")
    view_id = bounded_text(128, load_default="")
    page_id = page_name(load_default="")


class StepSchema(StrictSchema):
    """Either a `view` or an `event`. A note is for people; how much was given decides nothing."""

    at = When(required=True)
    view = fields.Nested(SimulatedViewSchema, load_default=None)
    purpose = Word(Purpose, load_default=Purpose.VISIT)
    event = Word(Happening, load_default=None)
    event_id = bounded_text(128, load_default=None)
    campaign = Key(load_default=None)
    interval = IntervalWord(load_default=Interval.ONE_OFF)
    paid_until = When(load_default=None)
    amount = fields.Raw(allow_none=True)
    amount_minor = fields.Raw(allow_none=True)
    currency = fields.Raw(allow_none=True)
    note = fields.String()

    @pre_load
    def with_our_words(self, data: Any, **_: Any) -> Any:
        """The purpose may stand in the view; purposes and events have other names too."""
        if not isinstance(data, dict):
            return data
        step = dict(data)
        if isinstance(step.get("view"), dict) and "purpose" in step["view"] and "purpose" not in step:
            step["purpose"] = step["view"]["purpose"]
            step["view"] = {name: value for name, value in step["view"].items() if name != "purpose"}
        words = {"purpose": _PURPOSES, "event": _EVENTS}
        return step | {part: spelt(step[part], other) for part, other in words.items() if part in step}

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Step:
        if (data["view"] is None) == (data["event"] is None):
            raise ValidationError("needs a view or an event, not both")
        if data["view"] is not None:
            return ViewStep(data["at"], data["view"], data["purpose"])
        if data["event"] is Happening.CANCELLED and data["paid_until"] is None:
            raise ValidationError("is missing: until when is the cancelled contribution paid?", "paid_until")
        return EventStep(
            data["at"], data["event"], data["campaign"], data["interval"], data["paid_until"], data["event_id"]
        )


class SimulationSchema(StrictSchema):
    """One invented reader's days. Name and note are for people."""

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
        """A site that gives no key is the one all campaigns name, if they name one."""
        site = data.get("site", {}) if isinstance(data, dict) else None
        if not isinstance(site, dict) or "key" in site:
            return data
        campaigns = data.get("campaigns")
        listed = campaigns if isinstance(campaigns, list) else [campaigns]
        named = {one["site"] for one in listed if isinstance(one, dict) and isinstance(one.get("site"), str)}
        return {**data, "site": {**site, "key": named.pop()}} if len(named) == 1 else data

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Simulation:
        campaigns = tuple(_placed(n, one, data["site"]) for n, one in enumerate(data["campaigns"]))
        keys = [campaign.key for campaign in campaigns]
        if len(set(keys)) != len(keys):
            raise ValidationError("two campaigns have the same key", "campaigns")
        reader = _with_campaigns(data["reader"], keys)
        _check_names(reader, keys)
        steps = tuple(_settled(n, step, data["site"].key, keys) for n, step in enumerate(data["steps"]))
        return Simulation(data["site"], campaigns, steps, reader, data["sees_prompts"], data["raised_minor"])


def _placed(index: int, campaign: Campaign, site: Any) -> Campaign:
    """The campaign with country groups written out; without a creation time of its own, older than the next one."""
    if campaign.site not in {"", site.key}:
        raise ValidationError({"campaigns": {index: {"site": [f"is not the file's site, {site.key}"]}}})
    created_at = campaign.created_at if campaign.created_at != _EPOCH else _EPOCH + timedelta(seconds=index)
    try:
        return with_countries_written_out(replace(campaign, site=site.key, created_at=created_at), site)
    except InvalidDocumentError as error:
        raise ValidationError({"campaigns": {index: [str(error)]}}) from error


def _with_campaigns(reader: StartReader, keys: list[str]) -> StartReader:
    """What names no campaign is of the file's only one."""

    def named(part: str, times: tuple[PromptTimes, ...]) -> tuple[PromptTimes, ...]:
        for index, one in enumerate(times):
            if not one.campaign and len(keys) != 1:
                raise ValidationError({"reader": {part: {index: {"campaign": ["is missing: whose prompt was it?"]}}}})
        return tuple(one if one.campaign else replace(one, campaign=keys[0]) for one in times)

    impressions, dismissals = named("impressions", reader.impressions), named("dismissals", reader.dismissals)
    return replace(reader, impressions=impressions, dismissals=dismissals)


def _check_names(reader: StartReader, keys: list[str]) -> None:
    """Every campaign spoken of is one of the file's."""
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
    is_about_the_only_one = step.campaign is None and step.event in ABOUT_A_PROMPT and len(keys) == 1
    return replace(step, campaign=keys[0]) if is_about_the_only_one else step


def _unknown(name: str, keys: list[str]) -> str:
    return f"{name} is not one of the campaigns ({', '.join(keys)})"
