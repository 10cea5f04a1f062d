"""Close a period: post what is due, then give no later entry a date up to and including the closed day."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine

from service.database.transaction import committed
from service.ledger.closings.store import Closing, add_closing, closed_through
from service.ledger.invariants.figures_store import suspense_through, unposted_transactions
from service.ledger.local_days import first_instant
from service.ledger.manual.store import list_manual
from service.ledger.periods import PeriodError, UnfinishedWork, closing_problems
from service.ledger.post_due import post_due
from service.ledger.store import last_seq

MAX_WAITING = 1000

FindPoint = Callable[[Connection], int]


@dataclass(frozen=True, slots=True)
class ClosingWish:
    """What a person asks to close. `accepted` names red checks that the person accepts, with the reason `why`."""

    through: date
    by: str
    accepted: tuple[str, ...] = ()
    why: str | None = None


def close_period(
    engine: Engine, zone: ZoneInfo, now: datetime, wish: ClosingWish, find_point: FindPoint | None = None
) -> Closing:
    """Post what is due, then close every day up to and including `wish.through`.

    `find_point` returns the number that repeats the files of the closed days; it may take locks until the end of the
    transaction. Raise PeriodError with every reason why the books cannot be closed; then nothing is posted either.
    """
    with committed(engine) as connection:
        post_due(connection, zone, now)
        problems = period_problems(connection, zone, now, wish.through)
        if problems:
            raise PeriodError("; ".join(problems))
        closing = Closing(
            closed_through=wish.through,
            closed_at=now,
            closed_by=wish.by,
            last_seq=last_seq(connection),
            as_of=find_point(connection) if find_point else None,
            accepted=wish.accepted,
            why=wish.why,
        )
        add_closing(connection, closing)
        return closing


def period_problems(connection: Connection, zone: ZoneInfo, now: datetime, through: date) -> tuple[str, ...]:
    """Return the reasons in the ledger why the days up to `through` cannot be closed, with what to do about each."""
    ends_at = first_instant(through + timedelta(days=1), zone)
    waiting = list_manual(connection, only_waiting=True, limit=MAX_WAITING)
    unfinished = UnfinishedWork(
        suspense_through(connection, through),
        unposted_count=sum(row.created_at < ends_at for row in unposted_transactions(connection)),
        waiting_count=sum(manual.accounting_date <= through for manual in waiting),
    )
    return closing_problems(through, now.astimezone(zone).date(), closed_through(connection), unfinished)
