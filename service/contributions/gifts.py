"""What a contribution is to the reader who made it: a gift that stands, one that stands no more, or none yet."""

from dataclasses import replace
from datetime import datetime

from service.contributions.contribution import ContributionState, Life
from service.contributions.life import failing_since, is_money_gone
from service.decisions.gift import Gift
from service.stripe_events.contribution_facts import ContributionFacts
from service.stripe_events.facts import ContributionMark

_NEVER_ARRIVED = frozenset({ContributionState.FAILED, ContributionState.EXPIRED})


def new_gift(mark: ContributionMark, given_at: datetime) -> Gift:
    """A gift just made, as far as the reader can tell."""
    return Gift(mark.interval, int(given_at.timestamp()), campaign=mark.campaign)


def needs_facts(life: Life) -> bool:
    """Whether the life alone does not say what became of a gift: since when it fails, or how much a dispute took."""
    return life.state is ContributionState.PAST_DUE or life.dispute_status is not None


def gift_after(given: Gift, life: Life, facts: ContributionFacts, known: Gift | None) -> Gift | None:
    """What became of a gift by its contribution's life; None where nothing was ever given.

    `facts`: what the life was folded from, read only where it `needs_facts`. `known`: the same gift as told before.
    Money that was on its way and did not arrive undoes it, while an attempt that came to nothing is no news; one still
    under way leaves it as it is.
    """
    is_over = life.state is ContributionState.CANCELED
    if life.state is ContributionState.ATTEMPTED or (is_over and life.ended_at is None):
        return known
    if life.state in _NEVER_ARRIVED or (is_over and not life.paid_count):
        return replace(given, is_void=True) if known else None
    return replace(
        given,
        is_void=life.state is ContributionState.REFUNDED or (given.is_one_off and is_money_gone(facts)),
        past_due_at=_instant(failing_since(facts) if life.state is ContributionState.PAST_DUE else None),
        paid_until=_instant(life.ends_at if life.state is ContributionState.CANCELING else None),
        ended_at=_instant(life.ended_at if is_over else None),
    )


def _instant(at: datetime | None) -> int:
    return int(at.timestamp()) if at else 0
