"""Lint checks of schedules that are never on, and of limits that have no effect or block everything."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from service.campaigns.campaign import Campaign, Kind
from service.campaigns.frequency import NO_COOL_OFF, NO_LIMIT, Cap, Gap
from service.campaigns.lint.finding import LintFinding, advice, problem
from service.campaigns.schedule import (
    MINUTES_PER_DAY,
    WEEKDAYS,
    Schedule,
    ends_before,
    is_quiet,
    is_within_hours,
    starts_at,
)
from service.campaigns.site import Site

DAY_SECONDS = 86_400
LONGEST_DAY_SECONDS = 25 * 3_600  # the day on which the clocks go back
WEEK_DAYS = 7


def timing_findings(campaign: Campaign, site: Site, now: datetime) -> Iterator[LintFinding]:
    """Find faults in the schedule and in the limits on frequency of a campaign."""
    subject = f"campaign {campaign.key}"
    yield from _schedule(subject, campaign.schedule, ZoneInfo(site.timezone), now)
    yield from _never(subject, campaign)
    yield from _caps(subject, campaign)
    if campaign.kind is not Kind.GATE:
        yield from _quiet(subject, campaign.schedule, site)
        yield from _unlimited(subject, campaign, site)


def _schedule(subject: str, schedule: Schedule, zone: ZoneInfo, now: datetime) -> Iterator[LintFinding]:
    begins = starts_at(schedule.starts, zone) if schedule.starts else None
    ends = ends_before(schedule.ends, zone) if schedule.ends else None
    if begins and ends and ends <= begins:
        yield problem(subject, "empty_schedule", "the schedule ends before it starts, so it is never on")
        return
    if ends and ends <= now:
        yield problem(subject, "schedule_over", f"the schedule ended at {ends.astimezone(zone):%Y-%m-%d %H:%M}")
    if schedule.weekdays and begins and ends and not schedule.weekdays & _weekdays_between(begins, ends, zone):
        yield problem(subject, "empty_schedule", "there are none of its weekdays between its start and its end")
    elif begins and ends and not _has_open_minute(schedule, begins, ends, zone):
        yield problem(subject, "empty_schedule", "there are none of its hours between its start and its end")


def _weekdays_between(begins: datetime, ends: datetime, zone: ZoneInfo) -> frozenset[str]:
    first, last = begins.astimezone(zone).date(), (ends - timedelta(microseconds=1)).astimezone(zone).date()
    days = min((last - first).days + 1, WEEK_DAYS)
    return frozenset(WEEKDAYS[(first.weekday() + offset) % WEEK_DAYS] for offset in range(days))


def _has_open_minute(schedule: Schedule, begins: datetime, ends: datetime, zone: ZoneInfo) -> bool:
    """Return whether any minute is within the hours on a listed weekday. In more than eight days, every hour comes."""
    if schedule.hours is None or ends - begins > timedelta(days=WEEK_DAYS + 1):
        return True
    minutes = range(0, int((ends - begins).total_seconds()), 60)
    local = ((begins + timedelta(seconds=second)).astimezone(zone) for second in minutes)
    return any(
        _is_open(schedule, at.hour * 60 + at.minute)
        and (schedule.weekdays is None or WEEKDAYS[at.weekday()] in schedule.weekdays)
        for at in local
    )


def _quiet(subject: str, schedule: Schedule, site: Site) -> Iterator[LintFinding]:
    """Find a schedule that is on only during the site's quiet hours."""
    minutes = [minute for minute in range(MINUTES_PER_DAY) if _is_open(schedule, minute)]
    if minutes and all(any(is_quiet(hours, minute) for hours in site.quiet_hours) for minute in minutes):
        yield problem(subject, "never_shown", "all its hours are quiet hours of the site, so no reader ever sees it")


def _is_open(schedule: Schedule, minute: int) -> bool:
    return schedule.hours is None or any(is_within_hours(hours, minute) for hours in schedule.hours)


def _never(subject: str, campaign: Campaign) -> Iterator[LintFinding]:
    frequency = NO_LIMIT if campaign.frequency.is_always_asking else campaign.frequency
    zeros = {
        "share is 0": campaign.share == 0,
        "a cap allows 0 impressions": any(cap.impressions == 0 for cap in frequency.caps),
        "the daily cap allows 0 impressions": frequency.daily is not None and frequency.daily.impressions == 0,
        "total_impressions is 0": frequency.total_impressions == 0,
        "total_contributions is 0": frequency.total_contributions == 0,
        "it ends after 0 dismissals": campaign.cool_off.ends_after_dismissals == 0,
    }
    for cause in (cause for cause, is_so in zeros.items() if is_so):
        yield problem(subject, "never_shown", f"{cause}, so no reader ever sees it")


def _caps(subject: str, campaign: Campaign) -> Iterator[LintFinding]:
    frequency = campaign.frequency
    for cap in frequency.caps:
        if frequency.gap and _has_no_effect(cap, frequency.gap):
            words = f"the cap of {cap.impressions} in {cap.days} days has no effect: the gap alone allows fewer"
            yield problem(subject, "cap_shorter_than_gap", words)
        if frequency.total_impressions is not None and 0 < frequency.total_impressions <= cap.impressions:
            words = f"the cap of {cap.impressions} in {cap.days} days has no effect: total_impressions is not greater"
            yield advice(subject, "cap_above_total", words)
        if (
            frequency.daily
            and 0 < cap.days * frequency.daily.impressions <= cap.impressions - frequency.daily.impressions
        ):
            words = f"the cap of {cap.impressions} in {cap.days} days has no effect: the daily cap allows fewer"
            yield advice(subject, "cap_above_daily", words)
    daily, gap = frequency.daily, frequency.gap
    is_comparable = daily and gap and gap.seconds and not (daily.counting != gap.counting and gap.counting == "own")
    if daily and gap and is_comparable and 1 + (LONGEST_DAY_SECONDS - 1) // gap.seconds < daily.impressions:
        words = f"the daily cap of {daily.impressions} has no effect: the gap alone allows fewer"
        yield problem(subject, "cap_shorter_than_gap", words)
    if frequency.is_always_asking and frequency != replace(NO_LIMIT, is_always_asking=True):
        words = "always_ask ignores every limit of frequency, so the limits beside it do nothing: remove them"
        yield problem(subject, "always_ask", words)


def _has_no_effect(cap: Cap, gap: Gap) -> bool:
    """Return whether a gap allows so few impressions in the cap's window that the cap is never reached."""
    if cap.impressions == 0 or gap.seconds == 0 or (cap.counting != gap.counting and gap.counting == "own"):
        return False
    most_in_window = 1 + (cap.days * DAY_SECONDS - 1) // gap.seconds
    return most_in_window < cap.impressions or cap.days * DAY_SECONDS <= gap.seconds


def _unlimited(subject: str, campaign: Campaign, site: Site) -> Iterator[LintFinding]:
    frequency = campaign.frequency
    limits = (frequency.caps, frequency.gap, frequency.daily, frequency.cycle, frequency.total_impressions)
    site_limits = (site.frequency.caps, site.frequency.gap, site.frequency.daily)
    if not any(limits) and not any(site_limits):
        words = "no limit on how often a reader sees it: set frequency here or in the site"
        yield advice(subject, "no_cap", words)
    if campaign.is_dismissible and campaign.cool_off == NO_COOL_OFF:
        words = "after it is closed, only the site's short silence applies: set cool_off, after_dismissal"
        yield advice(subject, "no_cool_off", words)
