"""Close and reopen periods with the agreement of a second person."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection

from service.console.screens.closing.closed.files import prepare_files
from service.console.screens.closing.periods import BooksPeriod
from service.console.words import counted
from service.database.transaction import committed, connected
from service.errors import ConflictError
from service.exports.exporting import Caller
from service.ledger.closings.closing import ClosingWish
from service.ledger.closings.reopening import approve_reopening, request_reopening
from service.reconciliation.checklist.reading import Checklist, read_checklist
from service.reconciliation.checklist.steps import accepted_checks, closing_steps, is_complete
from service.reconciliation.closing import close_books
from service.services import Services
from service.staff.agreeing import ask_for_agreement
from service.staff.agreements import AgreedAct, AgreementRequest, Wanted
from service.staff.agreements_store import waiting_requests
from service.staff.people import Person
from service.staff.record_store import write_record
from service.staff.store import find_person

MAX_REASON = 200  # as long as the ledger keeps the reason of a closing


class UnfinishedChecklistError(ConflictError):
    """A step of the checklist is not done. The message names the steps."""

    code = "checklist_not_done"


class AloneError(ConflictError):
    """Reopening needs two persons, and there is no second one."""

    code = "second_person_missing"


@dataclass(frozen=True, slots=True)
class WaitingClose:
    """A request to close a period, which waits for a second person."""

    request: AgreementRequest
    requester: str
    is_own: bool


def close_wish(period: BooksPeriod, last_day: date) -> Wanted:
    """Return closing a period as an act to which a second person can agree."""
    return Wanted(AgreedAct.CLOSE_PERIOD, f"Close {period.name}", {"through": last_day.isoformat()})


def waiting_close(connection: Connection, last_day: date, person: Person, now: datetime) -> WaitingClose | None:
    """Return the request to close the period that ends with this day, or None if no request waits."""
    for request in waiting_requests(connection, now):
        wanted = request.wanted
        if wanted.act is AgreedAct.CLOSE_PERIOD and wanted.details.get("through") == last_day.isoformat():
            requester = find_person(connection, request.requested_by)
            return WaitingClose(request, requester.name if requester else "A person", request.requested_by == person.id)
    return None


def close_with_agreement(services: Services, person: Person, last_day: date) -> tuple[str, bool]:
    """Close the period that ends with this day if the person may do that alone; otherwise ask a second person.

    Return a sentence about what was done, and whether the period is closed now. Raise UnfinishedChecklistError if a
    step is not done.
    """
    checklist = _finished(services, last_day)
    period = BooksPeriod(checklist.first_day, last_day)
    if ask_for_agreement(services, person, close_wish(period, last_day)) is not None:
        return f"{period.name} is ready. It closes when a second person agrees on the screen Agreements.", False
    return _close(services, person, last_day, person.name), True


def close_agreed(services: Services, request: AgreementRequest, requester: Person) -> str:
    """Close the period that a person asked to close and another one agreed to."""
    last_day = date.fromisoformat(request.wanted.details["through"])
    second = _decider(services, request)
    return _close(services, second, last_day, f"{requester.name} and {second.name}")


def reopen_with_agreement(services: Services, person: Person, first_day: date, why: str) -> str:
    """Ask a second person to reopen every day from `first_day` on. Raise AloneError if there is none."""
    wanted = Wanted(
        AgreedAct.REOPEN_PERIOD,
        f"Reopen {first_day:%d %B %Y} and every later day",
        {"first_day": first_day.isoformat(), "why": why},
    )
    if ask_for_agreement(services, person, wanted) is None:
        raise AloneError("reopening needs two persons: invite another person with the role finance")
    return "The days are reopened when a second person agrees on the screen Agreements."


def reopen_agreed(services: Services, request: AgreementRequest, requester: Person) -> str:
    """Reopen the days that a person asked to reopen and another one agreed to."""
    first_day, why = date.fromisoformat(request.wanted.details["first_day"]), request.wanted.details["why"]
    second, now = _decider(services, request), services.clock()
    request_reopening(services.engine, first_day, requester.name, why, now)
    approve_reopening(services.engine, first_day, second.name, now)
    with committed(services.engine) as connection:
        details = {"first_day": first_day.isoformat(), "why": why, "asked_by": requester.name}
        write_record(connection, second, "reopen_period", f"from {first_day}", details, now)
    return f"{first_day:%d %B %Y} and every later day are open again."


def _close(services: Services, person: Person, last_day: date, names: str) -> str:
    checklist = _finished(services, last_day)
    accepted = accepted_checks(checklist.state)
    why = "; ".join(f"{number}: {note}" for number, note in sorted(accepted.items()))[:MAX_REASON] or None
    closing, figures = close_books(services, ClosingWish(last_day, names, tuple(sorted(accepted)), why))
    with committed(services.engine) as connection:
        details = {"through": last_day.isoformat(), "as_of": closing.as_of, "entries": figures.entry_count}
        write_record(connection, person, "close_period", f"through {last_day}", details, services.clock())
    period = BooksPeriod(figures.first_day, last_day)
    prepare_files(services, Caller(names, may_export=True, may_see_personal_data=False), period)
    entries = counted(figures.entry_count, "entry")
    return f"Closed through {last_day:%d %B %Y}: {entries}, by {names}. Its files are being written."


def _finished(services: Services, last_day: date) -> Checklist:
    """Return the checklist. Raise UnfinishedChecklistError if a step is not done."""
    with connected(services.engine) as connection:
        checklist = read_checklist(connection, services, last_day)
    steps = closing_steps(checklist.state)
    if not is_complete(steps):
        missing = "; ".join(step.detail.rstrip(".") for step in steps if not step.is_done)
        raise UnfinishedChecklistError(missing)
    return checklist


def _decider(services: Services, request: AgreementRequest) -> Person:
    """Return the person who agreed."""
    with connected(services.engine) as connection:
        person = find_person(connection, request.decided_by or "")
    if person is None:
        raise AloneError("the person who agreed has left")
    return person
