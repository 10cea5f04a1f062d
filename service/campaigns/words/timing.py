"""When a campaign runs, how often a reader may see it, and how long it is silent, as sentences."""

from collections.abc import Iterator

from service.campaigns.frequency import Cap, CoolOff, Counting, DailyCap, Frequency, Gap
from service.campaigns.schedule import WEEKDAYS, Schedule
from service.campaigns.words.labels import value_label
from service.campaigns.words.phrases import all_of, any_of, minute_in_words, moment_in_words, number_of

_DAY_SECONDS, _HOUR_SECONDS, _MINUTE_SECONDS = 86_400, 3_600, 60


def schedule_in_words(schedule: Schedule) -> str:
    """Return when a campaign runs: `From Friday 4 December 2026 18:00 until Sunday 6 December 2026`."""
    parts = [*_limits(schedule)]
    if schedule.weekdays is not None:
        parts.append("on " + any_of(value_label(day) for day in WEEKDAYS if day in schedule.weekdays))
    if schedule.hours is not None:
        spans = (
            f"{minute_in_words(span.starts_minute)} to {minute_in_words(span.ends_minute)}" for span in schedule.hours
        )
        parts.append("from " + any_of(spans))
    text = " AND ".join(parts)
    return text[:1].upper() + text[1:] if text else "Always"


def _limits(schedule: Schedule) -> Iterator[str]:
    starts = f"from {moment_in_words(schedule.starts)}" if schedule.starts else ""
    ends = f"until {moment_in_words(schedule.ends)}" if schedule.ends else ""
    if starts or ends:
        yield " ".join(part for part in (starts, ends) if part)


def frequency_in_words(frequency: Frequency) -> str:
    """Return how often a reader may see a campaign: `At most 4 times in 30 days AND at least 2 days apart`."""
    if frequency.is_always_asking:
        return "On every page view, whatever the limits"
    clauses = [*_caps(frequency), *_views(frequency), *_totals(frequency)]
    text = all_of(clauses)
    return text[:1].upper() + text[1:] if text else "As often as a reader comes"


def _caps(frequency: Frequency) -> Iterator[str]:
    yield from (cap_in_words(cap) for cap in frequency.caps)
    if frequency.gap is not None:
        yield gap_in_words(frequency.gap)
    if frequency.daily is not None:
        yield daily_in_words(frequency.daily)
    if frequency.cycle is not None:
        asks, rest = number_of(frequency.cycle.impressions, "ask"), duration(frequency.cycle.rest_seconds)
        yield f"{asks}, then silent for {rest}, again and again"


def _views(frequency: Frequency) -> Iterator[str]:
    if frequency.first_after_views is not None:
        yield f"not on the first {number_of(frequency.first_after_views, 'page view')}"
    if frequency.every_nth_view is not None:
        yield f"only on every {frequency.every_nth_view}. page view"


def _totals(frequency: Frequency) -> Iterator[str]:
    if frequency.total_impressions is not None:
        yield f"at most {_times(frequency.total_impressions)} ever"
    if frequency.total_contributions is not None:
        yield f"until {number_of(frequency.total_contributions, 'contribution')} through it"


def cap_in_words(cap: Cap) -> str:
    """Return a cap: `at most 4 times in 30 days`."""
    return f"at most {_times(cap.impressions)} in {number_of(cap.days, 'day')}{_counting(cap.counting)}"


def gap_in_words(gap: Gap) -> str:
    """Return a gap: `at least 2 days apart`."""
    return f"at least {duration(gap.seconds)} apart{_counting(gap.counting)}"


def daily_in_words(daily: DailyCap) -> str:
    """Return the cap of a day: `at most once a day`."""
    turn = f", counted from {minute_in_words(daily.turns_minute)}" if daily.turns_minute else ""
    return f"at most {_times(daily.impressions)} a day{turn}{_counting(daily.counting)}"


def cool_off_in_words(cool_off: CoolOff) -> str:
    """Return how long a campaign is silent: `After a reader closes it: silent for 14, then 30, then 90 days`."""
    clauses = [*_after_closing(cool_off), *_after_contributing(cool_off)]
    return "; ".join(clauses) if clauses else "No silence of its own after a reader closes it"


def _after_closing(cool_off: CoolOff) -> Iterator[str]:
    silences = []
    if cool_off.dismissal_seconds:
        silences.append("silent for " + ", then ".join(duration(seconds) for seconds in cool_off.dismissal_seconds))
    if cool_off.until_shown_again:
        silences.append("silent until it is shown again")
    if cool_off.ends_after_dismissals is not None:
        silences.append(f"never again after {number_of(cool_off.ends_after_dismissals, 'closing')}")
    if silences:
        whose = " or another campaign" if cool_off.dismissals is Counting.ALL else ""
        yield f"After a reader closes it{whose}: {any_of(silences)}"


def _after_contributing(cool_off: CoolOff) -> Iterator[str]:
    for days, kind in ((cool_off.one_off_days, "one-off"), (cool_off.recurring_days, "recurring")):
        if days is not None:
            yield f"After a {kind} contribution: " + (f"silent for {number_of(days, 'day')}" if days else "no silence")


def duration(seconds: int) -> str:
    """Return a length of time: `2 days`, `1 day 6 hours`, `90 minutes`."""
    days, rest = divmod(seconds, _DAY_SECONDS)
    hours, rest = divmod(rest, _HOUR_SECONDS)
    minutes = rest // _MINUTE_SECONDS
    parts = [number_of(count, noun) for count, noun in ((days, "day"), (hours, "hour"), (minutes, "minute")) if count]
    return " ".join(parts) or "0 minutes"


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count:,} times")


def _counting(counting: Counting) -> str:
    return ", all campaigns counted" if counting is Counting.ALL else ""
