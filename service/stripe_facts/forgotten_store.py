"""Customers whose personal data was erased: later events and facts about them must not bring it back."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Column, Connection, Table, Text, select
from sqlalchemy.dialects.postgresql import insert

from service.database.columns import INSTANT
from service.database.metadata import metadata

forgotten_customers = Table(
    "forgotten_customers",
    metadata,
    Column("customer_id", Text, primary_key=True),
    Column("forgotten_at", INSTANT, nullable=False),
)


def add_forgotten_customers(connection: Connection, customer_ids: Iterable[str], now: datetime) -> None:
    """Remember that these customers were erased. A customer who is already in the list stays as it is."""
    rows = [{"customer_id": customer_id, "forgotten_at": now} for customer_id in customer_ids]
    if rows:
        connection.execute(insert(forgotten_customers).values(rows).on_conflict_do_nothing())


def is_forgotten_customer(connection: Connection, customer_id: str) -> bool:
    """Whether this customer's personal data was erased."""
    statement = select(forgotten_customers.c.customer_id).where(forgotten_customers.c.customer_id == customer_id)
    return connection.scalar(statement) is not None
