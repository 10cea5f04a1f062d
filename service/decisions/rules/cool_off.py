"""Silence after a prompt was closed: growing with each, until shown again, or for ever; and the site's own hour."""

from collections.abc import Iterable
from datetime import datetime

from service.campaigns.campaign import Campaign
from service.campaigns.frequency import CoolOff, Counting, WeeklyShowAgain
from service.campaigns.gate import Strength
from service.campaigns.schedule import WEEKDAYS
from service.campaigns.site import Site
from service.decisions.rules.rule import ACCESS, Prepared, rule
from service.decisions.rules.verdict import Verdict, failed, passed, passed_if
from service.decisions.situation import Situation
from service.readers.reader import PromptRecord
from service.readers.site_time import SKEW_SECONDS, SiteTime, instant_of, site_time_of

_FOREVER = 1 << 62


def _is_closable(campaign: Campaign, _site: Site) -> bool:
    """Appeals can be closed, and so can soft gates."""
    return campaign.gate is None or campaign.gate.strength is Strength.SOFT


def _ends_by_dismissals(campaign: Campaign, site: Site) -> bool:
    return _is_closable(campaign, site) and campaign.cool_off.ends_after_dismissals is not None


@rule(_is_closable, stage=ACCESS)
def after_dismissal(prepared: Prepared, situation: Situation) -> Verdict:
    """Silent after a dismissal for the seconds of its turn, or until shown again, whichever comes first."""
    cool_off = prepared.campaign.cool_off
    count, last = _dismissals(prepared, situation)
    note = "seconds since the last dismissal"
    if not count or not last or _cannot_be_closed(prepared, situation):
        return passed(note=note)
    seconds = cool_off.dismissal_seconds[min(count, len(cool_off.dismissal_seconds)) - 1 :][:1]
    limit = seconds[0] if seconds else None
    age = situation.now.instant - last
    if shown_again_at(cool_off, last, situation) <= situation.now.instant:
        return passed(age, limit, note="shown again by the editor")
    waits = [last + limit] if limit is not None else []
    if not waits and not cool_off.until_shown_again:
        return passed(age, note=note)
    ends_at = min([*waits, *_coming_show_again(cool_off, situation)], default=_FOREVER)
    holds = bool(waits) and age >= (limit or 0)
    return passed_if(holds, age, limit, passes_at=None if ends_at == _FOREVER else ends_at, note=note)


@rule(_ends_by_dismissals, stage=ACCESS)
def dismissed_for_good(prepared: Prepared, situation: Situation) -> Verdict:
    """From the nth dismissal on, never again, unless the editor shows it again."""
    cool_off = prepared.campaign.cool_off
    limit = cool_off.ends_after_dismissals or 0
    count, last = _dismissals(prepared, situation)
    if _cannot_be_closed(prepared, situation):
        return passed(count, limit, note="mandatory")
    if count and last and shown_again_at(cool_off, last, situation) <= situation.now.instant:
        return passed(count, limit, note="shown again by the editor")
    coming = min(_coming_show_again(cool_off, situation), default=None)
    return passed_if(count < limit, count, limit, passes_at=coming if limit else None, note="dismissals")


@rule(_is_closable, stage=ACCESS)
def after_closing(prepared: Prepared, situation: Situation) -> Verdict:
    """After closing anything, nothing else for the site's while: 60 minutes after, it is over."""
    limit = situation.site.silence_after_closing_seconds
    closed, latest = situation.reader.dismissed_at if situation.reader else (), situation.now.instant + SKEW_SECONDS
    last = max(closed, default=0)
    if last > latest:
        last = max((at for at in closed if at <= latest), default=0)
    age = situation.now.instant - last if last else None
    if age is None or age >= limit or _cannot_be_closed(prepared, situation):
        return passed(age, limit, note="seconds since closing")
    return failed(age, limit, passes_at=last + limit, note="seconds since closing")


def is_mandatory(campaign: Campaign, record: PromptRecord, country: str | None) -> bool:
    """Whether a soft gate has been dismissed often enough, for this country, to turn hard."""
    if campaign.gate is None:
        return False
    rule = next((one for one in campaign.gate.mandatory_after if _fits(one.countries, country)), None)
    return rule is not None and record.dismissed_count >= rule.dismissals


def shown_again_at(cool_off: CoolOff, last: int, situation: Situation) -> int:
    """The first "show again" after a dismissal, by hand or by the week; far in the future when there is none."""
    if not cool_off.show_again and not cool_off.weekly_show_again:
        return _FOREVER
    country = situation.visit.country
    by_hand = (_instant(one.at) for one in cool_off.show_again if _fits(one.countries, country))
    by_week = (
        _next_weekly(one, site_time_of(last, situation.now.zone))
        for one in cool_off.weekly_show_again
        if _fits(one.countries, country)
    )
    return min((at for at in (*by_hand, *by_week) if at > last), default=_FOREVER)


def _coming_show_again(cool_off: CoolOff, situation: Situation) -> Iterable[int]:
    coming = shown_again_at(cool_off, situation.now.instant, situation)
    return () if coming == _FOREVER else (coming,)


def _next_weekly(one: WeeklyShowAgain, after: SiteTime) -> int:
    ahead = (WEEKDAYS.index(one.weekday) - after.weekday) % 7
    coming = instant_of(after.day + ahead, one.minute_of_day, after.zone)
    return coming if coming > after.instant else instant_of(after.day + ahead + 7, one.minute_of_day, after.zone)


def _dismissals(prepared: Prepared, situation: Situation) -> tuple[int, int]:
    """How many count, and when the last was; those dated ahead of the clock are not believed."""
    latest = situation.now.instant + SKEW_SECONDS
    if situation.reader is None:
        return 0, 0
    if prepared.campaign.cool_off.dismissals is Counting.OWN:
        record = situation.reader.prompt_record(prepared.fingerprint)
        return (record.dismissed_count, record.dismissed_at) if record.dismissed_at <= latest else (0, 0)
    believed = [one for one in situation.reader.prompts if one.dismissed_at <= latest]
    return sum(one.dismissed_count for one in believed), max((one.dismissed_at for one in believed), default=0)


def _cannot_be_closed(prepared: Prepared, situation: Situation) -> bool:
    if prepared.campaign.gate is None or situation.reader is None:
        return False
    record = situation.reader.prompt_record(prepared.fingerprint)
    return is_mandatory(prepared.campaign, record, situation.visit.country)


def _fits(countries: frozenset[str] | None, country: str | None) -> bool:
    return countries is None or (country is not None and country in countries)


def _instant(at: datetime) -> int:
    return int(at.timestamp())
