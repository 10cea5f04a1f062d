"""Continue an unfinished attempt: on its page if that is still open, else on a new page for the same choice."""

from dataclasses import replace
from datetime import timedelta

from service.campaigns.snapshot.holder import SnapshotHolder
from service.contributions import store
from service.contributions.checkout.start import MINIMUM_TIME_LEFT, SESSION_DURATION, begin_session, open_or_join
from service.contributions.contribution import Attempt, Contribution, ContributionState
from service.database.transaction import committed
from service.errors import ConflictError, InvalidTokenError
from service.ids import new_id
from service.sealing import KeyRing
from service.services import Services

RESUMABLE_STATES = frozenset({ContributionState.ATTEMPTED, ContributionState.EXPIRED, ContributionState.FAILED})
RESUMABLE_FOR = timedelta(days=30)
_PURPOSE = "resume"


def resume_token(ring: KeyRing, contribution_id: str) -> str:
    """Return the token of a "resume" link. It reveals nothing, and only lets its holder continue the same choice."""
    return ring.sealer(_PURPOSE).seal(contribution_id.encode())


def resume_checkout(services: Services, token: str) -> Attempt:
    """Return the attempt to continue with, and its open page.

    Raise InvalidTokenError if the token is not valid or too old, and ConflictError if the contribution was finished.
    """
    contribution = _contribution_of(services, token)
    attempt, now = contribution.attempt, services.clock()
    if contribution.lifecycle.state not in RESUMABLE_STATES:
        raise ConflictError("this contribution is already finished")
    if attempt.checkout_url is not None and attempt.expires_at > now + MINIMUM_TIME_LEFT:
        return attempt
    site = services.part(SnapshotHolder).current().site(attempt.mark.site).site
    wanted = replace(
        attempt,
        mark=replace(attempt.mark, contribution_id=new_id("ctb")),
        key=f"resumed:{attempt.id}",
        created_at=now,
        expires_at=now + SESSION_DURATION,
        return_url=attempt.return_url or site.home_url,
        checkout_session_id=None,
        checkout_url=None,
    )
    return begin_session(services, site, open_or_join(services, wanted))


def _contribution_of(services: Services, token: str) -> Contribution:
    plain = services.keys.sealer(_PURPOSE).open(token)
    if plain is None:
        raise InvalidTokenError("this link was not made by this service")
    with committed(services.engine) as connection:
        found = store.find_contribution(connection, plain.decode())
    if found is None or services.clock() - found.attempt.created_at > RESUMABLE_FOR:
        raise InvalidTokenError("this link has expired")
    return found
