"""Reopen closed days. A person asks, with a reason, and another person approves."""

from datetime import date, datetime, timedelta

from sqlalchemy import Engine

from service.database.transaction import committed
from service.errors import ConflictError
from service.ids import new_id
from service.ledger.closings.store import (
    Closing,
    ReopeningRequest,
    add_closing,
    closed_through,
    insert_request,
    open_request,
)
from service.ledger.manual.checks import clean_text, is_same_person
from service.ledger.store import last_seq, lock_ledger


class ReopeningError(ConflictError):
    """The days cannot be reopened as asked. The message says what to do."""

    code = "not_reopened"


def request_reopening(engine: Engine, first_day: date, by: str, why: str, now: datetime) -> ReopeningRequest:
    """Save a request to reopen every day from `first_day` on. Raise ReopeningError if that day is not closed."""
    name, reason = clean_text(by, "the name of the person"), clean_text(why, "the reason")
    request = ReopeningRequest(new_id("rop"), first_day, reason, name, now)
    with committed(engine) as connection:
        lock_ledger(connection)
        _require_closed(closed_through(connection), first_day)
        insert_request(connection, request)
    return request


def approve_reopening(engine: Engine, first_day: date, by: str, now: datetime) -> Closing:
    """Reopen every day from `first_day` on. The newest request for that day must be another person's.

    Raise ReopeningError if there is no such request; then every day stays closed.
    """
    name = clean_text(by, "the name of the person")
    with committed(engine) as connection:
        lock_ledger(connection)
        _require_closed(closed_through(connection), first_day)
        request = open_request(connection, first_day)
        if request is None:
            raise ReopeningError(
                f"no person has asked to reopen {first_day} since the last closing; "
                f"ask with `ledger reopen {first_day} --by NAME --why REASON`"
            )
        if is_same_person(request.requested_by, name):
            raise ReopeningError(f"{request.requested_by} asked to reopen {first_day}; another person must approve it")
        reopened = Closing(
            closed_through=first_day - timedelta(days=1),
            closed_at=now,
            closed_by=name,
            last_seq=last_seq(connection),
            request=request,
        )
        add_closing(connection, reopened)
        return reopened


def _require_closed(closed: date | None, first_day: date) -> None:
    if closed is None:
        raise ReopeningError("no day is closed")
    if first_day > closed:
        raise ReopeningError(f"{first_day} is open; the books are closed through {closed}")
