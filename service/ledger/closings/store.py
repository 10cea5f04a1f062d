"""The tables of closings, reopenings and requests to reopen. Rows are only ever added; the newest is in force."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Column,
    Connection,
    Date,
    ForeignKey,
    Identity,
    Table,
    Text,
    exists,
    insert,
    or_,
    select,
)
from sqlalchemy.sql import Select

from service.database.columns import INSTANT
from service.database.metadata import metadata

ledger_reopening_requests = Table(
    "ledger_reopening_requests",
    metadata,
    Column("id", Text, primary_key=True),
    Column("first_day", Date, nullable=False),
    Column("why", Text, nullable=False),
    Column("requested_by", Text, nullable=False),
    Column("requested_at", INSTANT, nullable=False),
)

ledger_closings = Table(
    "ledger_closings",
    metadata,
    Column("number", BigInteger, Identity(), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("closed_through", Date),
    Column("closed_at", INSTANT, nullable=False),
    Column("closed_by", Text, nullable=False),
    Column("last_seq", BigInteger, nullable=False),
    Column("as_of", BigInteger),
    Column("accepted", ARRAY(Text), nullable=False),
    Column("why", Text),
    Column("request_id", Text, ForeignKey("ledger_reopening_requests.id"), unique=True),
    CheckConstraint(
        "(kind = 'closed' AND closed_through IS NOT NULL AND request_id IS NULL) "
        "OR (kind = 'reopened' AND request_id IS NOT NULL)",
        name="kind",
    ),
)

_CLOSING, _REQUEST = ledger_closings.c, ledger_reopening_requests.c


@dataclass(frozen=True, slots=True)
class ReopeningRequest:
    """A person's request to reopen every day from `first_day` on. It takes effect when another person approves it."""

    id: str
    first_day: date
    why: str
    requested_by: str
    requested_at: datetime


@dataclass(frozen=True, slots=True)
class Closing:
    """A closing, or a reopening if `request` is set.

    `closed_through` is the last closed day afterwards, or None if every day is open. `as_of` is the number that repeats
    the files of the closed days, `accepted` names the checks that were red and that somebody accepted with a reason.
    """

    closed_through: date | None
    closed_at: datetime
    closed_by: str
    last_seq: int
    as_of: int | None = None
    accepted: tuple[str, ...] = ()
    why: str | None = None
    request: ReopeningRequest | None = None


def closed_through(connection: Connection) -> date | None:
    """Return the last day that is closed, or None if no day is closed."""
    statement = select(_CLOSING.closed_through).order_by(_CLOSING.number.desc()).limit(1)
    day: date | None = connection.execute(statement).scalar_one_or_none()
    return day


def add_closing(connection: Connection, closing: Closing) -> None:
    """Save a closing or a reopening."""
    connection.execute(
        insert(ledger_closings).values(
            kind="reopened" if closing.request else "closed",
            closed_through=closing.closed_through,
            closed_at=closing.closed_at,
            closed_by=closing.closed_by,
            last_seq=closing.last_seq,
            as_of=closing.as_of,
            accepted=list(closing.accepted),
            why=closing.why,
            request_id=closing.request.id if closing.request else None,
        )
    )


def list_closings(connection: Connection) -> list[Closing]:
    """Return every closing and reopening, the oldest first."""
    return _closings(connection, _selected().order_by(_CLOSING.number))


def closing_of(connection: Connection, day: date) -> Closing | None:
    """Return the closing that closed this day and is in force, or None if the day is open.

    A later closing closes later days and does not replace this one. A reopening of the day ends it.
    """
    later = ledger_closings.alias("later").c
    is_reopened = exists().where(
        later.number > _CLOSING.number,
        later.kind == "reopened",
        or_(later.closed_through.is_(None), later.closed_through < day),
    )
    statement = _selected().where(_CLOSING.kind == "closed", _CLOSING.closed_through >= day, ~is_reopened)
    return next(iter(_closings(connection, statement.order_by(_CLOSING.number).limit(1))), None)


def insert_request(connection: Connection, request: ReopeningRequest) -> None:
    """Save a request to reopen days."""
    connection.execute(
        insert(ledger_reopening_requests).values(
            id=request.id,
            first_day=request.first_day,
            why=request.why,
            requested_by=request.requested_by,
            requested_at=request.requested_at,
        )
    )


def open_request(connection: Connection, first_day: date) -> ReopeningRequest | None:
    """Return the newest request for this day that was made since the last closing or reopening, or None."""
    is_outdated = exists().where(_CLOSING.closed_at > _REQUEST.requested_at)
    is_used = exists().where(_CLOSING.request_id == _REQUEST.id)
    statement = (
        select(ledger_reopening_requests)
        .where(_REQUEST.first_day == first_day, ~is_outdated, ~is_used)
        .order_by(_REQUEST.requested_at.desc(), _REQUEST.id)
        .limit(1)
    )
    row = connection.execute(statement).one_or_none()
    return ReopeningRequest(*row) if row else None


def _selected() -> Select[tuple[object, ...]]:
    joined = ledger_closings.outerjoin(ledger_reopening_requests, _REQUEST.id == _CLOSING.request_id)
    request = (_REQUEST.first_day, _REQUEST.why.label("request_why"), _REQUEST.requested_by, _REQUEST.requested_at)
    return select(*_CLOSING, *request).select_from(joined)


def _closings(connection: Connection, statement: Select[tuple[object, ...]]) -> list[Closing]:
    return [
        Closing(
            row.closed_through,
            row.closed_at,
            row.closed_by,
            row.last_seq,
            row.as_of,
            tuple(row.accepted),
            row.why,
            ReopeningRequest(row.request_id, row.first_day, row.request_why, row.requested_by, row.requested_at)
            if row.request_id
            else None,
        )
        for row in connection.execute(statement)
    ]
