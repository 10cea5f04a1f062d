"""The form that pauses all asks: what a person chose, and what is wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from service.campaigns.schedule import WallTime, starts_at
from service.console.screens.today.moments import moment_words

MAX_REASON_CHARACTERS = 500
LONGEST = timedelta(days=366)
MORNING, NOON = time(6), time(12)


class PauseEnd(StrEnum):
    """When a pause ends."""

    TWO_HOURS = "two_hours"
    TOMORROW = "tomorrow"
    TOMORROW_NOON = "tomorrow_noon"
    AT = "at"
    OPEN = "open"


_TOMORROW_AT: Mapping[str, time] = {PauseEnd.TOMORROW: MORNING, PauseEnd.TOMORROW_NOON: NOON}


@dataclass(frozen=True, slots=True)
class PauseForm:
    """What was typed. `at`: a time on the site's clock, as browsers write it. `everywhere`: on all sites."""

    reason: str = ""
    end: str = PauseEnd.TWO_HOURS
    at: str = ""
    opens_gates: bool = True
    everywhere: bool = False


EMPTY_FORM = PauseForm()


def form_of(fields: Mapping[str, str]) -> PauseForm:
    """Return what was sent. A box that is not ticked is not sent."""
    return PauseForm(
        fields.get("reason", "").strip(),
        fields.get("end", PauseEnd.TWO_HOURS),
        fields.get("at", "").strip(),
        "opens_gates" in fields,
        "everywhere" in fields,
    )


def end_of(form: PauseForm, now: datetime, zone: ZoneInfo) -> tuple[datetime | None, dict[str, str]]:
    """Return when the pause ends (None: when a person ends it), and what is wrong, in sentences by field.

    A typed time wins over the choice, because a person who types a time means it.
    """
    errors = {}
    if len(form.reason) > MAX_REASON_CHARACTERS:
        errors["reason"] = f"The reason has {len(form.reason)} characters. It can have {MAX_REASON_CHARACTERS}."
    if form.at or form.end == PauseEnd.AT:
        return _typed_end(form.at, now, zone, errors), errors
    if form.end not in set(PauseEnd):
        errors["end"] = "Choose when the pause ends."
    return _chosen_end(form.end, now, zone), errors


def end_choices(now: datetime, zone: ZoneInfo) -> list[tuple[str, str]]:
    """Return the choices of an end with their words, which name the times."""
    named = (PauseEnd.TWO_HOURS, PauseEnd.TOMORROW, PauseEnd.TOMORROW_NOON)
    in_two_hours, morning, noon = (end for choice in named if (end := _chosen_end(choice, now, zone)) is not None)
    return [
        (PauseEnd.TWO_HOURS, f"For 2 hours, until {moment_words(in_two_hours, now, zone)}"),
        (PauseEnd.TOMORROW, f"Until {moment_words(morning, now, zone)}"),
        (PauseEnd.TOMORROW_NOON, f"Until {moment_words(noon, now, zone)}"),
        (PauseEnd.AT, "Until the time below"),
        (PauseEnd.OPEN, "Until a person ends it"),
    ]


def _chosen_end(choice: str, now: datetime, zone: ZoneInfo) -> datetime | None:
    if choice == PauseEnd.TWO_HOURS:
        return now + timedelta(hours=2)
    at = _TOMORROW_AT.get(choice)
    return starts_at(WallTime(now.astimezone(zone).date() + timedelta(days=1), at), zone) if at else None


def _typed_end(text: str, now: datetime, zone: ZoneInfo, errors: dict[str, str]) -> datetime | None:
    example = (now.astimezone(zone) + timedelta(days=1)).strftime("%Y-%m-%dT12:00")
    try:
        wall = datetime.fromisoformat(text)
    except ValueError:
        errors["at"] = f"Type the day and time at which the pause ends, such as {example}."
        return None
    if wall.tzinfo is not None or not 1971 <= wall.year <= 2199:
        errors["at"] = f"Type a day and time on the site’s clock, such as {example}."
        return None
    end = starts_at(WallTime(wall.date(), wall.time()), zone)
    if end <= now:
        errors["at"] = f"{wall:%d %B %Y %H:%M} is over. Choose a time after {moment_words(now, now, zone)}."
    elif end - now > LONGEST:
        errors["at"] = (
            f"{wall:%d %B %Y} is over a year away. For a pause without an end choose “Until a person ends it”."
        )
    return end
