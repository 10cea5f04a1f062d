"""Periods: on which day of the organisation's books an entry stands."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from service.errors import ConflictError
from service.ledger.entries import Entry


class PeriodError(ConflictError):
    """A period that cannot be closed, and why."""

    code = "period_not_closable"


def accounting_date(entry: Entry, zone: ZoneInfo, closed_through: date | None) -> date:
    """The local day of the entry's instant; a late fact goes to the first open day and keeps its true instant."""
    day = entry.dated_on or entry.effective_at.astimezone(zone).date()
    if closed_through is not None and day <= closed_through:
        return closed_through + timedelta(days=1)
    return day
