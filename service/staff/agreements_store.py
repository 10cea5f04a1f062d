"""The table of requests that a second person agrees to or refuses."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    ForeignKey,
    Index,
    Table,
    Text,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, insert

from service.database.columns import INSTANT
from service.database.metadata import metadata
from service.staff.agreements import AgreedAct, AgreementRequest, RequestState, Wanted
from service.staff.store import staff_people

MAX_SHOWN = 200

staff_agreements = Table(
    "staff_agreements",
    metadata,
    Column("request_id", Text, primary_key=True),
    Column("act", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("details", JSONB, nullable=False),
    Column("site", Text),
    Column("requested_by", Text, ForeignKey(staff_people.c.person_id), nullable=False),
    Column("requested_at", INSTANT, nullable=False),
    Column("expires_at", INSTANT, nullable=False),
    Column("state", Text, nullable=False),
    Column("decided_by", Text, ForeignKey(staff_people.c.person_id)),
    Column("decided_at", INSTANT),
    Column("note", Text, nullable=False),
    Column("performed_at", INSTANT),
    CheckConstraint("state IN ('open', 'agreed', 'refused', 'withdrawn')", name="state"),
    CheckConstraint("state <> 'agreed' OR decided_by <> requested_by", name="second_person"),
    CheckConstraint("(state = 'open') = (decided_by IS NULL)", name="decided"),
    Index(None, "requested_at"),
)


def insert_request(connection: Connection, request: AgreementRequest) -> None:
    """Store a new request."""
    connection.execute(
        insert(staff_agreements).values(
            request_id=request.id,
            act=request.wanted.act,
            subject=request.wanted.subject,
            details=request.wanted.details,
            site=request.wanted.site,
            requested_by=request.requested_by,
            requested_at=request.requested_at,
            expires_at=request.expires_at,
            state=request.state,
            note=request.note,
        )
    )


def lock_request(connection: Connection, request_id: str) -> AgreementRequest | None:
    """Return a request, locked until the transaction ends, or None."""
    statement = select(staff_agreements).where(staff_agreements.c.request_id == request_id).with_for_update()
    row = connection.execute(statement).one_or_none()
    return None if row is None else _request(row)


def find_request(connection: Connection, request_id: str) -> AgreementRequest | None:
    """Return the request with this id, or None."""
    row = connection.execute(select(staff_agreements).where(staff_agreements.c.request_id == request_id)).one_or_none()
    return None if row is None else _request(row)


def waiting_requests(connection: Connection, now: datetime) -> tuple[AgreementRequest, ...]:
    """Return the requests that wait for a decision or for another try, oldest first, at most 200."""
    table = staff_agreements
    is_open = (table.c.state == RequestState.OPEN) & (table.c.expires_at > now)
    is_unfinished = (table.c.state == RequestState.AGREED) & table.c.performed_at.is_(None)
    statement = select(table).where(or_(is_open, is_unfinished)).order_by(table.c.requested_at, table.c.request_id)
    return tuple(_request(row) for row in connection.execute(statement.limit(MAX_SHOWN)))


def recent_requests(connection: Connection, limit: int) -> tuple[AgreementRequest, ...]:
    """Return the newest requests, whatever became of them."""
    table = staff_agreements
    statement = select(table).order_by(table.c.requested_at.desc(), table.c.request_id).limit(limit)
    return tuple(_request(row) for row in connection.execute(statement))


def update_request(connection: Connection, request: AgreementRequest) -> None:
    """Store how a request was decided, by whom, and when."""
    values = {
        "state": request.state,
        "decided_by": request.decided_by,
        "decided_at": request.decided_at,
        "note": request.note,
    }
    connection.execute(update(staff_agreements).where(staff_agreements.c.request_id == request.id).values(**values))


def note_performed(connection: Connection, request_id: str, now: datetime) -> None:
    """Store that an agreed act was done."""
    statement = update(staff_agreements).where(staff_agreements.c.request_id == request_id)
    connection.execute(statement.values(performed_at=now))


def _request(row: Any) -> AgreementRequest:
    return AgreementRequest(
        row.request_id,
        Wanted(AgreedAct(row.act), row.subject, row.details, row.site),
        row.requested_by,
        row.requested_at,
        row.expires_at,
        RequestState(row.state),
        row.decided_by,
        row.decided_at,
        row.note,
        row.performed_at,
    )
