"""Ask a second person for their agreement, agree, refuse, and do what was agreed.

A screen that wants to do an act calls `ask_for_agreement` first. If it returns a request, the act waits; when somebody
agrees, `agree` calls the function that the screen has given for the act (see `service/console/agreed_acts.py`).
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from service.database.transaction import committed
from service.errors import NotFoundError
from service.ids import new_id
from service.services import Services
from service.staff.agreements import (
    OPEN_FOR,
    AgreedAct,
    AgreementRequest,
    NotYourDecisionError,
    RequestOverError,
    RequestState,
    Wanted,
    agreed_requester,
    may_agree,
    needs_of,
    needs_second_person,
)
from service.staff.agreements_store import (
    insert_request,
    lock_request,
    note_performed,
    update_request,
    waiting_requests,
)
from service.staff.people import Person
from service.staff.record_store import write_record
from service.staff.store import find_person, list_people

# Does an agreed act, in the name of the person who asked for it, and returns a sentence that says what was done.
Performer = Callable[[Services, AgreementRequest, Person], str]

MAX_NOTE_CHARACTERS = 500


def ask_for_agreement(services: Services, person: Person, wanted: Wanted) -> AgreementRequest | None:
    """Return None if a person may do an act alone; otherwise the request that now waits for a second person.

    If the act waits already, with equal details, the waiting request is returned.
    """
    now = services.clock()
    need = needs_of(services.settings.second_person)[wanted.act]
    with committed(services.engine) as connection:
        if not needs_second_person(need, wanted, person, list_people(connection)):
            return None
        for waiting in waiting_requests(connection, now):
            if waiting.wanted == wanted and waiting.state is RequestState.OPEN:
                return waiting
        request = AgreementRequest(new_id("agr"), wanted, person.id, now, now + OPEN_FOR)
        insert_request(connection, request)
        write_record(connection, person, "ask_for_agreement", wanted.subject, _details(request), now)
    return request


def people_to_ask(
    services: Services, connection: Connection, person: Person, wanted: Wanted
) -> tuple[Person, ...] | None:
    """Return who could agree to an act that a person wants to do, or None if the person may do it alone."""
    people = list_people(connection)
    if not needs_second_person(needs_of(services.settings.second_person)[wanted.act], wanted, person, people):
        return None
    return tuple(other for other in people if may_agree(wanted, person.id, other))


def agree(
    services: Services, request_id: str, person: Person, performers: Mapping[AgreedAct, Performer]
) -> tuple[AgreementRequest, str]:
    """Agree to a request, and do what was asked for. Return the request and a sentence about what was done.

    If the act fails, the request stays agreed and unfinished. After two minutes a person can agree to another try.

    Raise NotFoundError for an unknown request, NotYourDecisionError if this person may not agree, RequestOverError if
    the request was decided or has expired, and the error of the act if it fails.
    """
    now = services.clock()
    with committed(services.engine) as connection:
        request, requester = _locked(connection, request_id)
        requester = agreed_requester(request, person, requester, now)
        request = replace(request, state=RequestState.AGREED, decided_by=person.id, decided_at=now)
        update_request(connection, request)
        write_record(connection, person, "agree", request.wanted.subject, _details(request), now)
    sentence = performers[request.wanted.act](services, request, requester)
    with committed(services.engine) as connection:
        note_performed(connection, request.id, services.clock())
    return request, sentence


def refuse(services: Services, request_id: str, person: Person, note: str) -> AgreementRequest:
    """Refuse a request, or withdraw an own one. Raise the errors of `agree`."""
    now, note = services.clock(), note.strip()[:MAX_NOTE_CHARACTERS]
    with committed(services.engine) as connection:
        request, _ = _locked(connection, request_id)
        if request.state_at(now) is not RequestState.OPEN:
            raise RequestOverError(f"This request is {request.state_at(now)} already.")
        is_own = person.id == request.requested_by
        if not is_own and not may_agree(request.wanted, request.requested_by, person):
            raise NotYourDecisionError("Only a person who may agree to this, or who asked for it, can refuse it.")
        state = RequestState.WITHDRAWN if is_own else RequestState.REFUSED
        request = replace(request, state=state, decided_by=person.id, decided_at=now, note=note)
        update_request(connection, request)
        act = "withdraw_request" if is_own else "refuse_request"
        write_record(connection, person, act, request.wanted.subject, {**_details(request), "note": note}, now)
    return request


def waiting_for(connection: Connection, person: Person, now: datetime) -> tuple[AgreementRequest, ...]:
    """Return the requests that wait and to which this person may agree, oldest first."""
    return tuple(
        request
        for request in waiting_requests(connection, now)
        if may_agree(request.wanted, request.requested_by, person)
    )


def _locked(connection: Connection, request_id: str) -> tuple[AgreementRequest, Person | None]:
    request = lock_request(connection, request_id)
    if request is None:
        raise NotFoundError("There is no such request.")
    return request, find_person(connection, request.requested_by)


def _details(request: AgreementRequest) -> dict[str, object]:
    wanted = request.wanted
    return {"request": request.id, "wanted": wanted.act, "site": wanted.site, **wanted.details}
