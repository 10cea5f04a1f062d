"""Second persons: which acts need the agreement of another person, and who may give it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from service.errors import ConflictError, ForbiddenError
from service.money import Money, exponent
from service.staff.people import Person, Role

OPEN_FOR = timedelta(days=7)
RETRY_AFTER = timedelta(minutes=2)  # an act that takes longer was interrupted


class AgreedAct(StrEnum):
    """An act that can need a second person."""

    SWITCH_GATE_ON = "switch_gate_on"
    LOOSEN_LIMITS = "loosen_limits"
    REFUND = "refund"
    CLOSE_PERIOD = "close_period"
    REOPEN_PERIOD = "reopen_period"
    ADD_ADMIN = "add_admin"


@dataclass(frozen=True, slots=True)
class ActRule:
    """What an act is called, and the role that lets a person agree to it."""

    words: str
    role: Role


ACT_RULES = {
    AgreedAct.SWITCH_GATE_ON: ActRule("switch a gate on", Role.PUBLISHER),
    AgreedAct.LOOSEN_LIMITS: ActRule("loosen the limits of a site", Role.PUBLISHER),
    AgreedAct.REFUND: ActRule("refund a large contribution", Role.FINANCE),
    AgreedAct.CLOSE_PERIOD: ActRule("close a period", Role.FINANCE),
    AgreedAct.REOPEN_PERIOD: ActRule("reopen a period", Role.FINANCE),
    AgreedAct.ADD_ADMIN: ActRule("make a person an admin", Role.ADMIN),
}


class Need(StrEnum):
    """Whether an act needs a second person. `if_possible`: if there is another person who could agree."""

    ALWAYS = "always"
    IF_POSSIBLE = "if_possible"
    NEVER = "never"


class RequestState(StrEnum):
    """What became of a request. `expired` is not stored: an open request expires after 7 days."""

    OPEN = "open"
    AGREED = "agreed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class NotYourDecisionError(ForbiddenError):
    """The person may not decide this request: they made it, or they have not the role or the site."""

    code = "not_your_decision"


class RequestOverError(ConflictError):
    """The request was decided, has expired, or the person who made it has left."""

    code = "request_over"


@dataclass(frozen=True, slots=True)
class Wanted:
    """An act that a person wants to do.

    `subject` names its object in words, and `details` is JSON with all that is needed to do it later. `site` None: the
    act is about the whole organisation.
    """

    act: AgreedAct
    subject: str
    details: Mapping[str, Any]
    site: str | None = None


@dataclass(frozen=True, slots=True)
class AgreementRequest:
    """A person's request that another person agrees to an act.

    `performed_at` None although it was agreed: the act has failed or was interrupted, and can be tried again.
    """

    id: str
    wanted: Wanted
    requested_by: str
    requested_at: datetime
    expires_at: datetime
    state: RequestState = RequestState.OPEN
    decided_by: str | None = None
    decided_at: datetime | None = None
    note: str = ""
    performed_at: datetime | None = None

    def state_at(self, now: datetime) -> RequestState:
        """Return the state of the request, which may have expired."""
        is_expired = self.state is RequestState.OPEN and self.expires_at <= now
        return RequestState.EXPIRED if is_expired else self.state

    def waits_at(self, now: datetime) -> bool:
        """Return whether somebody must still do something: agree or refuse, or try the agreed act again."""
        if self.state is RequestState.AGREED and self.decided_at is not None:
            return self.performed_at is None and now - self.decided_at >= RETRY_AFTER
        return self.state_at(now) is RequestState.OPEN


def needs_second_person(need: Need, wanted: Wanted, person: Person, people: Iterable[Person]) -> bool:
    """Return whether a person needs another person's agreement for an act."""
    if need is Need.IF_POSSIBLE:
        return any(may_agree(wanted, person.id, other) for other in people)
    return need is Need.ALWAYS


def may_agree(wanted: Wanted, requested_by: str, person: Person) -> bool:
    """Return whether a person may agree to an act that somebody else wants. An own request is never agreed to."""
    has_site = wanted.site is None or person.may_see(wanted.site)
    is_other = person.id != requested_by and person.disabled_at is None
    return is_other and has_site and person.may(ACT_RULES[wanted.act].role)


def agreed_requester(request: AgreementRequest, person: Person, requester: Person | None, now: datetime) -> Person:
    """Return the person who asked, if `person` may agree now.

    Raise RequestOverError if the request was decided, has expired, is being done at this moment, or if the requester
    has left. Raise NotYourDecisionError if this person may not agree.
    """
    if requester is None or requester.disabled_at is not None:
        raise RequestOverError("The person who asked for this has left. Nothing was done.")
    if not request.waits_at(now):
        raise RequestOverError(f"This request is {request.state_at(now)}. Nothing was done.")
    if person.id == request.requested_by:
        raise NotYourDecisionError("You asked for this yourself, so somebody else must agree.")
    if not may_agree(request.wanted, request.requested_by, person):
        rule = ACT_RULES[request.wanted.act]
        raise NotYourDecisionError(f"To {rule.words} needs the agreement of a person with the role {rule.role}.")
    return requester


def needs_of(texts: Collection[str]) -> dict[AgreedAct, Need]:
    """Return whether each act needs a second person, from texts such as `refund=always`."""
    chosen = dict(text.split("=", 1) for text in texts)
    return {act: Need(chosen.get(act, Need.IF_POSSIBLE)) for act in AgreedAct}


def is_above(limits: Mapping[str, int], amount: Money) -> bool:
    """Return whether an amount is above the limit of its currency. `limits` are in major units; `""` is for others."""
    limit_minor = int(limits.get(amount.currency, limits[""]) * 10 ** exponent(amount.currency))
    return amount.amount_minor > limit_minor
