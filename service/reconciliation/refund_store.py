"""Refunds that finance asked for: kept before Stripe is asked, so that a lost answer makes no second refund."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Column, Connection, Index, Table, Text, select, update
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
    Column("refund_id", Text),
    CheckConstraint("amount_minor > 0", name="amount"),
    Index(None, "charge_id"),
)


@dataclass(frozen=True, slots=True)
class RefundRequest:
    """`refund_id` None: Stripe's answer is not known yet."""

    key: str
    charge_id: str
    amount: Money
    requested_by: str
    requested_at: datetime
    refund_id: str | None = None


def find_request(connection: Connection, key: str) -> RefundRequest | None:
    row = connection.execute(select(refund_requests).where(refund_requests.c.key == key)).first()
    if row is None:
        return None
    amount = Money(row.amount_minor, row.currency)
    return RefundRequest(row.key, row.charge_id, amount, row.requested_by, row.requested_at, row.refund_id)


def unanswered_requests(connection: Connection, charge_id: str) -> tuple[str, ...]:
    """Keys of refunds of a charge whose outcome is not known."""
    c = refund_requests.c
    statement = select(c.key).where(c.charge_id == charge_id, c.refund_id.is_(None)).order_by(c.requested_at)
    return tuple(connection.execute(statement).scalars())


def insert_request(connection: Connection, request: RefundRequest) -> bool:
    """Whether it is kept now: no other has its key."""
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
    statement = update(refund_requests).where(refund_requests.c.key == key)
    connection.execute(statement.values(refund_id=refund_id))


def drop_request(connection: Connection, key: str) -> None:
    """Forget a request that Stripe refused: nothing came of it."""
    connection.execute(refund_requests.delete().where(refund_requests.c.key == key))
