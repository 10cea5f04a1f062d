"""A request for agreement as a line of the screen."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from service.console.screens.record.details import value_in_words
from service.console.tables import Table, table_of_cells
from service.staff.agreements import ACT_RULES, AgreedAct, AgreementRequest, RequestState, Wanted, may_agree
from service.staff.people import Person

KEYS = (
    "request_id",
    "act",
    "subject",
    "details",
    "site",
    "requester",
    "requested_at",
    "state",
    "decider",
    "decided_at",
)


@dataclass(frozen=True, slots=True)
class RequestLine:
    """A request in words, and what the person who looks at it may do."""

    request: AgreementRequest
    act: str
    requester: str
    decider: str
    state: RequestState
    details: tuple[tuple[str, str], ...]
    may_agree: bool
    is_own: bool
    link: str | None = None


def lines_of(
    requests: Iterable[AgreementRequest], person: Person, names: Mapping[str, str], now: datetime
) -> list[RequestLine]:
    """Return the requests that concern a person: their own, and those to which their roles and sites let them agree."""
    found = (_line(request, person, names, now) for request in requests)
    return [line for line in found if line.is_own or line.may_agree]


def _line(request: AgreementRequest, person: Person, names: Mapping[str, str], now: datetime) -> RequestLine:
    wanted = request.wanted
    details = tuple((name.replace("_", " "), value_in_words(name, value)) for name, value in wanted.details.items())
    return RequestLine(
        request,
        ACT_RULES[wanted.act].words,
        names.get(request.requested_by, "somebody"),
        names.get(request.decided_by or "", ""),
        request.state_at(now),
        details,
        may_agree(wanted, request.requested_by, person),
        request.requested_by == person.id,
        _link(wanted),
    )


def _link(wanted: Wanted) -> str | None:
    """Return the address of the page that shows what a request is about, or None if its details say all."""
    contribution, last_day = wanted.details.get("contribution"), wanted.details.get("through")
    if wanted.act is AgreedAct.REFUND and contribution:
        return f"/console/money/contributions/{contribution}"
    if wanted.act is AgreedAct.CLOSE_PERIOD and last_day:
        return f"/console/close?through={last_day}"
    return "/console/close" if wanted.act is AgreedAct.REOPEN_PERIOD else None


def requests_table(lines: Iterable[RequestLine], as_of: datetime, zone: ZoneInfo) -> Table:
    """Return requests for files."""
    rows = (
        {
            "request_id": line.request.id,
            "act": line.act,
            "subject": line.request.wanted.subject,
            "details": "; ".join(f"{name}: {value}" for name, value in line.details),
            "site": line.request.wanted.site,
            "requester": line.requester,
            "requested_at": line.request.requested_at,
            "state": line.state.value,
            "decider": line.decider,
            "decided_at": line.request.decided_at,
        }
        for line in lines
    )
    return table_of_cells("agreements", KEYS, rows, as_of, zone)
