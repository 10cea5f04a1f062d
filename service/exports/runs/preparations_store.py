"""The table of prepared files: what was asked for, how far the work is, and what the file holds when it is done.

The bytes are not kept. A file that is asked for again as of the same number has the same bytes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Column, Connection, Index, Table, Text, insert, select, update
from sqlalchemy.dialects.postgresql import JSONB

from service.database.columns import INSTANT
from service.database.metadata import metadata

Parameters = Mapping[str, str | int | bool | None]


class PreparationState(StrEnum):
    """How far the work on a prepared file is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


export_preparations = Table(
    "export_preparations",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("parameters", JSONB, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("asked_at", INSTANT, nullable=False),
    Column("state", Text, nullable=False),
    Column("row_total", BigInteger),
    Column("rows_so_far", BigInteger, nullable=False),
    Column("as_of", BigInteger),
    Column("byte_count", BigInteger),
    Column("sums", JSONB),
    Column("sha256", Text),
    Column("reason", Text),
    Column("finished_at", INSTANT),
    CheckConstraint("state IN ('waiting', 'running', 'done', 'failed')", name="state"),
    Index(None, "asked_at"),
)


@dataclass(frozen=True, slots=True)
class Preparation:
    """A file that is prepared. `sums` has the sums of each currency as in the manifest; `reason` says why it failed."""

    id: str
    name: str
    parameters: Parameters
    asked_by: str
    asked_at: datetime
    state: PreparationState = PreparationState.WAITING
    row_total: int | None = None
    rows_so_far: int = 0
    as_of: int | None = None
    byte_count: int | None = None
    sums: Mapping[str, Any] | None = None
    sha256: str | None = None
    reason: str | None = None
    finished_at: datetime | None = None

    @property
    def is_over(self) -> bool:
        """Whether the work on the file is over: it is done, or it failed."""
        return self.state in {PreparationState.DONE, PreparationState.FAILED}

    @property
    def percent(self) -> int:
        """How much of the work is done, from 0 to 100."""
        if self.state is PreparationState.DONE:
            return 100
        return min(99, 100 * self.rows_so_far // self.row_total) if self.row_total else 0


def add_preparation(connection: Connection, preparation: Preparation) -> None:
    """Save a file that is to be prepared."""
    connection.execute(
        insert(export_preparations).values(
            id=preparation.id,
            name=preparation.name,
            parameters=dict(preparation.parameters),
            asked_by=preparation.asked_by,
            asked_at=preparation.asked_at,
            state=preparation.state.value,
            rows_so_far=0,
        )
    )


def update_preparation(connection: Connection, preparation_id: str, **values: Any) -> None:
    """Save how far a file is, or how its preparation ended."""
    statement = update(export_preparations).where(export_preparations.c.id == preparation_id)
    connection.execute(statement.values(**values))


def find_preparation(connection: Connection, preparation_id: str) -> Preparation | None:
    """Return a preparation, or None if there is none with this id."""
    found = connection.execute(select(export_preparations).where(export_preparations.c.id == preparation_id)).first()
    return _preparation(found._asdict()) if found else None


def list_preparations(connection: Connection, limit: int, to_on: str | None = None) -> tuple[Preparation, ...]:
    """Return the newest preparations, at most `limit`; with `to_on`, only those of files that end with this day."""
    c = export_preparations.c
    statement = select(export_preparations)
    if to_on is not None:
        statement = statement.where(c.parameters["to"].astext == to_on)
    rows = connection.execute(statement.order_by(c.asked_at.desc(), c.id).limit(limit))
    return tuple(_preparation(row._asdict()) for row in rows)


def _preparation(row: Mapping[str, Any]) -> Preparation:
    return Preparation(**{**row, "state": PreparationState(row["state"])})
