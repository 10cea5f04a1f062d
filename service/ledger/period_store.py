"""Close a period: from then on nothing can be dated into it."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, func, select

from service.ledger.accounts import Account
from service.ledger.invariant_figures_store import unposted_transactions
from service.ledger.periods import PeriodError, closing_problems
from service.ledger.posting_store import post_due
from service.ledger.store import add_closing, closed_through, ledger_entries, ledger_postings


def close_period(engine: Engine, zone: ZoneInfo, through: date, now: datetime, closed_by: str) -> None:
    """Post what is due, and close every day through `through`; raises PeriodError with every reason not to."""
    with engine.begin() as connection:
        post_due(connection, zone, now)
        end_at = datetime.combine(through + timedelta(days=1), time.min, zone)
        unposted_count = sum(row.created_at < end_at for row in unposted_transactions(connection))
        today = now.astimezone(zone).date()
        suspense = _suspense(connection, through)
        problems = closing_problems(through, today, closed_through(connection), suspense, unposted_count)
        if problems:
            raise PeriodError("; ".join(problems))
        add_closing(connection, through, now, closed_by)


def _suspense(connection: Connection, through: date) -> dict[str, int]:
    posting, entry = ledger_postings.c, ledger_entries.c
    statement = (
        select(posting.currency, func.sum(posting.amount_minor).label("balance_minor"))
        .join_from(ledger_postings, ledger_entries, posting.entry_seq == entry.seq)
        .where(posting.account == Account.SUSPENSE.value, entry.accounting_date <= through)
        .group_by(posting.currency)
    )
    return {row.currency: int(row.balance_minor) for row in connection.execute(statement)}
