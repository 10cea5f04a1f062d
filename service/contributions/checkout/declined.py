"""Expire the hosted pages on which stolen cards are tried, because the page itself lets its visitor try on."""

from contextlib import suppress

import structlog

from service.contributions.checkout import declined_store
from service.contributions.checkout.card_testing import WINDOW, Outcomes, is_card_testing
from service.contributions.checkout.declined_store import DeclinedSession
from service.database.transaction import committed
from service.errors import StripeRefusedError, StripeUnavailableError
from service.services import Services
from service.stripe_facts.contribution_store import count_outcomes

# A reader with a wrong expiry date and an empty card needs three tries. Thieves need hundreds.
MAX_DECLINES = 5

log = structlog.get_logger()


def expire_declined_sessions(services: Services) -> int:
    """Expire every open page with MAX_DECLINES declined charges. Return how many were expired.

    While cards are being tested on a site, a single declined charge is enough there. A page that Stripe cannot expire
    now is tried again next time.
    """
    since = services.clock() - WINDOW
    with committed(services.engine) as connection:
        sessions = declined_store.declined_sessions(connection, since)
        sites = {session.site for session in sessions}
        tested = {site for site in sites if is_card_testing(Outcomes(*count_outcomes(connection, site, since)))}
    wanted = [session for session in sessions if session.declined_count >= MAX_DECLINES or session.site in tested]
    return sum(_expire(services, session) for session in wanted)


def _expire(services: Services, session: DeclinedSession) -> bool:
    try:
        with suppress(StripeRefusedError):  # the page is no longer open: it was paid, or expired by itself
            services.gateway.expire_checkout_session(session.session_id)
    except StripeUnavailableError:
        return False
    with committed(services.engine) as connection:
        declined_store.close_session(connection, session.contribution_id)
    log.warning("checkout_expired", contribution=session.contribution_id, declined_count=session.declined_count)
    return True
