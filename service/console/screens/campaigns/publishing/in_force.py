"""Put a saved version in force, or ask a second person first if it switches a gate on or loosens limits."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from service.campaigns.documents import load_campaign, load_site
from service.campaigns.drafts.loosening import gate_switched_on, limits_loosened
from service.campaigns.drafts.versions import (
    Author,
    Release,
    existing_document,
    existing_version,
    release_version,
    roll_back,
    with_due_schedule,
)
from service.campaigns.store import DocumentKind, DocumentState, find_version
from service.console.screens.campaigns.editor.opened import Opened
from service.database.transaction import committed
from service.errors import ConflictError, InvalidDocumentError
from service.services import Services
from service.staff.agreeing import ask_for_agreement, people_to_ask
from service.staff.agreements import AgreedAct, AgreementRequest, Wanted
from service.staff.people import Person
from service.staff.record_store import write_record

ACTS = {DocumentKind.CAMPAIGN: AgreedAct.SWITCH_GATE_ON, DocumentKind.SITE: AgreedAct.LOOSEN_LIMITS}


@dataclass(frozen=True, slots=True)
class ReleaseWish:
    """A version that a person wants to put in force. `at` None: now. `is_older`: as a new version, to roll back."""

    kind: DocumentKind
    key: str
    version: int
    at: datetime | None = None
    is_older: bool = False


@dataclass(frozen=True, slots=True)
class SecondPerson:
    """Why a second person must agree, as sentences, and the names of the people who could."""

    reasons: tuple[str, ...]
    names: tuple[str, ...]


def put_in_force(services: Services, person: Person, wish: ReleaseWish) -> DocumentState | AgreementRequest:
    """Put a version in force, and return the document's state; or the request, if a second person must agree first."""
    with committed(services.engine) as connection:
        state = _state(connection, wish, services.clock())
        version = existing_version(connection, state, wish.version)
        published = find_version(connection, wish.kind, wish.key, state.published_version or 0)
        reasons = reasons_for_second_person(wish.kind, published.content if published else None, version.content)
    if reasons:
        details = {
            "key": wish.key,
            "version": wish.version,
            "from_version": state.published_version,
            "at": wish.at.isoformat() if wish.at else None,
            "is_older": wish.is_older,
            "reasons": list(reasons),
        }
        subject = f"“{version.content.get('name') or wish.key}”, version {wish.version}"
        request = ask_for_agreement(services, person, Wanted(ACTS[wish.kind], subject, details, state.site))
        if request is not None:
            return request
    return _released(services, person, wish)


def second_person_for(
    services: Services, connection: Connection, person: Person, document: Opened, published: Any
) -> SecondPerson | None:
    """Return why a second person must agree to put a draft in force, and who could; None if none is needed."""
    draft = document.draft
    reasons = reasons_for_second_person(draft.kind, published, document.content)
    if not reasons:
        return None
    asked = people_to_ask(services, connection, person, Wanted(ACTS[draft.kind], draft.key, {}, draft.site))
    return None if asked is None else SecondPerson(reasons, tuple(other.name for other in asked))


def publish_agreed(services: Services, request: AgreementRequest, person: Person) -> str:
    """Put a version in force to which a second person has agreed, in the name of the person who asked.

    Raise ConflictError if readers see another version by now than the one that the two compared it with.
    """
    details = request.wanted.details
    kind = next(kind for kind, act in ACTS.items() if act is request.wanted.act)
    at = datetime.fromisoformat(details["at"]) if details["at"] else None
    wish = ReleaseWish(kind, str(details["key"]), int(details["version"]), at, bool(details["is_older"]))
    with committed(services.engine) as connection:
        state = _state(connection, wish, services.clock())
    if state.published_version != details["from_version"]:
        raise ConflictError(f"another version of {kind} {wish.key} was published meanwhile; look at it again")
    _released(services, person, wish)
    return f"{request.wanted.subject}, is {'scheduled' if at else 'in force'}."


def reasons_for_second_person(kind: DocumentKind, before: Any, after: Any) -> tuple[str, ...]:
    """Return why a second person must agree to put a document in force, as sentences. `before`: what is in force."""
    try:
        if kind is DocumentKind.SITE:
            return limits_loosened(load_site(before) if before else None, load_site(after))
        return gate_switched_on(load_campaign(before) if before else None, load_campaign(after))
    except InvalidDocumentError:  # what cannot be read is not put in force either
        return ()


def _released(services: Services, person: Person, wish: ReleaseWish) -> DocumentState:
    now = services.clock()
    author = Author(person.name, now)
    with committed(services.engine) as connection:
        before = _state(connection, wish, now)
        if wish.is_older:
            state = roll_back(connection, wish.kind, wish.key, wish.version, author)
        else:
            state = release_version(connection, wish.kind, wish.key, Release(wish.version, wish.at), author)
        act = "roll_back" if wish.is_older else "schedule" if wish.at else "publish"
        details = {
            "site": state.site,
            "version": state.scheduled_version if wish.at else state.published_version,
            "from_version": before.published_version,
            "at": wish.at.isoformat() if wish.at else None,
        }
        if wish.is_older:
            details["text_of_version"] = wish.version
        write_record(connection, person, f"{act}_{wish.kind}", wish.key, details, now)
    return state


def _state(connection: Connection, wish: ReleaseWish, now: datetime) -> DocumentState:
    return with_due_schedule(existing_document(connection, wish.kind, wish.key), now)
