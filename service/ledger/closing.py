"""Close a period: post what is due, then give no later entry a date up to and including the closed day."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from service.database.transaction import committed
from service.ledger.invariants.figures_store import suspense_through, unposted_transactions
from service.ledger.periods import PeriodError, closing_problems
from service.ledger.post_due import post_due
from service.ledger.store import add_closing, closed_through


def close_period(engine: Engine, zone: ZoneInfo, through: date, now: datetime, closed_by: str) -> None:
    """Post what is due, then close every day up to and including `through`.

    Raise PeriodError with every reason why the books cannot be closed; then nothing is posted either.
    """
    with committed(engine) as connection:
        post_due(connection, zone, now)
        end_at = datetime.combine(through + timedelta(days=1), time.min, zone)
        unposted_count = sum(row.created_at < end_at for row in unposted_transactions(connection))
        today = now.astimezone(zone).date()
        suspense = suspense_through(connection, through)
        problems = closing_problems(through, today, closed_through(connection), suspense, unposted_count)
        if problems:
            raise PeriodError("; ".join(problems))
        add_closing(connection, through, now, closed_by)
