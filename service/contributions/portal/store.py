"""SQL of the one-time portal links, and of the contribution that an e-mail address belongs to."""

from datetime import datetime

from sqlalchemy import Column, Connection, Index, Table, Text, func, select, update
from sqlalchemy.dialects.postgresql import insert

from service.contributions.contribution import SUPPORTING_STATES
from service.contributions.store import contributions
from service.database.columns import INSTANT
from service.database.metadata import metadata

portal_links = Table(
    "portal_links",
    metadata,
    Column("id", Text, primary_key=True),
    Column("contribution_id", Text, nullable=False),
    Column("created_at", INSTANT, nullable=False),
    Column("expires_at", INSTANT, nullable=False),
    Column("used_at", INSTANT),
    Index(None, "contribution_id", "created_at"),
)


def contribution_by_email(connection: Connection, site: str, email: str) -> str | None:
    """Return the id of the contribution to manage, or None if the address is unknown on this site.

    A recurring contribution comes before a one-off, and a newer one before an older.
    """
    c = contributions.c
    statement = (
        select(c.id)
        .where(func.lower(c.contributor_email) == email.lower(), c.site == site)
        .where(c.state.in_([state.value for state in SUPPORTING_STATES]))
        .order_by((c.subscription_id.is_(None)).asc(), c.created_at.desc())
        .limit(1)
    )
    found: str | None = connection.scalar(statement)
    return found


def count_links_since(connection: Connection, contribution_id: str, since: datetime) -> int:
    """Return how many links were made for a contribution at `since` or later."""
    c = portal_links.c
    statement = select(func.count()).where(c.contribution_id == contribution_id, c.created_at >= since)
    return int(connection.scalar(statement) or 0)


def insert_link(
    connection: Connection, link_id: str, contribution_id: str, created_at: datetime, expires_at: datetime
) -> None:
    """Save a new link."""
    values = {"id": link_id, "contribution_id": contribution_id, "created_at": created_at, "expires_at": expires_at}
    connection.execute(insert(portal_links).values(values))


def use_link(connection: Connection, link_id: str, now: datetime) -> str | None:
    """Mark a link as used and return its contribution's id. Return None if it is unknown, expired or already used."""
    c = portal_links.c
    statement = (
        update(portal_links)
        .where(c.id == link_id, c.used_at.is_(None), c.expires_at > now)
        .values(used_at=now)
        .returning(c.contribution_id)
    )
    found: str | None = connection.scalar(statement)
    return found
