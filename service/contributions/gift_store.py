"""Telling the rows of signed-in readers what they gave, so that it silences the ask on all their devices."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from service.campaigns.variant import Interval
from service.contributions.contribution import SUPPORTING_STATES, Attempt, ContributionState
from service.contributions.store import contributions
from service.database.among import among
from service.decisions.gift import Gift, with_gift
from service.decisions.store import change_known_reader


def tell_readers(connection: Connection, contribution_ids: Collection[str], now: datetime) -> None:
    """Bring the rows of those who made these contributions up to date; always in the same order, so that two never
    wait for each other."""
    c = contributions.c
    columns = (c.site, c.reader_hash, c.interval, c.created_at, c.campaign, c.state, c.ends_at, c.ended_at)
    statement = select(*columns).where(among(c.id, contribution_ids), c.reader_hash.is_not(None))
    for row in connection.execute(statement.order_by(c.site, c.reader_hash, c.created_at)):
        state = ContributionState(row.state)
        if state in SUPPORTING_STATES or (state is ContributionState.CANCELED and row.ended_at is not None):
            _tell(connection, _gift(row, state), now)


def tell_reader(connection: Connection, attempt: Attempt, now: datetime) -> None:
    """The same at once, of a contribution Stripe has just confirmed."""
    mark = attempt.mark
    if attempt.reader_hash is not None:
        gift = Gift(mark.site, attempt.reader_hash, Interval(mark.interval.value), attempt.created_at, mark.campaign)
        _tell(connection, gift, now)


def _gift(row: Row[*tuple[Any, ...]], state: ContributionState) -> Gift:
    return Gift(
        site=row.site,
        reader_hash=row.reader_hash,
        interval=Interval(row.interval),
        given_at=row.created_at,
        campaign=row.campaign,
        paid_until=row.ends_at if state is ContributionState.CANCELING else None,
        ended_at=row.ended_at if state is ContributionState.CANCELED else None,
    )


def _tell(connection: Connection, gift: Gift, now: datetime) -> None:
    change_known_reader(connection, gift.site, gift.reader_hash, now, lambda reader: with_gift(reader, gift))
