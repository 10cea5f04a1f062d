"""Telling the rows of signed-in readers what they gave and what became of it, so that all their devices know."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from service.contributions.contribution import LIVE_SUBSCRIPTION_STATES, Contribution, Life
from service.contributions.gifts import gift_after, needs_facts, new_gift
from service.contributions.store import contributions, lives_of
from service.database.columns import is_in
from service.decisions.gift import MAX_GIFTS, Gift, with_gifts
from service.decisions.reader import Reader
from service.decisions.store import Gifts, Tell, tell_gifts
from service.money import Interval
from service.stripe_events.contribution_fact_store import facts_of_contributions
from service.stripe_events.contribution_facts import ContributionFacts
from service.stripe_events.facts import ContributionMark

_NO_FACTS = ContributionFacts()


def tell_readers(
    connection: Connection, contribution_ids: Collection[str], now: datetime, confirmed: str | None = None
) -> None:
    """Bring the rows of those who made these contributions up to date with all they ever gave.

    Always in the same order, so that two never wait for each other. `confirmed`: one that stands by Stripe's word,
    ahead of its events.
    """
    c = contributions.c
    statement = select(c.site, c.reader_hash).where(is_in(c.id, contribution_ids), c.reader_hash.is_not(None))
    for site, reader_hash in connection.execute(statement.distinct().order_by(c.site, c.reader_hash)).all():
        tell_gifts(connection, site, reader_hash, now, _teller(connection, site, reader_hash, confirmed))


def accounts_that_gave(connection: Connection) -> list[tuple[str, bytes]]:
    """Site and reader of every contribution that a signed-in reader made, in the order of `tell_readers`."""
    c = contributions.c
    statement = select(c.site, c.reader_hash).where(c.reader_hash.is_not(None)).distinct()
    return [(row.site, row.reader_hash) for row in connection.execute(statement.order_by(c.site, c.reader_hash))]


def retell_reader(connection: Connection, site: str, reader_hash: bytes, now: datetime) -> None:
    """The same for one reader where nothing happened: a row that knows it all is not touched, and grows older."""
    tell = _teller(connection, site, reader_hash, None)

    def correct(reader: Reader, known: Gifts) -> tuple[Reader, Gifts] | None:
        told = tell(reader, known)
        return told if told != (reader, known) else None

    tell_gifts(connection, site, reader_hash, now, correct)


def _teller(connection: Connection, site: str, reader_hash: bytes, confirmed: str | None) -> Tell:
    """How a row changes by what its reader gave, read once the row is held: nobody writes something older over it."""

    def tell(reader: Reader, known: Gifts) -> tuple[Reader, Gifts]:
        given = _given_by(connection, site, reader_hash)
        lives = lives_of(connection, [row.id for row in given])
        facts = _facts(connection, lives)
        before = {gift.key: gift for gift in known}
        told = []
        for row in given:
            gift = new_gift(ContributionMark(row.id, site, Interval(row.interval), row.campaign), row.created_at)
            found = gift if row.id == confirmed else before.get(gift.key)
            told.append(gift_after(gift, lives[row.id], facts.get(row.id, _NO_FACTS), found))
        gifts = tuple(gift for gift in told if gift is not None)
        return with_gifts(reader, known, gifts), gifts

    return tell


def gift_of(connection: Connection, contribution: Contribution) -> Gift | None:
    """What a contribution is to its reader now; None where nothing was given."""
    attempt, life = contribution.attempt, contribution.life
    facts = _facts(connection, {contribution.id: life}).get(contribution.id, _NO_FACTS)
    return gift_after(new_gift(attempt.mark, attempt.created_at), life, facts, None)


def _given_by(connection: Connection, site: str, reader_hash: bytes) -> Sequence[Row[*tuple[Any, ...]]]:
    """The latest a reader gave, those that run on first."""
    c = contributions.c
    is_living = c.state.in_([state.value for state in LIVE_SUBSCRIPTION_STATES])
    statement = select(c.id, c.interval, c.campaign, c.created_at)
    statement = statement.where(c.site == site, c.reader_hash == reader_hash)
    return connection.execute(statement.order_by(is_living.desc(), c.created_at.desc(), c.id).limit(MAX_GIFTS)).all()


def _facts(connection: Connection, lives: dict[str, Life]) -> dict[str, ContributionFacts]:
    """Those of contributions whose lives do not say it all."""
    wanted = [id_ for id_, life in lives.items() if needs_facts(life)]
    return facts_of_contributions(connection, wanted) if wanted else {}
