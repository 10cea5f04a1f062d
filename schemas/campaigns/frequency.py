"""Schemas of the `frequency` and `cool_off` parts of a campaign, and of the `frequency` part of a site."""

from typing import Any

from marshmallow import ValidationError, fields, post_load

from schemas.campaigns.reader_rules import Country
from schemas.document import ShortSchema, StrictSchema
from schemas.fields import Flag, Members, OneOrMany, Whole, Word
from schemas.times import Instant, MinuteOfDay, WeekdayName
from service.campaigns.frequency import (
    Cap,
    CoolOff,
    Counting,
    Cycle,
    DailyCap,
    Frequency,
    Gap,
    ShowAgain,
    SiteFrequency,
    WeeklyShowAgain,
)

DAY_SECONDS, HOUR_SECONDS, MINUTE_SECONDS = 86_400, 3_600, 60
MAX_CAP_DAYS = 366
MAX_STEPS = 20


class SiteCapSchema(StrictSchema):
    """At most `impressions` in `days` of 24 hours, of all campaigns of the site."""

    impressions = Whole(required=True)
    days = Whole(least=1, most=MAX_CAP_DAYS, required=True)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Cap:
        return Cap(**{"counting": Counting.ALL} | data)


class CapSchema(SiteCapSchema):
    """At most `impressions` in `days` of 24 hours. `counting` chooses this campaign's impressions, or all."""

    counting = Word(Counting, load_default=Counting.OWN)


class SiteGapSchema(StrictSchema):
    """The least time since the last impression of any campaign of the site. Days, hours and minutes are added up."""

    days = Whole(most=MAX_CAP_DAYS, load_default=None)
    hours = Whole(load_default=None)
    minutes = Whole(load_default=None)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Gap:
        parts = (data["days"], data["hours"], data["minutes"])
        if all(part is None for part in parts):
            raise ValidationError("has no length; give days, hours or minutes")
        days, hours, minutes = (part or 0 for part in parts)
        seconds = days * DAY_SECONDS + hours * HOUR_SECONDS + minutes * MINUTE_SECONDS
        return Gap(seconds, data.get("counting", Counting.ALL))


class GapSchema(SiteGapSchema):
    """The least time since the last impression. `counting` chooses this campaign's impressions, or all."""

    counting = Word(Counting, load_default=Counting.OWN)


class SiteDailyCapSchema(ShortSchema):
    """At most `impressions` a day, of all campaigns of the site. The day changes at the time `turns_at`."""

    alone = "impressions"

    impressions = Whole(required=True)
    turns_at = MinuteOfDay(load_default=0)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> DailyCap:
        return DailyCap(turns_minute=data.pop("turns_at"), **{"counting": Counting.ALL} | data)


class DailyCapSchema(SiteDailyCapSchema):
    """At most `impressions` a day. `counting` chooses this campaign's impressions, or all."""

    counting = Word(Counting, load_default=Counting.OWN)


class CycleSchema(StrictSchema):
    """A number of impressions followed by a silence; then this repeats."""

    impressions = Whole(least=1, required=True)
    rest_days = Whole(load_default=0)
    rest_hours = Whole(load_default=0)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Cycle:
        rest_seconds = data["rest_days"] * DAY_SECONDS + data["rest_hours"] * HOUR_SECONDS
        if not rest_seconds:
            raise ValidationError("has no rest; give rest_days or rest_hours")
        return Cycle(data["impressions"], rest_seconds)


class FrequencySchema(StrictSchema):
    """How often a campaign may be seen. All limits that are set must hold; 0 is 0."""

    caps = OneOrMany(fields.Nested(CapSchema), most=10, load_default=())
    gap = fields.Nested(GapSchema, load_default=None)
    first_after_views = Whole(load_default=None)
    every_nth_view = Whole(least=1, load_default=None)
    daily = fields.Nested(DailyCapSchema, load_default=None)
    cycle = fields.Nested(CycleSchema, load_default=None)
    total_impressions = Whole(load_default=None)
    total_contributions = Whole(load_default=None)
    always_ask = Flag(load_default=False)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Frequency:
        return Frequency(is_always_asking=data.pop("always_ask"), **data)


class SiteFrequencySchema(StrictSchema):
    """Limits over all campaigns of a site together."""

    caps = OneOrMany(fields.Nested(SiteCapSchema), most=10, load_default=())
    gap = fields.Nested(SiteGapSchema, load_default=None)
    daily = fields.Nested(SiteDailyCapSchema, load_default=None)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> SiteFrequency:
        return SiteFrequency(**data)


class AfterDismissalSchema(StrictSchema):
    """The silence after a prompt was closed: a single length, or a length for each dismissal. The last one repeats."""

    days = OneOrMany(Whole(most=3660), least=1, most=MAX_STEPS, load_default=None)
    hours = OneOrMany(Whole(), least=1, most=MAX_STEPS, load_default=None)
    until_shown_again = Flag(load_default=False)
    ends_after = Whole(load_default=None)
    counting = Word(Counting, load_default=Counting.OWN)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        if data["days"] is not None and data["hours"] is not None:
            raise ValidationError("cannot be combined with days; use only one of them", "hours")
        days = tuple(step * DAY_SECONDS for step in data["days"] or ())
        return {
            "dismissal_seconds": days or tuple(step * HOUR_SECONDS for step in data["hours"] or ()),
            "until_shown_again": data["until_shown_again"],
            "ends_after_dismissals": data["ends_after"],
            "dismissals": data["counting"],
        }


class ShowAgainSchema(ShortSchema):
    """A moment from which earlier dismissals no longer count. Short form: the instant alone."""

    alone = "at"

    at = Instant(required=True)
    countries = Members(Country(), load_default=None)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> ShowAgain:
        return ShowAgain(data["at"], data["countries"])


class WeeklyShowAgainSchema(StrictSchema):
    """A weekly moment from which earlier dismissals no longer count."""

    weekday = WeekdayName(required=True)
    at = MinuteOfDay(required=True)
    countries = Members(Country(), load_default=None)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> WeeklyShowAgain:
        return WeeklyShowAgain(data["weekday"], data["at"], data["countries"])


class AfterContributionSchema(StrictSchema):
    """The silence after a contribution, in days, instead of the site's policy."""

    one_off_days = Whole(most=36600, load_default=None)
    recurring_days = Whole(most=36600, load_default=None)


class CoolOffSchema(StrictSchema):
    """How long a campaign is silent after it was dismissed, and after a contribution."""

    after_dismissal = fields.Nested(AfterDismissalSchema, load_default=dict)
    show_again = OneOrMany(fields.Nested(ShowAgainSchema), most=100, load_default=())
    weekly_show_again = OneOrMany(fields.Nested(WeeklyShowAgainSchema), most=20, load_default=())
    after_contribution = fields.Nested(AfterContributionSchema, load_default=dict)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> CoolOff:
        return CoolOff(
            show_again=data["show_again"],
            weekly_show_again=data["weekly_show_again"],
            **data["after_dismissal"],
            **data["after_contribution"],
        )
