"""SQL about the signed-in readers who contributed: their ids, and their latest contributions."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from service.contributions.contribution import RUNNING_STATES
from service.contributions.store import contributions
from service.database.columns import is_in
from service.money import Interval

SiteReader = tuple[str, bytes]  # site key and reader hash


@dataclass(frozen=True, slots=True)
class StoredContribution:
    """A contribution of a signed-in reader, as far as the reader's row needs it."""

    id: str
    interval: Interval
    campaign: str | None
    created_at: datetime


def readers_of(connection: Connection, contribution_ids: Collection[str]) -> list[SiteReader]:
    """Return the signed-in readers who made these contributions, sorted."""
    c = contributions.c
    statement = select(c.site, c.reader_hash).where(is_in(c.id, contribution_ids), c.reader_hash.is_not(None))
    rows = connection.execute(statement.distinct().order_by(c.site, c.reader_hash))
    return [(row.site, row.reader_hash) for row in rows]


def contributing_readers(connection: Connection) -> list[SiteReader]:
    """Return every signed-in reader who contributed, sorted as in `readers_of`."""
    c = contributions.c
    statement = select(c.site, c.reader_hash).where(c.reader_hash.is_not(None)).distinct()
    return [(row.site, row.reader_hash) for row in connection.execute(statement.order_by(c.site, c.reader_hash))]


def latest_contributions(
    connection: Connection, site: str, reader_hash: bytes, limit: int
) -> Sequence[StoredContribution]:
    """Return a reader's contributions, newest first; those with a running subscription come before all others."""
    c = contributions.c
    is_running = c.state.in_([state.value for state in RUNNING_STATES])
    statement = select(c.id, c.interval, c.campaign, c.created_at)
    statement = statement.where(c.site == site, c.reader_hash == reader_hash)
    statement = statement.order_by(is_running.desc(), c.created_at.desc(), c.id).limit(limit)
    return [
        StoredContribution(row.id, Interval(row.interval), row.campaign, row.created_at)
        for row in connection.execute(statement)
    ]
