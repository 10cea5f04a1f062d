"""Marshmallow fields for times: on the site's own clock, or as instants with an offset."""

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from marshmallow import ValidationError, fields

from schemas.fields import Word
from service.campaigns.schedule import MINUTES_PER_DAY, Hours, WallTime, Weekday

EARLIEST_YEAR, LATEST_YEAR = 1971, 2199  # in these years Python can compute with times of every timezone
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_TOO_FAR = f"must be in the years {EARLIEST_YEAR} to {LATEST_YEAR}; leave it out for no limit"
_CLOCK = re.compile(r"^([01]?\d|2[0-4]):([0-5]\d)\Z")
_WALL_TIME = re.compile(r"^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(?::00)?)?\Z")


class MinuteOfDay(fields.Field[int]):
    """A time of day `HH:MM`, loaded as minutes after midnight. `24:00` is accepted only if `can_end` is set."""

    def __init__(self, *, can_end: bool = False, **kwargs: Any) -> None:
        super().__init__(metadata={"type": "string"}, **kwargs)
        self.most = MINUTES_PER_DAY if can_end else MINUTES_PER_DAY - 1

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> int:  # noqa: ARG002
        match = _CLOCK.match(value) if isinstance(value, str) else None
        minute = int(match[1]) * 60 + int(match[2]) if match else -1
        if not 0 <= minute <= self.most:
            raise ValidationError("must be a time of day such as 09:00; JSON needs quotes around it")
        return minute


class WeekdayName(Word[Weekday]):
    """A weekday such as `mon` or `Monday`, in upper or lower case."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Weekday, **kwargs)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Weekday:
        name = value.casefold() if isinstance(value, str) else value
        return super()._deserialize(name[:3] if name in _WEEKDAYS else name, attr, data, **kwargs)


class HoursOfDay(fields.Field[Hours]):
    """Hours of the day: `09:00-17:00` or `{starts, ends}`. An end before the start is on the next day."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(metadata={"type": "string"}, **kwargs)
        self.starts, self.ends = MinuteOfDay(), MinuteOfDay(can_end=True)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Hours:  # noqa: ARG002
        if isinstance(value, Mapping) and set(value) == {"starts", "ends"}:
            parts = [value["starts"], value["ends"]]
        else:
            parts = re.split(r"\s*[-–]\s*", value.strip()) if isinstance(value, str) else []
        if len(parts) != 2:
            raise ValidationError("must be hours such as 09:00-17:00")
        hours = Hours(self.starts.deserialize(parts[0]) or 0, self.ends.deserialize(parts[1]) or 0)
        if hours.starts_minute == hours.ends_minute:
            raise ValidationError("starts and ends at the same minute; write 00:00-24:00 for the whole day")
        return hours


class Wall(fields.Field[WallTime]):
    """A day, or a day and a minute, on the site's own clock."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(metadata={"type": "string"}, **kwargs)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> WallTime:  # noqa: ARG002
        match = _WALL_TIME.match(value.strip()) if isinstance(value, str) else None
        try:
            if match is None:
                raise ValueError(value)
            moment = WallTime(date.fromisoformat(match[1]), time.fromisoformat(match[2]) if match[2] else None)
        except ValueError as error:
            words = "must be a day (2026-11-30) or a day and minute (2026-11-30 18:00) on the site's own clock"
            raise ValidationError(words) from error
        _refuse_far(moment.day)
        return moment


class Day(fields.Field[date]):
    """A calendar day such as `2026-11-30`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(metadata={"type": "string", "format": "date"}, **kwargs)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> date:  # noqa: ARG002
        try:
            if not isinstance(value, str) or len(value) != 10:
                raise ValueError(value)
            return date.fromisoformat(value)
        except ValueError as error:
            raise ValidationError("must be a day such as 2026-11-30") from error


class NearDay(Day):
    """A calendar day in the years that can be computed with, such as the end of a schedule."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> date:
        day = super()._deserialize(value, attr, data, **kwargs)
        _refuse_far(day)
        return day


class Instant(fields.Field[datetime]):
    """An instant with an offset, such as `2026-11-30T18:00:00Z`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(metadata={"type": "string", "format": "date-time"}, **kwargs)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> datetime:  # noqa: ARG002
        try:
            instant = datetime.fromisoformat(value) if isinstance(value, str) else None
        except ValueError:
            instant = None
        if instant is None or instant.tzinfo is None:
            raise ValidationError("must be an instant with an offset, such as 2026-11-30T18:00:00Z")
        _refuse_far(instant)
        return instant


class When(fields.Field[datetime]):
    """An instant with an offset (`2026-11-30T18:00:00Z`), or a time on the site's own clock (`2026-11-30 18:00`).

    A time without an offset is loaded as a naive datetime. A day without a time is its first moment.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(metadata={"type": "string"}, **kwargs)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> datetime:  # noqa: ARG002
        try:
            when = datetime.fromisoformat(value) if isinstance(value, str) and len(value) >= 10 else None
        except ValueError:
            when = None
        if when is None or not EARLIEST_YEAR <= when.year <= LATEST_YEAR:
            words = "must be a time such as 2026-11-30T18:00:00Z, or 2026-11-30 18:00 on the site's own clock"
            raise ValidationError(words)
        return when


def _refuse_far(day: date) -> None:
    if not EARLIEST_YEAR <= day.year <= LATEST_YEAR:
        raise ValidationError(_TOO_FAR)
