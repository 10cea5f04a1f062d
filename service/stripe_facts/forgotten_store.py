"""Persons whose data was erased: later events and facts about them must not bring it back."""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import Column, Connection, LargeBinary, Table, Text, exists, select
from sqlalchemy.dialects.postgresql import insert

from service.database.columns import INSTANT
from service.database.metadata import metadata

forgotten_customers = Table(
    "forgotten_customers",
    metadata,
    Column("customer_id", Text, primary_key=True),
    Column("forgotten_at", INSTANT, nullable=False),
)

erased_names = Table(
    "erased_names",
    metadata,
    Column("name_hash", LargeBinary, primary_key=True),
    Column("erased_at", INSTANT, nullable=False),
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


def add_erased_names(connection: Connection, name_hashes: Iterable[bytes], now: datetime) -> None:
    """Remember the hashes of an erased person's names. A hash that is already in the list stays as it is."""
    rows = [{"name_hash": name_hash, "erased_at": now} for name_hash in sorted(name_hashes)]
    if rows:
        connection.execute(insert(erased_names).values(rows).on_conflict_do_nothing())


def has_erased_names(connection: Connection) -> bool:
    """Return whether anybody was erased."""
    return bool(connection.scalar(select(exists(select(erased_names.c.name_hash)))))


def are_erased(connection: Connection, name_hashes: Collection[bytes]) -> bool:
    """Return whether any of these hashes is of an erased person's name."""
    c = erased_names.c
    return bool(connection.scalar(select(exists(select(c.name_hash).where(c.name_hash.in_(name_hashes))))))
