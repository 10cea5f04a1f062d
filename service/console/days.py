"""The filter bar of the console: which days, campaign and currency a screen is about."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

USUAL_DAYS = 28


@dataclass(frozen=True, slots=True)
class ChosenDays:
    """The choice of a person. Both days are included; `errors` are sentences by the name of their field."""

    from_on: date
    to_on: date
    zone: ZoneInfo
    today_on: date
    campaign: str = ""
    currency: str = ""
    errors: Mapping[str, str] | None = None

    @property
    def presets(self) -> tuple[tuple[str, date, date], ...]:
        """Spans that are chosen often, as their words, first day and last day."""
        today = self.today_on
        month = today.replace(day=1)
        month_before = month - timedelta(days=1)
        return (
            ("Last four weeks", today - timedelta(days=USUAL_DAYS - 1), today),
            (f"{month:%B %Y}", month, today),
            (f"{month_before:%B %Y}", month_before.replace(day=1), month_before),
            (f"{today:%Y} so far", today.replace(month=1, day=1), today),
        )

    @property
    def starts_at(self) -> datetime:
        """The first instant of the days."""
        return datetime.combine(self.from_on, time(), self.zone)

    @property
    def ends_at(self) -> datetime:
        """The first instant after the days."""
        return datetime.combine(self.to_on + timedelta(days=1), time(), self.zone)

    def query(self) -> dict[str, str]:
        """Return the choice as parameters of an address, for links to other screens."""
        chosen = {
            "from": self.from_on.isoformat(),
            "to": self.to_on.isoformat(),
            "campaign": self.campaign,
            "currency": self.currency,
        }
        return {name: value for name, value in chosen.items() if value}


def days_of(parameters: Mapping[str, str], today_on: date, zone: ZoneInfo) -> ChosenDays:
    """Return the choice in the parameters `from`, `to`, `campaign` and `currency` of an address.

    Without days it is the last four weeks. A day that cannot be read is named in `errors`, and its usual value counts.
    """
    errors: dict[str, str] = {}
    to_on = _day(parameters, "to", today_on, errors)
    from_on = _day(parameters, "from", to_on - timedelta(days=USUAL_DAYS - 1), errors)
    campaign, currency = parameters.get("campaign", "").strip(), parameters.get("currency", "").strip().upper()
    days = ChosenDays(from_on, to_on, zone, today_on, campaign, currency)
    if from_on > to_on:
        errors["from"] = f"The first day, {from_on.isoformat()}, is after the last day, {to_on.isoformat()}."
        days = replace(days, from_on=to_on)
    return replace(days, errors=errors or None)


def _day(parameters: Mapping[str, str], name: str, usual: date, errors: dict[str, str]) -> date:
    text = parameters.get(name, "").strip()
    if not text:
        return usual
    try:
        day = date.fromisoformat(text)
    except ValueError:
        errors[name] = f"“{text[:40]}” is not a day. Write it like {usual.isoformat()}."
        return usual
    if not date(1970, 1, 2) <= day <= date(9999, 12, 30):  # times of the days before and after must exist
        errors[name] = f"{text} is too far away."
        return usual
    return day
