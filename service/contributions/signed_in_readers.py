"""Update the rows of signed-in readers with their contributions, so that all their devices know about them."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from service.contributions.contribution import Contribution, ContributionState, Lifecycle
from service.contributions.lifecycle import failing_since, is_money_gone
from service.contributions.readers_store import latest_contributions, readers_of
from service.contributions.store import lifecycles_of
from service.money import Interval
from service.readers.contributions import MAX_CONTRIBUTIONS, GivenContribution, with_contributions
from service.readers.reader import Reader
from service.readers.store import Contributions, Update, update_contributions
from service.stripe_facts.contribution_facts import ContributionFacts
from service.stripe_facts.contribution_store import facts_of_contributions

_NO_FACTS = ContributionFacts()
_NEVER_PAID = frozenset({ContributionState.FAILED, ContributionState.EXPIRED})


def update_readers(
    connection: Connection, contribution_ids: Collection[str], now: datetime, confirmed: str | None = None
) -> None:
    """Update the rows of the readers who made these contributions with all of their contributions.

    Rows are updated in one order everywhere, so that two transactions never deadlock. `confirmed`: the id of a
    contribution that Stripe has confirmed ahead of its events.
    """
    for site, reader_hash in readers_of(connection, contribution_ids):
        update_contributions(connection, site, reader_hash, now, _updater(connection, site, reader_hash, confirmed))


def repair_reader(connection: Connection, site: str, reader_hash: bytes, now: datetime) -> None:
    """Repair one reader's row. If it is already up to date it is not written, so its idle age keeps counting."""
    update = _updater(connection, site, reader_hash, None)

    def update_if_different(reader: Reader, known: Contributions) -> tuple[Reader, Contributions] | None:
        updated = update(reader, known)
        return updated if updated != (reader, known) else None

    update_contributions(connection, site, reader_hash, now, update_if_different)


def reader_contribution(connection: Connection, contribution: Contribution) -> GivenContribution | None:
    """Return a contribution in the form that readers' rows and passports hold, or None if nothing was paid."""
    attempt, lifecycle = contribution.attempt, contribution.lifecycle
    facts = _facts(connection, {contribution.id: lifecycle}).get(contribution.id, _NO_FACTS)
    started = _started(attempt.mark.interval, attempt.created_at, attempt.mark.campaign)
    return _current(started, lifecycle, facts, None)


def _updater(connection: Connection, site: str, reader_hash: bytes, confirmed: str | None) -> Update:
    """Return the change to a reader's row. It reads contributions only once the row is locked, so none are missed."""

    def update(reader: Reader, known: Contributions) -> tuple[Reader, Contributions]:
        stored = latest_contributions(connection, site, reader_hash, MAX_CONTRIBUTIONS)
        lifecycles = lifecycles_of(connection, [contribution.id for contribution in stored])
        facts = _facts(connection, lifecycles)
        known_by_key = {contribution.key: contribution for contribution in known}
        current = []
        for contribution in stored:
            id_ = contribution.id
            started = _started(contribution.interval, contribution.created_at, contribution.campaign)
            before = started if id_ == confirmed else known_by_key.get(started.key)
            current.append(_current(started, lifecycles[id_], facts.get(id_, _NO_FACTS), before))
        paid = tuple(contribution for contribution in current if contribution is not None)
        return with_contributions(reader, known, paid), paid

    return update


def _facts(connection: Connection, lifecycles: Mapping[str, Lifecycle]) -> dict[str, ContributionFacts]:
    """Read the facts of the contributions that `_needs_facts`."""
    wanted = [id_ for id_, lifecycle in lifecycles.items() if _needs_facts(lifecycle)]
    return facts_of_contributions(connection, wanted) if wanted else {}


def _needs_facts(lifecycle: Lifecycle) -> bool:
    """Return whether the reader's row needs more than the lifecycle says.

    The start of failing payments and the amount of a dispute are in the facts alone.
    """
    return lifecycle.state is ContributionState.PAST_DUE or lifecycle.dispute_status is not None


def _started(interval: Interval, started_at: datetime, campaign: str | None) -> GivenContribution:
    """Return a contribution as it is right after its checkout."""
    return GivenContribution(interval, int(started_at.timestamp()), campaign=campaign)


def _current(
    started: GivenContribution, lifecycle: Lifecycle, facts: ContributionFacts, known: GivenContribution | None
) -> GivenContribution | None:
    """Return a contribution after what happened to it, or None if nothing was ever paid.

    `facts`: the facts behind the lifecycle, read only if `_needs_facts`. `known`: the contribution as the row held it
    before. If a pending payment fails, a known contribution becomes void. An attempt that is open or led to nothing
    changes nothing.
    """
    is_over = lifecycle.state is ContributionState.CANCELED
    if lifecycle.state is ContributionState.ATTEMPTED or (is_over and lifecycle.ended_at is None):
        return known
    if lifecycle.state in _NEVER_PAID or (is_over and not lifecycle.paid_count):
        return replace(started, is_void=True) if known else None
    is_refunded = lifecycle.state is ContributionState.REFUNDED
    is_past_due = lifecycle.state is ContributionState.PAST_DUE
    is_canceling = lifecycle.state is ContributionState.CANCELING
    recurring = lifecycle.recurring
    return replace(
        started,
        amount_minor=recurring.amount_minor if recurring else 0,
        currency=recurring.currency if recurring else "",
        is_void=is_refunded or (started.is_one_off and is_money_gone(facts)),
        past_due_at=_seconds_or_zero(failing_since(facts) if is_past_due else None),
        paid_until=_seconds_or_zero(lifecycle.ends_at if is_canceling else None),
        ended_at=_seconds_or_zero(lifecycle.ended_at if is_over else None),
    )


def _seconds_or_zero(at: datetime | None) -> int:
    return int(at.timestamp()) if at else 0
