"""The record of every run of an export: the caller, the request, and the result or the reason of a refusal.

The database lets a run be finished once and refuses to change its caller and its request.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Connection,
    Index,
    Table,
    Text,
    and_,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, distinct_on

from service.database.columns import INSTANT
from service.database.metadata import metadata


class RunOutcome(StrEnum):
    """How a run ended. A run stays `started` only if its process was killed; `abandoned` means the caller went away."""

    STARTED = "started"
    COMPLETED = "completed"
    REFUSED = "refused"
    FAILED = "failed"
    ABANDONED = "abandoned"


export_runs = Table(
    "export_runs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("format", Text, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("asked_at", INSTANT, nullable=False),
    Column("parameters", JSONB, nullable=False),
    Column("as_of", BigInteger),
    Column("outcome", Text, nullable=False),
    Column("reason", Text),
    Column("row_count", BigInteger),
    Column("sha256", Text),
    Column("finished_at", INSTANT),
    CheckConstraint("outcome IN ('started', 'completed', 'refused', 'failed', 'abandoned')", name="outcome"),
    Index(None, "asked_at"),
)


@dataclass(frozen=True, slots=True)
class ExportRun:
    """A run of an export. `reason` is the error code of a refusal, or the name of the exception of a failure."""

    id: str
    name: str
    format: str
    asked_by: str
    asked_at: datetime
    parameters: Mapping[str, str | int | bool | None]
    outcome: RunOutcome = RunOutcome.STARTED
    as_of: int | None = None
    reason: str | None = None
    row_count: int | None = None
    sha256: str | None = None
    finished_at: datetime | None = None


def add_run(connection: Connection, run: ExportRun) -> None:
    """Save a run that began or was refused."""
    connection.execute(
        insert(export_runs).values(
            id=run.id,
            name=run.name,
            format=run.format,
            asked_by=run.asked_by,
            asked_at=run.asked_at,
            parameters=dict(run.parameters),
            as_of=run.as_of,
            outcome=run.outcome.value,
            reason=run.reason,
            finished_at=run.finished_at,
        )
    )


def add_bounded_run(connection: Connection, run: ExportRun, since: datetime, limit: int) -> bool:
    """Save a run and return True, or return False if its caller has `limit` runs since that instant already."""
    column = export_runs.c
    kept = select(func.count()).where(column.asked_by == run.asked_by, column.asked_at > since)
    if connection.execute(kept).scalar_one() >= limit:
        return False
    add_run(connection, run)
    return True


def finish_run(connection: Connection, run: ExportRun) -> None:
    """Save how a started run ended."""
    statement = update(export_runs).where(export_runs.c.id == run.id, export_runs.c.outcome == RunOutcome.STARTED.value)
    connection.execute(
        statement.values(
            outcome=run.outcome.value,
            reason=run.reason,
            row_count=run.row_count,
            sha256=run.sha256,
            finished_at=run.finished_at,
        )
    )


def list_runs(connection: Connection, limit: int) -> tuple[ExportRun, ...]:
    """Return the newest runs, at most `limit`."""
    statement = select(export_runs).order_by(export_runs.c.asked_at.desc(), export_runs.c.id).limit(limit)
    return tuple(_run(row) for row in connection.execute(statement))


def first_bytes(connection: Connection, sums: Mapping[str, str], asked_by: str) -> Mapping[str, ExportRun]:
    """Return the first run of each file that had another SHA-256 than `sums` has for its name.

    The request is that of the newest run of `asked_by`, as of the same state of the books.
    """
    newest, first = export_runs.alias("newest"), export_runs.alias("first")
    is_same = [newest.c[name] == first.c[name] for name in ("name", "format", "parameters", "as_of")]
    statement = (
        select(first)
        .join(newest, and_(*is_same))
        .where(newest.c.asked_by == asked_by, first.c.outcome == RunOutcome.COMPLETED.value)
        .ext(distinct_on(first.c.name))
        .order_by(first.c.name, newest.c.asked_at.desc(), first.c.asked_at)
    )
    runs = [_run(row) for row in connection.execute(statement)]
    return {run.name: run for run in runs if run.name in sums and sums[run.name] != run.sha256}


def _run(row: Any) -> ExportRun:
    return ExportRun(**{**row._mapping, "outcome": RunOutcome(row.outcome)})  # columns are named like the fields
