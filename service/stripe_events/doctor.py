"""Looking the whole money road over: what is wrong, and what to do about it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.errors import StripeRefusedError, StripeUnavailableError
from service.services import Services
from service.stripe_events import doctor_store, store
from service.stripe_events.doctor_store import Backlog
from service.stripe_events.event_objects import SUBSCRIBED_EVENTS
from service.stripe_gateway import API_VERSION
from service.stripe_gateway.account import AccountSetup, PortalConfiguration, WebhookEndpoint

MAX_SKEW = timedelta(seconds=60)
MAX_LAG = timedelta(minutes=10)
MAX_PULL_AGE = timedelta(hours=2)
GAP_WINDOW = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `remedy` is empty where nothing has to be done."""

    is_fine: bool
    what: str
    remedy: str = ""


def examine(services: Services) -> tuple[Finding, ...]:
    """Every check, in order; a Stripe that cannot be asked is a finding of its own."""
    now = services.clock()
    with services.engine.begin() as connection:
        backlog = doctor_store.backlog(connection)
    found = list(examine_backlog(backlog, now))
    try:
        setup = services.gateway.fetch_account_setup()
        found += [
            *examine_endpoints(setup.endpoints, f"{services.settings.public_url}/webhooks/stripe"),
            examine_portal(setup.portal),
            examine_clock(setup, now),
            _gaps(services, now),
        ]
    except (StripeUnavailableError, StripeRefusedError) as error:
        found.append(Finding(False, str(error), "Check STRIPE_API_KEY, STRIPE_API_BASE and the way to Stripe."))
    found.append(
        Finding(
            True,
            "Stripe does not tell its retry policy",
            "Look in the dashboard (Billing, Revenue recovery) what happens after the last retry.",
        )
    )
    return tuple(found)


def examine_endpoints(endpoints: tuple[WebhookEndpoint, ...], url: str) -> Iterator[Finding]:
    """The endpoint Stripe sends our events to: there, enabled, complete, and at the pinned version."""
    endpoint = next((each for each in endpoints if each.url == url), None)
    if endpoint is None:
        yield Finding(False, f"no webhook endpoint for {url}", "Create one in Stripe's dashboard and set its secret.")
        return
    yield Finding(endpoint.is_enabled, f"webhook endpoint {endpoint.id}", "" if endpoint.is_enabled else "Enable it.")
    missing = sorted(SUBSCRIBED_EVENTS - endpoint.enabled_events) if "*" not in endpoint.enabled_events else []
    remedy = f"Enable these events: {', '.join(missing)}" if missing else ""
    yield Finding(not missing, f"{len(SUBSCRIBED_EVENTS)} event types wanted, {len(missing)} not sent", remedy)
    is_pinned = endpoint.api_version == API_VERSION
    remedy = "" if is_pinned else f"Not harmful, as objects are fetched anew; recreate it with {API_VERSION}."
    yield Finding(True, f"the endpoint's API version is {endpoint.api_version or 'the default'}", remedy)


def examine_portal(portal: PortalConfiguration | None) -> Finding:
    """Leaving must be as easy as joining, and a changed amount must not charge a rest of a month."""
    if portal is None:
        return Finding(False, "no customer portal is set up", "Save its settings in Stripe's dashboard.")
    wishes = [
        (not portal.can_cancel, "switch cancelling on"),
        (not portal.can_update_card, "switch updating the payment method on"),
        (portal.does_prorate, "switch proration off"),
    ]
    remedies = [remedy for is_wrong, remedy in wishes if is_wrong]
    remedy = f"In its settings, {', '.join(remedies)}." if remedies else ""
    return Finding(not remedies, f"customer portal {portal.id}", remedy)


def examine_clock(setup: AccountSetup, now: datetime) -> Finding:
    """Signatures count for five minutes, so this clock must be right."""
    if setup.stripe_at is None:
        return Finding(True, "Stripe did not tell its time")
    skew = abs(setup.stripe_at - now)
    remedy = "" if skew <= MAX_SKEW else "Set this machine's clock (NTP): signatures will be refused."
    return Finding(skew <= MAX_SKEW, f"the clock is {skew.total_seconds():.0f} s from Stripe's", remedy)


def examine_backlog(backlog: Backlog, now: datetime) -> Iterator[Finding]:
    """What waits, what was given up, and money nobody claims."""
    lag = now - backlog.oldest_waiting_at if backlog.oldest_waiting_at else timedelta()
    yield Finding(
        lag <= MAX_LAG,
        f"{backlog.waiting_count} events wait, the oldest for {lag.total_seconds():.0f} s",
        "" if lag <= MAX_LAG else "Is a worker running? `flask --app wsgi worker`",
    )
    yield Finding(
        not backlog.dead_count,
        f"{backlog.dead_count} events were given up",
        "See `events list --status dead`, then `events requeue`; after an outage of Stripe, the next `sync` does it."
        if backlog.dead_count
        else "",
    )
    yield Finding(
        not backlog.unsent_mail_count,
        f"{backlog.unsent_mail_count} mails could not be sent",
        "Check SMTP_URL and MAIL_FROM." if backlog.unsent_mail_count else "",
    )
    yield Finding(
        not backlog.unmatched_charge_count,
        f"{backlog.unmatched_charge_count} charges belong to no contribution",
        "They are booked as other income; see the exceptions export." if backlog.unmatched_charge_count else "",
    )
    is_fresh = backlog.pulled_through_at is not None and now - backlog.pulled_through_at <= MAX_PULL_AGE
    pulled = f"{backlog.pulled_through_at:%Y-%m-%d %H:%M} UTC" if backlog.pulled_through_at else "never"
    yield Finding(is_fresh, f"the balance was last pulled completely: {pulled}", "" if is_fresh else "Run `sync`.")


def _gaps(services: Services, now: datetime) -> Finding:
    """Events of the last day that Stripe lists and the inbox lacks."""
    listed = [event.envelope.id for event in services.gateway.list_events(now - GAP_WINDOW, now)]
    with services.engine.begin() as connection:
        missing = len(set(listed)) - len(store.known_ids(connection, listed))
    remedy = "Run `backfill`." if missing else ""
    return Finding(not missing, f"{missing} of {len(listed)} events of the last day never arrived", remedy)
