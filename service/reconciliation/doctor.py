"""Looking the whole money road over: what is wrong, and what to do about it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.errors import StripeRefusedError, StripeUnavailableError
from service.reconciliation import doctor_store
from service.reconciliation.doctor_store import Backlog
from service.services import Services
from service.stripe_events import store
from service.stripe_gateway import API_VERSION
from service.stripe_gateway.account import AccountSetup, PortalConfiguration, WebhookEndpoint
from service.stripe_gateway.event_types import SUBSCRIBED_EVENTS

MAX_SKEW = timedelta(seconds=60)
MAX_LAG = timedelta(minutes=10)
MAX_PULL_AGE = timedelta(hours=2)
GAP_WINDOW = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class SetupFinding:
    """One thing that was looked at. `remedy` is empty where nothing has to be done."""

    is_fine: bool
    what: str
    remedy: str = ""


UNTOLD = (
    SetupFinding(
        True,
        "Stripe does not tell its retry policy",
        "Look in the dashboard (Billing, Revenue recovery) what happens after the last retry.",
    ),
    SetupFinding(
        True,
        "Stripe does not tell how long before a renewal it sends invoice.upcoming",
        "Look in the dashboard (Billing, upcoming renewal events): as long as the law wants notice of a renewal.",
    ),
)


def examine(services: Services) -> tuple[SetupFinding, ...]:
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
        found.append(SetupFinding(False, str(error), "Check STRIPE_API_KEY, STRIPE_API_BASE and the way to Stripe."))
    return (*found, *UNTOLD)


def examine_endpoints(endpoints: tuple[WebhookEndpoint, ...], url: str) -> Iterator[SetupFinding]:
    """The endpoint Stripe sends our events to: there, enabled, complete, and at the pinned version."""
    endpoint = next((each for each in endpoints if each.url == url), None)
    if endpoint is None:
        yield SetupFinding(
            False,
            f"no webhook endpoint for {url}",
            "Create one in Stripe's dashboard, for the events that "
            f"docs/contributions.md names, at version {API_VERSION}; put its secret into STRIPE_WEBHOOK_SECRETS.",
        )
        return
    yield SetupFinding(
        endpoint.is_enabled, f"webhook endpoint {endpoint.id}", "" if endpoint.is_enabled else "Enable it."
    )
    missing = sorted(SUBSCRIBED_EVENTS - endpoint.enabled_events) if "*" not in endpoint.enabled_events else []
    remedy = f"Enable these events: {', '.join(missing)}" if missing else ""
    yield SetupFinding(not missing, f"{len(SUBSCRIBED_EVENTS)} event types wanted, {len(missing)} not sent", remedy)
    is_pinned = endpoint.api_version == API_VERSION
    remedy = "" if is_pinned else f"Not harmful, as objects are fetched anew; recreate it with {API_VERSION}."
    yield SetupFinding(True, f"the endpoint's API version is {endpoint.api_version or 'the default'}", remedy)


def examine_portal(portal: PortalConfiguration | None) -> SetupFinding:
    """Leaving must be as easy as joining, and a changed amount must not charge a rest of a month."""
    if portal is None:
        return SetupFinding(False, "no customer portal is set up", "Save its settings in Stripe's dashboard.")
    wishes = [
        (not portal.can_cancel, "switch cancelling on"),
        (not portal.can_update_card, "switch updating the payment method on"),
        (portal.does_prorate, "switch proration off"),
    ]
    remedies = [remedy for is_wrong, remedy in wishes if is_wrong]
    remedy = f"In its settings, {', '.join(remedies)}." if remedies else ""
    return SetupFinding(not remedies, f"customer portal {portal.id}", remedy)


def examine_clock(setup: AccountSetup, now: datetime) -> SetupFinding:
    """Signatures count for five minutes, so this clock must be right."""
    if setup.stripe_at is None:
        return SetupFinding(True, "Stripe did not tell its time")
    skew = abs(setup.stripe_at - now)
    remedy = "" if skew <= MAX_SKEW else "Set this machine's clock (NTP): signatures will be refused."
    return SetupFinding(skew <= MAX_SKEW, f"this clock is {skew.total_seconds():.0f} s from Stripe's", remedy)


def examine_backlog(backlog: Backlog, now: datetime) -> Iterator[SetupFinding]:
    """What waits, what was given up, and money nobody claims."""
    lag = now - (backlog.oldest_waiting_at or now)
    rest = now - (backlog.oldest_dead_at or now)
    yield SetupFinding(
        lag <= MAX_LAG,
        f"events waiting: {backlog.waiting_count}{_oldest(lag)}",
        "" if lag <= MAX_LAG else "Is a worker running? `flask --app wsgi worker`",
    )
    yield SetupFinding(
        not backlog.dead_count,
        f"events given up: {backlog.dead_count}{_oldest(rest)}",
        "See `events list --status dead`, then `events requeue`; after an outage of Stripe, the next `sync` does it."
        if backlog.dead_count
        else "",
    )
    yield SetupFinding(
        not backlog.unsent_mail_count,
        f"mails that could not be sent: {backlog.unsent_mail_count}",
        "Check SMTP_URL and MAIL_FROM." if backlog.unsent_mail_count else "",
    )
    yield SetupFinding(
        not backlog.unmatched_charge_count,
        f"charges that belong to no contribution: {backlog.unmatched_charge_count}",
        "They are booked as other income; see the exceptions export." if backlog.unmatched_charge_count else "",
    )
    is_fresh = backlog.pulled_through_at is not None and now - backlog.pulled_through_at <= MAX_PULL_AGE
    pulled = f"{backlog.pulled_through_at:%Y-%m-%d %H:%M} UTC" if backlog.pulled_through_at else "never"
    yield SetupFinding(is_fresh, f"the balance was last pulled completely: {pulled}", "" if is_fresh else "Run `sync`.")


def _gaps(services: Services, now: datetime) -> SetupFinding:
    """Events of the last day that Stripe lists and the inbox lacks.

    Stripe lists also what no endpoint of ours is to be sent, and what is on its way.
    """
    events = services.gateway.list_events(now - GAP_WINDOW, now - MAX_LAG)
    wanted = {event.envelope.id for event in events if event.envelope.is_known}
    with services.engine.begin() as connection:
        missing = wanted - store.known_ids(connection, sorted(wanted))
    remedy = "Run `backfill`." if missing else ""
    return SetupFinding(
        not missing, f"events of the last day that never arrived: {len(missing)} of {len(wanted)}", remedy
    )


def _oldest(age: timedelta) -> str:
    """How long ago the first of them came, in the unit people would use."""
    hours = age / timedelta(hours=1)
    said = f"{hours * 60:.0f} min" if hours < 1 else f"{hours:.1f} h" if hours < 48 else f"{hours / 24:.0f} days"
    return f", the oldest came {said} ago" if age else ""
