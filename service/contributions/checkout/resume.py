"""Taking up an attempt that was left: the page that is still open, or a new one for the same choice."""

from dataclasses import replace
from datetime import timedelta

from service.campaigns.snapshot.holder import SnapshotHolder
from service.contributions import store
from service.contributions.checkout.start import LEAST_LIFE_LEFT, SESSION_LIFE, begin_session, open_or_join
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
    """What a link that takes up this attempt ends in. It tells nothing, and gives nobody anything but the choice."""
    return ring.sealer(_PURPOSE).seal(contribution_id.encode())


def resume_checkout(services: Services, token: str) -> Attempt:
    """The attempt to go on with. Raises InvalidTokenError, or ConflictError once it was finished."""
    left = _left_attempt(services, token)
    attempt, now = left.attempt, services.clock()
    if left.life.state not in RESUMABLE_STATES:
        raise ConflictError("this contribution was finished")
    if attempt.checkout_url is not None and attempt.expires_at > now + LEAST_LIFE_LEFT:
        return attempt
    site = services.part(SnapshotHolder).current().site(attempt.mark.site).site
    wanted = replace(
        attempt,
        mark=replace(attempt.mark, contribution_id=new_id("ctb")),
        key=f"resumed:{attempt.id}",
        created_at=now,
        expires_at=now + SESSION_LIFE,
        return_url=attempt.return_url or site.home_url,
        checkout_session_id=None,
        checkout_url=None,
    )
    return begin_session(services, site, open_or_join(services, wanted))


def _left_attempt(services: Services, token: str) -> Contribution:
    plain = services.keys.sealer(_PURPOSE).open(token)
    if plain is None:
        raise InvalidTokenError("this link is not one of ours")
    with committed(services.engine) as connection:
        found = store.find_contribution(connection, plain.decode())
    if found is None or services.clock() - found.attempt.created_at > RESUMABLE_FOR:
        raise InvalidTokenError("this link has expired")
    return found
