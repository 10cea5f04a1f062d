"""Keeps the rows of signed-in readers up to date with their contributions, so that all their devices know of them."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from service.contributions.contribution import LIVE_SUBSCRIPTION_STATES, Contribution, ContributionState, Life
from service.contributions.lifecycle import failing_since, is_money_gone
from service.contributions.store import contributions, lives_of
from service.database.columns import is_in
from service.money import Interval
from service.readers.contributions import MAX_CONTRIBUTIONS, GivenContribution, with_contributions
from service.readers.reader import Reader
from service.readers.store import Contributions, Update, update_contributions
from service.stripe_facts.contribution_facts import ContributionFacts
from service.stripe_facts.contribution_store import facts_of_contributions
from service.stripe_gateway.facts import ContributionMark

_NO_FACTS = ContributionFacts()
_NEVER_ARRIVED = frozenset({ContributionState.FAILED, ContributionState.EXPIRED})


def update_readers(
    connection: Connection, contribution_ids: Collection[str], now: datetime, confirmed: str | None = None
) -> None:
    """Update the rows of the readers who made these contributions with all of their contributions.

    Rows are updated in one order everywhere, so that two transactions never deadlock. `confirmed`: the id of a
    contribution that Stripe has confirmed ahead of its events.
    """
    c = contributions.c
    statement = select(c.site, c.reader_hash).where(is_in(c.id, contribution_ids), c.reader_hash.is_not(None))
    for site, reader_hash in connection.execute(statement.distinct().order_by(c.site, c.reader_hash)).all():
        update_contributions(connection, site, reader_hash, now, _updater(connection, site, reader_hash, confirmed))


def contributing_readers(connection: Connection) -> list[tuple[str, bytes]]:
    """Return site and reader hash of every signed-in reader who contributed, in the order of `update_readers`."""
    c = contributions.c
    statement = select(c.site, c.reader_hash).where(c.reader_hash.is_not(None)).distinct()
    return [(row.site, row.reader_hash) for row in connection.execute(statement.order_by(c.site, c.reader_hash))]


def repair_reader(connection: Connection, site: str, reader_hash: bytes, now: datetime) -> None:
    """Repair one reader's row. If it is already up to date it is not written, so its idle age keeps counting."""
    update = _updater(connection, site, reader_hash, None)

    def update_if_different(reader: Reader, known: Contributions) -> tuple[Reader, Contributions] | None:
        updated = update(reader, known)
        return updated if updated != (reader, known) else None

    update_contributions(connection, site, reader_hash, now, update_if_different)


def _updater(connection: Connection, site: str, reader_hash: bytes, confirmed: str | None) -> Update:
    """Return the change to a reader's row. It reads contributions only once the row is locked, so none are missed."""

    def update(reader: Reader, known: Contributions) -> tuple[Reader, Contributions]:
        rows = _given_by(connection, site, reader_hash)
        lives = lives_of(connection, [row.id for row in rows])
        facts = _facts(connection, lives)
        known_by_key = {given.key: given for given in known}
        current = []
        for row in rows:
            given = _just_given(ContributionMark(row.id, site, Interval(row.interval), row.campaign), row.created_at)
            before = given if row.id == confirmed else known_by_key.get(given.key)
            current.append(_as_it_is_now(given, lives[row.id], facts.get(row.id, _NO_FACTS), before))
        contributed = tuple(given for given in current if given is not None)
        return with_contributions(reader, known, contributed), contributed

    return update


def given_contribution(connection: Connection, contribution: Contribution) -> GivenContribution | None:
    """Return a contribution as its reader's row holds it, or None if nothing was paid."""
    attempt, life = contribution.attempt, contribution.life
    facts = _facts(connection, {contribution.id: life}).get(contribution.id, _NO_FACTS)
    return _as_it_is_now(_just_given(attempt.mark, attempt.created_at), life, facts, None)


def _given_by(connection: Connection, site: str, reader_hash: bytes) -> Sequence[Row[*tuple[Any, ...]]]:
    """Read the latest contributions of a reader; those with a running subscription come first."""
    c = contributions.c
    is_living = c.state.in_([state.value for state in LIVE_SUBSCRIPTION_STATES])
    statement = select(c.id, c.interval, c.campaign, c.created_at)
    statement = statement.where(c.site == site, c.reader_hash == reader_hash)
    return connection.execute(
        statement.order_by(is_living.desc(), c.created_at.desc(), c.id).limit(MAX_CONTRIBUTIONS)
    ).all()


def _facts(connection: Connection, lives: dict[str, Life]) -> dict[str, ContributionFacts]:
    """Read the facts of the contributions that `_needs_facts`."""
    wanted = [id_ for id_, life in lives.items() if _needs_facts(life)]
    return facts_of_contributions(connection, wanted) if wanted else {}


def _just_given(mark: ContributionMark, given_at: datetime) -> GivenContribution:
    """Return a contribution as it is right after its checkout."""
    return GivenContribution(mark.interval, int(given_at.timestamp()), campaign=mark.campaign)


def _needs_facts(life: Life) -> bool:
    """Whether the life lacks something the row needs: since when payments fail, or how much a dispute took."""
    return life.state is ContributionState.PAST_DUE or life.dispute_status is not None


def _as_it_is_now(
    given: GivenContribution, life: Life, facts: ContributionFacts, known: GivenContribution | None
) -> GivenContribution | None:
    """Return a contribution after what happened to it, or None if nothing was ever paid.

    `facts`: the facts behind the life, read only if `_needs_facts`. `known`: the contribution as the row held it
    before. A payment that was under way and failed makes a known contribution void. An attempt that led to nothing
    changes nothing, and neither does an attempt that is still open.
    """
    is_over = life.state is ContributionState.CANCELED
    if life.state is ContributionState.ATTEMPTED or (is_over and life.ended_at is None):
        return known
    if life.state in _NEVER_ARRIVED or (is_over and not life.paid_count):
        return replace(given, is_void=True) if known else None
    return replace(
        given,
        is_void=life.state is ContributionState.REFUNDED or (given.is_one_off and is_money_gone(facts)),
        past_due_at=_seconds_or_zero(failing_since(facts) if life.state is ContributionState.PAST_DUE else None),
        paid_until=_seconds_or_zero(life.ends_at if life.state is ContributionState.CANCELING else None),
        ended_at=_seconds_or_zero(life.ended_at if is_over else None),
    )


def _seconds_or_zero(at: datetime | None) -> int:
    return int(at.timestamp()) if at else 0
