"""The schema of a campaign document. It loads a Campaign."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

from marshmallow import ValidationError, fields, post_load, pre_load

from schemas.campaigns.frequency import CoolOffSchema, FrequencySchema
from schemas.campaigns.gate import GateSchema, MeterSchema
from schemas.campaigns.page_rules import PageRulesSchema
from schemas.campaigns.reader_rules import ReaderRulesSchema
from schemas.campaigns.variant import VariantSchema
from schemas.document import ShortSchema, StrictSchema
from schemas.fields import Flag, FreeCode, Key, Line, Members, OneOrMany, Share, Text, Whole, Word
from schemas.times import HoursOfDay, Instant, Wall, WeekdayName
from service.campaigns.campaign import Campaign, Kind, Placement, ReaderShare, Status
from service.campaigns.experiment import ControlRange, Experiment, Method
from service.campaigns.frequency import CoolOff, Frequency
from service.campaigns.gate import Gate, GateType, Strength
from service.campaigns.page_rules import PageCondition, PageRules, PageType
from service.campaigns.reader_rules import ReaderRules
from service.campaigns.schedule import Schedule

MAX_VARIANTS = 20
GATED_TYPES = frozenset({PageType.ARTICLE, PageType.LIVEBLOG})
_UNSTORED = datetime(1970, 1, 1, tzinfo=UTC)


class ScheduleSchema(StrictSchema):
    """When a campaign runs, on the site's clock. Start and end are included; a day without a time is the whole day."""

    starts = Wall(load_default=None)
    ends = Wall(load_default=None)
    weekdays = Members(WeekdayName(), load_default=None)
    hours = OneOrMany(HoursOfDay(), least=1, most=24, load_default=None)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Schedule:
        return Schedule(data["starts"], data["ends"], data["weekdays"], data["hours"])


class ControlRangeSchema(ShortSchema):
    """The part of the bucket range that gets the control. Short form: `control: 0.1`."""

    alone = "share"

    share = Share(required=True)
    offset = Share(load_default=0.0)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> ControlRange:
        return ControlRange(data["share"], data["offset"])


class ExperimentSchema(StrictSchema):
    """How readers are assigned to variants."""

    seed = Line(load_default=None)
    hypothesis = Text(most=2000, load_default="")
    method = Word(Method, load_default=Method.FIXED)
    control = fields.Nested(ControlRangeSchema, load_default=None)
    coverage = Share(load_default=1.0)
    holdout = Share(load_default=0.0)
    epsilon = Share(load_default=0.1)
    floor = Share(load_default=0.1)
    minimum_seen = Whole(load_default=100)


class ShareRangeSchema(StrictSchema):
    """A range of all readers: from `offset` on, for `share`. Campaigns with equal seeds divide the readers."""

    share = Share(required=True)
    offset = Share(required=True)
    seed = Text(load_default="readers")

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> ReaderShare:
        return ReaderShare(**data)


class ShareOfReaders(fields.Field[ReaderShare]):
    """A share of readers: a number, or a mapping that makes it a range of all readers."""

    alone, range = Share(), ShareRangeSchema()

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> ReaderShare:  # noqa: ARG002
        if isinstance(value, dict):
            return cast("ReaderShare", self.range.load(value))
        return ReaderShare(self.alone.deserialize(value))


class CampaignSchema(StrictSchema):
    """A scheduled, targeted, prioritised set of variants."""

    key = Key(required=True)
    name = Line(load_default=None)
    site = Key(required=True)
    kind = Word(Kind, required=True)
    placement = Word(Placement, required=True)
    status = Word(Status, load_default=Status.LIVE)
    priority = Whole(load_default=100)
    is_high_priority = Flag(load_default=False)
    share = ShareOfReaders(load_default=ReaderShare)
    fund = FreeCode(load_default=None)
    is_dismissible = Flag(load_default=None)
    is_paused = Flag(load_default=False)
    created_at = Instant(load_default=lambda: _UNSTORED)
    schedule = fields.Nested(ScheduleSchema, load_default=Schedule)
    page = fields.Nested(PageRulesSchema, load_default=PageRules)
    reader = fields.Nested(ReaderRulesSchema, load_default=ReaderRules)
    frequency = fields.Nested(FrequencySchema, load_default=Frequency)
    cool_off = fields.Nested(CoolOffSchema, load_default=CoolOff)
    experiment = fields.Nested(ExperimentSchema, load_default=None)
    variants = OneOrMany(fields.Nested(VariantSchema), least=1, most=MAX_VARIANTS, required=True)
    gate = fields.Nested(GateSchema, load_default=None)
    meter = fields.Nested(MeterSchema, load_default=None)

    @pre_load
    def leave_sensitive_pages_to_the_site(self, data: Any, **_: Any) -> Any:
        """Let a gate be shown on sensitive pages by default; the site's `suspends_gates` decides."""
        page = data.get("page", {}) if isinstance(data, dict) and data.get("kind") == Kind.GATE else None
        return {**data, "page": {"sensitive": PageCondition.ALSO.value, **page}} if isinstance(page, dict) else data

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Campaign:
        _check_variants(data["variants"])
        _settle_gate(data)
        data["name"] = data["name"] or data["key"]
        chosen: ReaderShare = data.pop("share")
        data |= {"share": chosen.share, "share_offset": chosen.offset, "share_seed": chosen.seed}
        if data["experiment"] is not None:
            data["experiment"] = _experiment(data["key"], data["experiment"])
        return Campaign(**data)


def _check_variants(variants: tuple[Any, ...]) -> None:
    keys = [variant.key for variant in variants]
    if len(set(keys)) != len(keys):
        raise ValidationError("two variants have the same key; give each its own", "variants")
    if sum(variant.is_control for variant in variants) > 1:
        raise ValidationError("more than one variant has is_control; only one can be the control", "variants")


def _settle_gate(data: dict[str, Any]) -> None:
    """Set `gate`, `is_dismissible` and, for a gate, the default of `page.types`.

    Raise ValidationError if they contradict the kind of the campaign or each other.
    """
    if data["kind"] is not Kind.GATE:
        for part in ("gate", "meter"):
            if data[part] is not None:
                raise ValidationError("is only for kind: gate; remove it", part)
        data["is_dismissible"] = data["is_dismissible"] is not False
        return
    gate = data["gate"] = data["gate"] or Gate(GateType.PAYMENT)
    is_soft = gate.strength is Strength.SOFT
    if data["is_dismissible"] not in {None, is_soft}:
        words = "contradicts gate, strength: a soft gate can be dismissed, a hard gate cannot; leave it out"
        raise ValidationError(words, "is_dismissible")
    data["is_dismissible"] = is_soft
    if data["page"].types is None:
        data["page"] = replace(data["page"], types=GATED_TYPES)


def _experiment(key: str, written: dict[str, Any]) -> Experiment:
    return Experiment(
        seed=written["seed"] or key,
        hypothesis=written["hypothesis"],
        method=written["method"],
        control=written["control"],
        coverage_share=written["coverage"],
        holdout_share=written["holdout"],
        epsilon_share=written["epsilon"],
        floor_share=written["floor"],
        minimum_seen=written["minimum_seen"],
    )
