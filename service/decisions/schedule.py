"""When a campaign runs: start and end, weekdays and hours, and the site's quiet hours, on the site's wall clock."""

from service.campaigns.schedule import WEEKDAYS, Hours, is_quiet, is_within_hours
from service.decisions.compiled import Prepared
from service.decisions.site_time import SiteTime, as_datetime, instant_of
from service.decisions.situation import Situation
from service.decisions.verdict import Verdict

_MINUTES = 1440
_DAYS_AHEAD = 8


def has_started(prepared: Prepared, situation: Situation) -> Verdict:
    starts_at = prepared.starts_at or 0
    return Verdict(situation.now.instant >= starts_at, _text(situation.now.instant), _text(starts_at), starts_at)


def has_not_ended(prepared: Prepared, situation: Situation) -> Verdict:
    """The end's whole minute, or the whole last day, still belongs to the schedule."""
    ends_before = prepared.ends_before or 0
    return Verdict(
        situation.now.instant < ends_before, _text(situation.now.instant), _text(ends_before), None, "before"
    )


def is_on_weekday(prepared: Prepared, situation: Situation) -> Verdict:
    weekdays = prepared.campaign.schedule.weekdays or frozenset()
    today = WEEKDAYS[situation.now.weekday]
    if today in weekdays:
        return Verdict(True, today.value, sorted(weekdays, key=WEEKDAYS.index))
    ahead = next((n for n in range(1, _DAYS_AHEAD) if WEEKDAYS[(situation.now.weekday + n) % 7] in weekdays), None)
    opens_at = None if ahead is None else instant_of(situation.now.day + ahead, 0, situation.now.zone)
    return Verdict(False, today.value, sorted(weekdays, key=WEEKDAYS.index), opens_at)


def is_within_daily_hours(prepared: Prepared, situation: Situation) -> Verdict:
    hours = prepared.campaign.schedule.hours or ()
    now = situation.now
    passed = any(is_within_hours(one, now.minute) for one in hours)
    opens_at = None if passed else _next_minute(now, tuple(one.starts_minute for one in hours))
    return Verdict(passed, _clock(now.minute), [_span(one) for one in hours], opens_at)


def is_not_quiet(_prepared: Prepared, situation: Situation) -> Verdict:
    """The site's quiet hours; they end exactly at their end. Start equal to end is no quiet at all."""
    quiet = situation.site.quiet_hours
    now = situation.now
    passed = not any(is_quiet(one, now.minute) for one in quiet)
    opens_at = None if passed else _next_minute(now, tuple(one.ends_minute for one in quiet))
    return Verdict(passed, _clock(now.minute), [_span(one) for one in quiet], opens_at)


def _next_minute(now: SiteTime, minutes: tuple[int, ...]) -> int | None:
    """The next instant at which the wall clock stands at one of these minutes of the day."""
    instants = [instant_of(now.day + ahead, minute, now.zone) for ahead in (0, 1) for minute in minutes]
    return min((instant for instant in instants if instant > now.instant), default=None)


def _text(instant: int) -> str:
    return as_datetime(instant).strftime("%Y-%m-%dT%H:%M:%SZ")


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _span(hours: Hours) -> str:
    return f"{_clock(hours.starts_minute)}-{_clock(hours.ends_minute % _MINUTES)}"
