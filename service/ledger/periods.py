"""Periods: the accounting date of an entry, and the reasons why a period cannot be closed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from service.errors import ConflictError
from service.ledger.entries import Entry
from service.money import major_text


class PeriodError(ConflictError):
    """The period cannot be closed; the message has every reason."""

    code = "period_not_closable"


@dataclass(frozen=True, slots=True)
class UnfinishedWork:
    """What is unfinished up to a day.

    `suspense` holds minor units by currency, `unposted_count` counts balance transactions without an entry, and
    `waiting_count` entries that wait for a second person.
    """

    suspense: Mapping[str, int]
    unposted_count: int = 0
    waiting_count: int = 0


def accounting_date(entry: Entry, zone: ZoneInfo, closed_through: date | None) -> date:
    """Return the local day of an entry, or the first open day if that day is closed."""
    day = entry.dated_on or entry.effective_at.astimezone(zone).date()
    if closed_through is not None and day <= closed_through:
        return closed_through + timedelta(days=1)
    return day


def closing_problems(through: date, today: date, closed: date | None, unfinished: UnfinishedWork) -> tuple[str, ...]:
    """Return the reasons why the books cannot be closed through a day, each with what to do; empty if they can.

    `closed` is the last day that is closed already.
    """
    problems = []
    if through >= today:
        problems.append(f"{through} is not over yet")
    if closed is not None and through <= closed:
        problems.append(f"the books are closed through {closed} already")
    problems.extend(
        f"suspense holds {major_text(amount_minor, currency)} {currency}: "
        "see `ledger open-items` and use `ledger reclassify`"
        for currency, amount_minor in sorted(unfinished.suspense.items())
        if amount_minor
    )
    if unfinished.unposted_count:
        problems.append(f"{unfinished.unposted_count} balance transactions are not posted yet: run `sync`")
    if unfinished.waiting_count:
        problems.append(
            f"{unfinished.waiting_count} entries wait for a second person: "
            "see `ledger entries --waiting`, then approve or refuse them"
        )
    return tuple(problems)
