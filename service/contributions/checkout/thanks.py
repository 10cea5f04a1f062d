"""Find out what happened on Stripe's page when the reader comes back. Only Stripe's answer counts, not the address."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import structlog

from service.campaigns.site import Site
from service.campaigns.snapshot.holder import SnapshotHolder
from service.contributions import store
from service.contributions.checkout.resume import resume_token
from service.contributions.checkout.return_receipt import ReturnReceipt, seal_receipt
from service.contributions.contribution import Contribution, ContributionState
from service.contributions.signed_in_readers import update_readers
from service.database.transaction import committed
from service.errors import NotFoundError, StoreUnavailableError, StripeUnavailableError
from service.money import Interval, Money
from service.services import Services
from service.stripe_gateway.facts import CheckoutSession, ContributionMark
from service.stripe_gateway.transport import StripeObjectMissingError

SESSION_ID = re.compile(r"cs_[A-Za-z0-9_]{4,200}")
# After this time, a thank-you address in a browser's history or a shared link makes no reader a supporter any more.
RECOGNISED_FOR = timedelta(days=2)
# Stripe's events may have brought these states before the reader opened the thank-you page.
_UNPAID_STATES = frozenset(
    {ContributionState.REFUNDED, ContributionState.FAILED, ContributionState.EXPIRED, ContributionState.CANCELED}
)

log = structlog.get_logger()


class Finish(StrEnum):
    """The result of a visit to Stripe's hosted page."""

    PAID = "paid"
    PENDING = "pending"
    OPEN = "open"
    EXPIRED = "expired"
    UNCONFIRMED = "unconfirmed"


@dataclass(frozen=True, slots=True)
class ReaderReturn:
    """A reader's return from Stripe. `site` and `amount` are None if Stripe could not be reached.

    `receipt`: for the link back, None unless the reader is now a supporter. `begun_at`: when the checkout began.
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


def returned_reader(services: Services, session_id: str) -> ReaderReturn:
    """Return what happened in a checkout session. Raise NotFoundError if the session is not one of this service."""
    if SESSION_ID.fullmatch(session_id) is None:
        raise NotFoundError("no such contribution")
    try:
        session = services.gateway.fetch_checkout_session(session_id)
    except StripeObjectMissingError as error:
        raise NotFoundError("no such contribution") from error
    except StripeUnavailableError:
        return ReaderReturn(Finish.UNCONFIRMED)
    mark = session.contribution
    sites = services.part(SnapshotHolder).current().sites
    if mark is None or mark.site not in sites or session.is_livemode != services.settings.is_livemode:
        raise NotFoundError("no such contribution")
    site = sites[mark.site].site
    finish = finish_of(session)
    is_recent = services.clock() - session.created_at < RECOGNISED_FOR
    is_confirmed = finish in {Finish.PAID, Finish.PENDING} and is_recent
    stored = _stored_contribution(services, mark.contribution_id, is_confirmed=is_confirmed)
    makes_supporter = is_confirmed and not (stored and stored.lifecycle.state in _UNPAID_STATES)
    return_url = stored.attempt.return_url if stored else None
    amount = Money(session.amount_total_minor, session.currency)
    return ReaderReturn(
        finish=finish,
        site=site,
        interval=mark.interval,
        amount=amount,
        language=stored.attempt.language if stored else None,
        continue_url=_continue_url(services, session, mark.contribution_id) or return_url or site.home_url,
        makes_supporter=makes_supporter,
        contribution_id=mark.contribution_id,
        begun_at=session.created_at,
        campaign=mark.campaign,
        receipt=_receipt(services, mark, amount) if makes_supporter else None,
    )


def finish_of(session: CheckoutSession) -> Finish:
    """Return the result of a session. A complete session may be unpaid: a bank debit is paid days later."""
    if session.status == "complete":
        return Finish.PENDING if session.payment_status == "unpaid" else Finish.PAID
    return Finish.EXPIRED if session.status == "expired" else Finish.OPEN


def _receipt(services: Services, mark: ContributionMark, amount: Money) -> str:
    receipt = ReturnReceipt(mark.contribution_id, mark.interval, mark.campaign, amount)
    return seal_receipt(services.keys, mark.site, receipt, int(services.clock().timestamp()))


def _continue_url(services: Services, session: CheckoutSession, contribution_id: str) -> str | None:
    """Return the address to continue an unfinished attempt at, or None if it is finished."""
    if session.status == "open":
        return session.url
    if session.status == "expired":
        return f"{services.settings.public_url}/resume/{resume_token(services.keys, contribution_id)}"
    return None


def _stored_contribution(services: Services, contribution_id: str, *, is_confirmed: bool) -> Contribution | None:
    """Return the contribution as stored, or None if the database cannot be reached.

    A confirmed contribution is written to a signed-in reader's row here, ahead of Stripe's events, so that all the
    reader's devices know about it at once.
    """
    try:
        with committed(services.engine) as connection:
            if is_confirmed:
                update_readers(connection, [contribution_id], services.clock(), confirmed=contribution_id)
            return store.find_contribution(connection, contribution_id)
    except StoreUnavailableError:
        log.warning("thanks_without_database")
        return None
