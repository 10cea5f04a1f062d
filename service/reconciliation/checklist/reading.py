"""Read everything that the checklist of a period is computed from."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from service.exports.files.open_exceptions_store import open_exceptions
from service.exports.query_store import ExportScope
from service.exports.records_store import read_books
from service.ledger.closings.figures_store import PeriodFigures, period_figures
from service.ledger.closings.notes_store import notes_of
from service.ledger.closings.store import closed_through
from service.ledger.invariants.check_store import latest_checks
from service.ledger.invariants.figures_store import suspense_through, unposted_transactions
from service.ledger.local_days import LocalDays, first_instant
from service.ledger.manual.store import list_manual
from service.reconciliation.checklist.steps import PeriodState
from service.reconciliation.checklist.store import checked_at, period_payouts
from service.reconciliation.pull_store import pulled_through
from service.services import Services
from service.stripe_events.backlog_store import event_backlog

MAX_WAITING = 1000
# Movements that are older than this before the period are posted, or before the month of its last day if no day was
# closed yet. Closing itself looks at all of them.
LATE = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Checklist:
    """The state of a period and its figures. `first_day` is its first open day, None if the books are empty."""

    state: PeriodState
    figures: PeriodFigures
    first_day: date | None


def read_checklist(connection: Connection, services: Services, last_day: date) -> Checklist:
    """Return the checklist of the open days up to and including `last_day`."""
    settings, now = services.settings, services.clock()
    zone, closed = settings.accounting_zone, closed_through(connection)
    open_since = closed + timedelta(days=1) if closed is not None else None
    figures = period_figures(connection, open_since, last_day)
    first_day = min(figures.first_day or last_day, last_day)
    ends_at, backlog = first_instant(last_day + timedelta(days=1), zone), event_backlog(connection)
    scope = ExportScope(LocalDays(open_since, last_day, zone), read_books(connection, None), settings.is_livemode, now)
    unposted = unposted_transactions(connection, _since(open_since or last_day.replace(day=1), zone))
    waiting = list_manual(connection, only_waiting=True, limit=MAX_WAITING)
    state = PeriodState(
        last_day=last_day,
        ends_at=ends_at,
        zone=zone,
        today=now.astimezone(zone).date(),
        closed_through=closed,
        pulled_at=pulled_through(connection),
        waiting_events=backlog.waiting_count,
        dead_events=backlog.dead_count,
        payouts=period_payouts(connection, first_day, last_day, is_livemode=settings.is_livemode),
        exceptions=open_exceptions(connection, scope),
        notes=notes_of(connection, last_day),
        suspense=suspense_through(connection, last_day),
        unposted_count=sum(row.created_at < ends_at for row in unposted),
        waiting_entries=sum(manual.accounting_date <= last_day for manual in waiting),
        checks=latest_checks(connection),
        checked_at=checked_at(connection),
    )
    return Checklist(state, figures, figures.first_day)


def _since(first_day: date, zone: ZoneInfo) -> datetime:
    return first_instant(first_day - LATE, zone)
