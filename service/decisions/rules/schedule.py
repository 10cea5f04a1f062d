"""Rules about the time: start and end, weekdays, hours, and the site's quiet hours, on the site's wall clock."""

from collections.abc import Callable

from service.campaigns.schedule import WEEKDAYS, Hours, Weekday, is_quiet, is_within_hours
from service.decisions.rules.rule import BY_MINUTE, Prepared, is_appeal, rule
from service.decisions.rules.verdict import Plain, Verdict, failed, passed, passed_if
from service.decisions.situation import Situation
from service.readers.site_time import SiteTime, as_datetime, clock_change, instant_of, site_time_of

_MINUTES = 1440
_DAYS_AHEAD = 8


def _instant_text(instant: int) -> str:
    return as_datetime(instant).strftime("%Y-%m-%dT%H:%M:%SZ")


def _weekday_text(value: Weekday | frozenset[Weekday]) -> Plain:
    return tuple(sorted(value, key=WEEKDAYS.index)) if isinstance(value, frozenset) else value.value


def _hours_text(value: int | tuple[Hours, ...]) -> Plain:
    """Return a minute of the day, or hours, as text."""
    if isinstance(value, int):
        return f"{value // 60:02}:{value % 60:02}"
    return tuple(f"{_hours_text(span.starts_minute)}-{_hours_text(span.ends_minute)}" for span in value)


@rule(lambda campaign, _: campaign.schedule.starts is not None, reads=BY_MINUTE, write=_instant_text)
def starts(prepared: Prepared, situation: Situation) -> Verdict:
    """Stay silent until the schedule starts."""
    starts_at = prepared.starts_at or 0
    now = situation.now.instant
    return passed_if(now >= starts_at, now, starts_at, passes_at=starts_at)


@rule(lambda campaign, _: campaign.schedule.ends is not None, reads=BY_MINUTE, write=_instant_text)
def ends(prepared: Prepared, situation: Situation) -> Verdict:
    """Stay silent after the schedule ends. The whole last minute, or the whole last day, still belongs to it."""
    ends_before = prepared.ends_before or 0
    now = situation.now.instant
    return passed_if(now < ends_before, now, ends_before, note="before")


@rule(lambda campaign, _: campaign.schedule.weekdays is not None, reads=BY_MINUTE, write=_weekday_text)
def weekdays(prepared: Prepared, situation: Situation) -> Verdict:
    """Run on the listed weekdays alone."""
    weekdays = prepared.campaign.schedule.weekdays or frozenset()
    today = WEEKDAYS[situation.now.weekday]
    if today in weekdays:
        return passed(today, weekdays)
    ahead = next((n for n in range(1, _DAYS_AHEAD) if WEEKDAYS[(situation.now.weekday + n) % 7] in weekdays), None)
    opens_at = None if ahead is None else instant_of(situation.now.day + ahead, 0, situation.now.zone)
    return failed(today, weekdays, passes_at=opens_at)


@rule(lambda campaign, _: campaign.schedule.hours is not None, reads=BY_MINUTE, write=_hours_text)
def hours(prepared: Prepared, situation: Situation) -> Verdict:
    """Run within the listed hours of each day alone."""
    hours = prepared.campaign.schedule.hours or ()
    now = situation.now
    holds = any(is_within_hours(span, now.minute) for span in hours)
    opens_at = (
        None if holds else _opening(now, lambda minute: any(is_within_hours(span, minute) for span in hours), hours)
    )
    return passed_if(holds, now.minute, hours, passes_at=opens_at)


@rule(lambda campaign, site: is_appeal(campaign, site) and bool(site.quiet_hours), reads=BY_MINUTE, write=_hours_text)
def quiet_hours(_prepared: Prepared, situation: Situation) -> Verdict:
    """Show no appeals in the site's quiet hours. They end exactly at their end; if start equals end there are none."""
    quiet = situation.site.quiet_hours
    now = situation.now
    holds = not any(is_quiet(span, now.minute) for span in quiet)
    opens_at = None if holds else _opening(now, lambda minute: not any(is_quiet(span, minute) for span in quiet), quiet)
    return passed_if(holds, now.minute, quiet, passes_at=opens_at)


def _opening(now: SiteTime, is_open: Callable[[int], bool], hours: tuple[Hours, ...]) -> int | None:
    """Return the next instant at which `is_open` is true for the wall clock's minute, or None.

    Only a start, an end or a clock change can be that instant. If the clocks repeat a time, both instants are tried.
    """
    days = range(now.day, now.day + 3)  # a clock change may skip all hours of the second day
    minutes = {minute for span in hours for minute in (span.starts_minute, span.ends_minute % _MINUTES)}
    turns = {
        instant_of(day, minute, now.zone, is_last=last) for day in days for minute in minutes for last in (False, True)
    }
    turns |= {change for day in days if (change := clock_change(day, now.zone)) is not None}
    coming = sorted(instant for instant in turns if instant > now.instant)
    return next((instant for instant in coming if is_open(site_time_of(instant, now.zone).minute)), None)
