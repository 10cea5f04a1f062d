"""One-time links to the portal: each opens once, for a while; and whom an e-mail address belongs to."""

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
    """The contribution a contributor would manage: a recurring one before a one-off, newer before older."""
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
    c = portal_links.c
    statement = select(func.count()).where(c.contribution_id == contribution_id, c.created_at >= since)
    return int(connection.scalar(statement) or 0)


def insert_link(
    connection: Connection, link_id: str, contribution_id: str, created_at: datetime, expires_at: datetime
) -> None:
    values = {"id": link_id, "contribution_id": contribution_id, "created_at": created_at, "expires_at": expires_at}
    connection.execute(insert(portal_links).values(values))


def use_link(connection: Connection, link_id: str, now: datetime) -> str | None:
    """The contribution a link opens, used up by this; None when it was used, has expired or never was."""
    c = portal_links.c
    statement = (
        update(portal_links)
        .where(c.id == link_id, c.used_at.is_(None), c.expires_at > now)
        .values(used_at=now)
        .returning(c.contribution_id)
    )
    found: str | None = connection.scalar(statement)
    return found
