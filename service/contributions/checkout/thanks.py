"""The reader comes back from Stripe's page: what really happened there is asked of Stripe, not of the address."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import structlog

from service.campaigns.site import Site
from service.campaigns.snapshot.holder import SnapshotHolder
from service.contributions import store
from service.contributions.checkout.given_token import ReturnReceipt, new_receipt
from service.contributions.checkout.resume import resume_token
from service.contributions.contribution import Contribution, ContributionState
from service.contributions.readers_store import update_readers
from service.database.transaction import committed
from service.errors import NotFoundError, StoreUnavailableError, StripeUnavailableError
from service.money import Interval, Money
from service.services import Services
from service.stripe_gateway.facts import CheckoutSession, ContributionMark
from service.stripe_gateway.transport import StripeObjectMissingError

SESSION_ID = re.compile(r"cs_[A-Za-z0-9_]{4,200}")
# An old thank-you address found in a history or a shared link no longer makes a supporter of whoever opens it.
RECOGNISED_FOR = timedelta(days=2)
# What Stripe's events may have told before the reader came back, or came back again.
_UNDONE = frozenset(
    {ContributionState.REFUNDED, ContributionState.FAILED, ContributionState.EXPIRED, ContributionState.CANCELED}
)

log = structlog.get_logger()


class Finish(StrEnum):
    """How a visit to the hosted page ended."""

    PAID = "paid"
    PENDING = "pending"
    OPEN = "open"
    EXPIRED = "expired"
    UNCONFIRMED = "unconfirmed"


@dataclass(frozen=True, slots=True)
class Return:
    """A reader's return. `site` and `amount` None only where Stripe could not be asked.

    `receipt`: for the link back, None unless the reader is a supporter now. `begun_at`: when they left for Stripe.
    """

    finish: Finish
    site: Site | None = None
    interval: Interval = Interval.ONE_OFF
    amount: Money | None = None
    language: str | None = None
    continue_url: str | None = None
    makes_supporter: bool = False
    contribution_id: str = ""
    begun_at: datetime | None = None
    campaign: str | None = None
    receipt: str | None = None


def returned_reader(services: Services, session_id: str) -> Return:
    """What became of a session. Raises NotFoundError for one that is not ours."""
    if SESSION_ID.fullmatch(session_id) is None:
        raise NotFoundError("no such contribution")
    try:
        session = services.gateway.fetch_checkout_session(session_id)
    except StripeObjectMissingError as error:
        raise NotFoundError("no such contribution") from error
    except StripeUnavailableError:
        return Return(Finish.UNCONFIRMED)
    mark = session.contribution
    sites = services.part(SnapshotHolder).current().sites
    if mark is None or mark.site not in sites or session.is_livemode != services.settings.is_livemode:
        raise NotFoundError("no such contribution")
    site = sites[mark.site].site
    finish = finish_of(session)
    is_given = finish in {Finish.PAID, Finish.PENDING} and services.clock() - session.created_at < RECOGNISED_FOR
    known = _remembered(services, mark.contribution_id, is_given=is_given)
    makes_supporter = is_given and not (known and known.life.state in _UNDONE)
    return_url = known.attempt.return_url if known else None
    return Return(
        finish=finish,
        site=site,
        interval=mark.interval,
        amount=Money(session.amount_total_minor, session.currency),
        language=known.attempt.language if known else None,
        continue_url=_continue_url(services, session, mark.contribution_id) or return_url or site.home_url,
        makes_supporter=makes_supporter,
        contribution_id=mark.contribution_id,
        begun_at=session.created_at,
        campaign=mark.campaign,
        receipt=_receipt(services, mark) if makes_supporter else None,
    )


def _receipt(services: Services, mark: ContributionMark) -> str:
    given = ReturnReceipt(mark.contribution_id, mark.interval, mark.campaign)
    return new_receipt(services.keys, mark.site, given, int(services.clock().timestamp()))


def _continue_url(services: Services, session: CheckoutSession, contribution_id: str) -> str | None:
    """Where an unfinished attempt goes on; None for one that needs nothing more."""
    if session.status == "open":
        return session.url
    if session.status == "expired":
        return f"{services.settings.public_url}/resume/{resume_token(services.keys, contribution_id)}"
    return None


def finish_of(session: CheckoutSession) -> Finish:
    """`paid` is not the same as `complete`: a bank debit is complete at once and paid days later."""
    if session.status == "complete":
        return Finish.PENDING if session.payment_status == "unpaid" else Finish.PAID
    return Finish.EXPIRED if session.status == "expired" else Finish.OPEN


def _remembered(services: Services, contribution_id: str, *, is_given: bool) -> Contribution | None:
    """The contribution as stored; None while the database cannot tell.

    A signed-in reader's other devices learn here that something was given, ahead of Stripe's events.
    """
    try:
        with committed(services.engine) as connection:
            if is_given:
                update_readers(connection, [contribution_id], services.clock(), confirmed=contribution_id)
            return store.find_contribution(connection, contribution_id)
    except StoreUnavailableError:
        log.warning("thanks_without_database")
        return None
