"""A request for agreement as a line of the screen."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from service.campaigns.store import DocumentKind
from service.campaigns.words.phrases import time_in_words
from service.console.screens.campaigns.editor.addresses import document_address
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
# The acts that put a version of a document in force.
DOCUMENTS = {AgreedAct.SWITCH_GATE_ON: DocumentKind.CAMPAIGN, AgreedAct.LOOSEN_LIMITS: DocumentKind.SITE}


@dataclass(frozen=True, slots=True)
class RequestLine:
    """A request in words, and what the person who looks at it may do. `address`: of the page about it."""

    request: AgreementRequest
    act: str
    requester: str
    decider: str
    state: RequestState
    details: tuple[tuple[str, str], ...]
    may_agree: bool
    is_own: bool
    address: str | None


def lines_of(
    requests: Iterable[AgreementRequest], person: Person, names: Mapping[str, str], now: datetime, zone: ZoneInfo
) -> list[RequestLine]:
    """Return the requests that concern a person: their own, and those to which their roles and sites let them agree."""
    found = (_line(request, person, names, now, zone) for request in requests)
    return [line for line in found if line.is_own or line.may_agree]


def _line(
    request: AgreementRequest, person: Person, names: Mapping[str, str], now: datetime, zone: ZoneInfo
) -> RequestLine:
    wanted = request.wanted
    kind = DOCUMENTS.get(wanted.act) if "version" in wanted.details else None
    details = _document_details(wanted, zone) if kind else _details(wanted)
    return RequestLine(
        request,
        ACT_RULES[wanted.act].words,
        names.get(request.requested_by, "somebody"),
        names.get(request.decided_by or "", ""),
        request.state_at(now),
        details,
        may_agree(wanted, request.requested_by, person),
        request.requested_by == person.id,
        _address(wanted, kind),
    )


def _details(wanted: Wanted) -> tuple[tuple[str, str], ...]:
    return tuple((name.replace("_", " "), value_in_words(name, value)) for name, value in wanted.details.items())


def _document_details(wanted: Wanted, zone: ZoneInfo) -> tuple[tuple[str, str], ...]:
    """Return why a version needs agreement, when it would come into force, and what readers see until then."""
    told, before = wanted.details, wanted.details.get("from_version")
    at = (
        time_in_words(datetime.fromisoformat(told["at"]).astimezone(zone)) if told.get("at") else "as soon as you agree"
    )
    return (
        ("Why", " ".join(told.get("reasons", ()))),
        ("In force", at),
        ("Readers see now", f"version {before}" if before else "no version yet"),
    )


def _address(wanted: Wanted, kind: DocumentKind | None) -> str | None:
    """Return the address of the page that shows what a request is about, or None if its details say all."""
    told = wanted.details
    if kind and wanted.site:
        return document_address(kind, wanted.site, str(told["key"]), f"versions/{told['version']}")
    if wanted.act is AgreedAct.REFUND and told.get("contribution"):
        return f"/console/money/contributions/{told['contribution']}"
    if wanted.act is AgreedAct.CLOSE_PERIOD and told.get("through"):
        return f"/console/close?through={told['through']}"
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
