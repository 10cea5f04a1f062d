"""Refunds that finance asked for, stored before Stripe is asked, so that a lost answer causes no second refund."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Connection,
    Index,
    SmallInteger,
    Table,
    Text,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from service.database.columns import INSTANT
from service.database.metadata import metadata
from service.money import Money

refund_requests = Table(
    "refund_requests",
    metadata,
    Column("key", Text, primary_key=True),
    Column("charge_id", Text, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("requested_by", Text, nullable=False),
    Column("requested_at", INSTANT, nullable=False),
    Column("failed_tries", SmallInteger, nullable=False, server_default=text("0")),
    Column("refund_id", Text),
    CheckConstraint("amount_minor > 0", name="amount"),
    Index(None, "charge_id"),
)


@dataclass(frozen=True, slots=True)
class RefundRequest:
    """A refund to be made. `refund_id` is None until Stripe's answer is known.

    `failed_tries` counts the tries that Stripe answered with an error of its own.
    """

    key: str
    charge_id: str
    amount: Money
    requested_by: str
    requested_at: datetime
    refund_id: str | None = None
    failed_tries: int = 0


def find_request(connection: Connection, key: str) -> RefundRequest | None:
    """Return the request with this key, or None."""
    row = connection.execute(select(refund_requests).where(refund_requests.c.key == key)).first()
    if row is None:
        return None
    amount = Money(row.amount_minor, row.currency)
    return RefundRequest(
        row.key, row.charge_id, amount, row.requested_by, row.requested_at, row.refund_id, row.failed_tries
    )


def unanswered_requests(connection: Connection, charge_id: str) -> tuple[str, ...]:
    """Return the keys of those requests for a charge whose outcome is not known, oldest first."""
    c = refund_requests.c
    statement = select(c.key).where(c.charge_id == charge_id, c.refund_id.is_(None)).order_by(c.requested_at)
    return tuple(connection.execute(statement).scalars())


def insert_request(connection: Connection, request: RefundRequest) -> bool:
    """Store a request. Return False, and store nothing, if there is a request with its key already."""
    values = insert(refund_requests).values(
        key=request.key,
        charge_id=request.charge_id,
        amount_minor=request.amount.amount_minor,
        currency=request.amount.currency,
        requested_by=request.requested_by,
        requested_at=request.requested_at,
    )
    statement = values.on_conflict_do_nothing().returning(refund_requests.c.key)
    return connection.execute(statement).first() is not None


def set_refund(connection: Connection, key: str, refund_id: str) -> None:
    """Save the refund that Stripe made for a request."""
    statement = update(refund_requests).where(refund_requests.c.key == key)
    connection.execute(statement.values(refund_id=refund_id))


def count_failed_try(connection: Connection, request: RefundRequest) -> None:
    """Count a failed try of a request, unless another process has counted it already."""
    c = refund_requests.c
    statement = update(refund_requests).where(c.key == request.key, c.failed_tries == request.failed_tries)
    connection.execute(statement.values(failed_tries=request.failed_tries + 1))


def delete_request(connection: Connection, key: str) -> None:
    """Delete a request that Stripe refused."""
    connection.execute(refund_requests.delete().where(refund_requests.c.key == key))
