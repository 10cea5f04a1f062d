"""Periods: the accounting date of an entry, and the reasons why a period cannot be closed."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from service.errors import ConflictError
from service.ledger.entries import Entry
from service.money import major_text


class PeriodError(ConflictError):
    """The period cannot be closed; the message has every reason."""

    code = "period_not_closable"


def accounting_date(entry: Entry, zone: ZoneInfo, closed_through: date | None) -> date:
    """Return the local day of an entry, or the first open day if that day is closed."""
    day = entry.dated_on or entry.effective_at.astimezone(zone).date()
    if closed_through is not None and day <= closed_through:
        return closed_through + timedelta(days=1)
    return day


def closing_problems(
    through: date, today: date, closed: date | None, suspense: dict[str, int], unposted_count: int
) -> tuple[str, ...]:
    """Return the reasons why the books cannot be closed through a day; empty if they can.

    `closed` is the last day that is closed already, `suspense` what suspense holds in minor units by currency.
    """
    problems = []
    if through >= today:
        problems.append(f"{through} is not over yet")
    if closed is not None and through <= closed:
        problems.append(f"the books are closed through {closed} already")
    problems.extend(
        f"suspense holds {major_text(amount_minor, currency)} {currency}"
        for currency, amount_minor in sorted(suspense.items())
        if amount_minor
    )
    if unposted_count:
        problems.append(f"{unposted_count} balance transactions are not posted yet")
    return tuple(problems)
