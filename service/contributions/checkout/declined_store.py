"""SQL of the open hosted pages on which charges were declined."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select, update

from service.contributions.store import contributions
from service.stripe_facts.tables_store import charges


@dataclass(frozen=True, slots=True)
class DeclinedSession:
    """An open page of Stripe's, and how many charges were declined on it."""

    contribution_id: str
    site: str
    session_id: str
    declined_count: int


def declined_sessions(connection: Connection, since: datetime) -> Sequence[DeclinedSession]:
    """Return the open pages with charges that were declined at `since` or later, sorted by contribution."""
    c, charge = contributions.c, charges.c
    statement = (
        select(c.id, c.site, c.checkout_session_id, func.count())
        .join_from(charges, contributions, charge.contribution_id == c.id)
        .where(charge.status == "failed", charge.created_at >= since, c.is_open, c.checkout_session_id.is_not(None))
        .group_by(c.id)
        .order_by(c.id)
    )
    return [DeclinedSession(*row) for row in connection.execute(statement)]


def close_session(connection: Connection, contribution_id: str) -> None:
    """Close an attempt, so that no click joins its page."""
    connection.execute(update(contributions).where(contributions.c.id == contribution_id).values(is_open=False))
