"""Close a period of the books, after making sure that it is complete and that every check holds.

A period is complete if a complete pull from Stripe began after its last day had ended. Some checks can stay red for
something that really happened; a person can accept these with a reason.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import Connection

from service.database.transaction import connected
from service.errors import DomainError, StripeRefusedError, StripeUnavailableError
from service.exports.records_store import hold_newest_point
from service.exports.request import BusyBooksError
from service.ledger.closings.closing import ClosingWish, close_period, period_problems
from service.ledger.closings.figures_store import PeriodFigures, period_figures
from service.ledger.closings.store import Closing, closed_through
from service.ledger.invariants.check import Check
from service.ledger.local_days import first_instant
from service.ledger.manual.checks import clean_text
from service.ledger.periods import PeriodError
from service.ledger.post_due import post_in_batches
from service.reconciliation.checking import check_everything
from service.reconciliation.checklist.steps import ACCEPTABLE, PAYOUTS, SUSPENSE_NUMBER
from service.reconciliation.pull import pull_balance
from service.reconciliation.pull_store import pulled_through
from service.services import Services
from service.stripe_facts.query_store import payouts_due

ATTEMPTS = 4
MAX_NAMED = 5
STRIPE_BALANCE_NUMBER = 3


def close_books(services: Services, wish: ClosingWish) -> tuple[Closing, PeriodFigures]:
    """Close every day up to and including `wish.through`. Return the closing and what the closed days hold.

    Raise PeriodError with everything that is missing and the command that gets it; then nothing is closed.
    """
    wish = _cleaned(wish)
    settings, now = services.settings, services.clock()
    post_in_batches(services.engine, settings.accounting_zone, now)
    with connected(services.engine) as connection:
        open_since = _day_after(closed_through(connection))
        problems = [
            *period_problems(connection, settings.accounting_zone, now, wish.through),
            *_pull_problems(connection, services, wish),
        ]
    if not problems:
        problems = [*_check_problems(services, wish)]
    if problems:
        raise PeriodError("; ".join(problems))
    closing = _close(services, wish)
    with connected(services.engine) as connection:
        return closing, period_figures(connection, open_since, wish.through)


def _cleaned(wish: ClosingWish) -> ClosingWish:
    """Return the wish with clean texts. Raise PeriodError if it accepts what it may not, or gives no reason."""
    unknown = [name for name in wish.accepted if name not in ACCEPTABLE]
    if unknown:
        raise PeriodError(f"{', '.join(unknown)} cannot be accepted, only {', '.join(ACCEPTABLE)}")
    if wish.accepted and not wish.why:
        raise PeriodError("a check is accepted with a reason; give it with --why")
    why = clean_text(wish.why, "the reason") if wish.why else None
    return replace(wish, by=clean_text(wish.by, "the name of the person"), why=why)


def _pull_problems(connection: Connection, services: Services, wish: ClosingWish) -> Iterator[str]:
    """Yield why Stripe's facts of the period may be incomplete."""
    pulled_at = pulled_through(connection)
    ends_at = first_instant(wish.through + timedelta(days=1), services.settings.accounting_zone)
    if pulled_at is None or pulled_at < ends_at:
        last = f"the last one began at {pulled_at:%Y-%m-%d %H:%M} UTC" if pulled_at else "there was none yet"
        yield (
            f"no complete pull from Stripe began after {wish.through} had ended, at {ends_at:%Y-%m-%d %H:%M} UTC; "
            f"{last}: run `flask --app wsgi sync`"
        )
        return
    due = payouts_due(connection, wish.through, is_livemode=services.settings.is_livemode)
    if due and PAYOUTS not in wish.accepted:
        yield (
            f"{len(due)} payouts were due by {wish.through} and are not known as paid: {_named(due)}; "
            "run `flask --app wsgi sync`, or accept it with --accept payouts --why REASON if Stripe says so too"
        )


def _check_problems(services: Services, wish: ClosingWish) -> Iterator[str]:
    """Yield each red check that was not accepted. Suspense counts only up to the last day, which was checked before."""
    try:
        checks = _checks_with_stripe(services)
    except (StripeUnavailableError, StripeRefusedError) as error:
        yield f"Stripe's own balance could not be compared: {error}; try again"
        return
    for check in checks:
        if not check.is_green and str(check.number) not in {*wish.accepted, str(SUSPENSE_NUMBER)}:
            accept = f", or accept it with --accept {check.number} --why REASON" if _is_acceptable(check) else ""
            yield (
                f"check {check.number} is red: {check.name}: {check.detail}; "
                f"see `When something is wrong` in docs/close-a-month.md{accept}"
            )


def _is_acceptable(check: Check) -> bool:
    return str(check.number) in ACCEPTABLE


def _checks_with_stripe(services: Services) -> Iterable[Check]:
    """Return every check. If the balance differs from Stripe's, money may just have arrived: pull it and try again."""
    for attempt in range(ATTEMPTS):
        if attempt:
            pull_balance(services)
        checks = check_everything(services, services.gateway.fetch_balance())
        red = {check.number for check in checks if not check.is_green}
        if red != {STRIPE_BALANCE_NUMBER}:
            break
    return checks


def _close(services: Services, wish: ClosingWish) -> Closing:
    """Close at a moment at which no fact changes. Raise BusyBooksError if writers leave no such moment."""
    settings, now = services.settings, services.clock()
    for _ in range(ATTEMPTS):
        try:
            return close_period(services.engine, settings.accounting_zone, now, wish, hold_newest_point)
        except BusyBooksError as error:
            busy: DomainError = error
    raise busy


def _day_after(day: date | None) -> date | None:
    return day + timedelta(days=1) if day is not None else None


def _named(ids: list[str]) -> str:
    return ", ".join(ids[:MAX_NAMED]) + (" ..." if len(ids) > MAX_NAMED else "")
