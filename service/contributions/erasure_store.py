"""SQL of the record of erasures: who erased whom and when, without any data of the person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Column, Connection, Identity, LargeBinary, Table, Text, insert, select

from service.database.columns import INSTANT
from service.database.metadata import metadata


class ErasureKind(StrEnum):
    """What an erasure was about. It decides what `subject_hash` is the hash of."""

    CONTRIBUTOR = "contributor"  # keyed hash of the e-mail address
    ACCOUNT = "account"  # keyed hash of the publication's id of a signed-in reader, as in `readers`
    CUSTOMER = "customer"  # SHA-256 of the id of a customer that was deleted at Stripe


@dataclass(frozen=True, slots=True)
class Erasure:
    """One erasure. `subject_hash` shows whether a given person was erased, but not who was."""

    kind: ErasureKind
    subject_hash: bytes
    erased_by: str
    erased_at: datetime


erasures = Table(
    "erasures",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("subject_hash", LargeBinary, nullable=False),
    Column("erased_by", Text, nullable=False),
    Column("erased_at", INSTANT, nullable=False),
)


def add_erasure(connection: Connection, erasure: Erasure) -> None:
    """Add an erasure to the record."""
    connection.execute(
        insert(erasures).values(
            kind=erasure.kind.value,
            subject_hash=erasure.subject_hash,
            erased_by=erasure.erased_by,
            erased_at=erasure.erased_at,
        )
    )


def list_erasures(connection: Connection) -> Sequence[Erasure]:
    """Return all erasures, oldest first."""
    c = erasures.c
    statement = select(c.kind, c.subject_hash, c.erased_by, c.erased_at).order_by(c.id)
    return [
        Erasure(ErasureKind(row.kind), bytes(row.subject_hash), row.erased_by, row.erased_at)
        for row in connection.execute(statement)
    ]
