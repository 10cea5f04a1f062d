"""SQL of the one-time portal links, and of the contributions that an e-mail address belongs to."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Column, Connection, Index, Table, Text, case, func, select, update
from sqlalchemy.dialects.postgresql import insert

from service.contributions.contribution import ContributionState
from service.contributions.store import contributions
from service.database.columns import INSTANT, is_in
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

# The states of contributions that can be managed, those that need it most first.
_MANAGEABLE = (
    ContributionState.PAST_DUE,
    ContributionState.ACTIVE,
    ContributionState.PAUSED,
    ContributionState.CANCELING,
    ContributionState.PENDING,
    ContributionState.COMPLETE,
    ContributionState.CANCELED,
)
_RANKS = {state.value: rank for rank, state in enumerate(_MANAGEABLE)}


def contributions_by_email(connection: Connection, site: str, email: str) -> tuple[str, ...]:
    """Return the ids of the contributions that an address can manage on a site, those that need it most first.

    A past due contribution comes first, a recurring one before a one-off, and a newer one before an older.
    """
    c = contributions.c
    statement = (
        select(c.id)
        .where(func.lower(c.contributor_email) == email.lower(), c.site == site, c.state.in_(_RANKS))
        .order_by(case(_RANKS, value=c.state), c.subscription_id.is_(None), c.created_at.desc(), c.id)
    )
    return tuple(connection.execute(statement).scalars())


def count_links_since(connection: Connection, contribution_ids: Collection[str], since: datetime) -> int:
    """Return how many links were made for these contributions at `since` or later."""
    c = portal_links.c
    statement = select(func.count()).where(is_in(c.contribution_id, contribution_ids), c.created_at >= since)
    return int(connection.scalar(statement) or 0)


def insert_link(
    connection: Connection, link_id: str, contribution_id: str, created_at: datetime, expires_at: datetime
) -> bool:
    """Save a new link. Return False, and save nothing, if there is a link with its id already."""
    values = {"id": link_id, "contribution_id": contribution_id, "created_at": created_at, "expires_at": expires_at}
    statement = insert(portal_links).values(values).on_conflict_do_nothing().returning(portal_links.c.id)
    return connection.execute(statement).first() is not None


def find_link(connection: Connection, link_id: str, now: datetime) -> str | None:
    """Return the contribution's id of a link that can still be used, without using it. Return None for any other."""
    c = portal_links.c
    statement = select(c.contribution_id).where(c.id == link_id, c.used_at.is_(None), c.expires_at > now)
    found: str | None = connection.scalar(statement)
    return found


def use_link(connection: Connection, link_id: str, now: datetime) -> bool:
    """Mark a link as used. Return False if it is unknown, expired or already used."""
    c = portal_links.c
    statement = (
        update(portal_links)
        .where(c.id == link_id, c.used_at.is_(None), c.expires_at > now)
        .values(used_at=now)
        .returning(c.id)
    )
    return connection.execute(statement).first() is not None


def delete_links(connection: Connection, expired_before: datetime) -> int:
    """Delete the links that expired before an instant. Return how many there were."""
    return connection.execute(portal_links.delete().where(portal_links.c.expires_at < expired_before)).rowcount
