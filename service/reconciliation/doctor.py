"""Check the payment setup (the account at Stripe, this clock, unfinished work) and say how to fix problems."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from service.contributions.mail.outbox_store import unsent_mail
from service.database.login import is_login_too_powerful
from service.database.transaction import committed
from service.jobs.worker_store import worker_silence
from service.ledger.accounts import Account
from service.ledger.manual.open_items_store import open_items
from service.reconciliation.pull_store import pulled_through
from service.services import Services
from service.settings import Settings
from service.stripe_events.backlog_store import EventBacklog, event_backlog
from service.stripe_events.store import known_ids
from service.stripe_gateway import API_VERSION
from service.stripe_gateway.account import AccountSetup, PortalConfiguration, WebhookEndpoint
from service.stripe_gateway.event_types import SUBSCRIBED_EVENTS

MAX_SKEW = timedelta(seconds=60)
SETUP = "Run `setup` with the environment file"
MAX_LAG = timedelta(minutes=10)
MAX_PULL_AGE = timedelta(hours=2)
GAP_WINDOW = timedelta(days=30)  # as long as Stripe lists an event
MAX_WORKER_SILENCE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class SetupFinding:
    """The result of one check. `remedy` says what to do, and is empty if there is nothing to do."""

    is_fine: bool
    what: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Backlog:
    """Unfinished work: events, mails, receipts on account 4900, and the last complete pull (None: never).

    `unsent_mail` counts mails by the error that they failed with. `worker_silence` is None if no worker runs.
    """

    events: EventBacklog
    unsent_mail: Mapping[str, int]
    unmatched_charge_count: int
    pulled_through_at: datetime | None
    worker_silence: timedelta | None


# Stripe's API does not show these settings, so a person has to read them in the dashboard.
ONLY_IN_DASHBOARD = (
    SetupFinding(
        True,
        "Stripe's API does not show the account's retry policy",
        "See in the dashboard (Billing, Revenue recovery) what happens to a subscription after the last retry.",
    ),
    SetupFinding(
        True,
        "Stripe's API does not show how long before a renewal it sends invoice.upcoming",
        "Set it in the dashboard (Billing, upcoming renewal events) to the notice period that your law requires.",
    ),
)


def examine_work(services: Services) -> tuple[SetupFinding, ...]:
    """Check the login and the unfinished work. Raise StoreUnavailableError if the database cannot be read."""
    with committed(services.engine) as connection:
        backlog = read_backlog(connection)
        login = examine_login(is_powerful=is_login_too_powerful(connection))
    return (login, *examine_proxies(services.settings), *examine_backlog(backlog, services.clock()))


def examine_account_setup(services: Services) -> tuple[SetupFinding, ...]:
    """Check the account at Stripe. It does not need the database.

    Raise StripeUnavailableError or StripeRefusedError if Stripe does not answer.
    """
    setup = services.gateway.fetch_account_setup()
    return (
        *examine_endpoints(setup.endpoints, f"{services.settings.public_url}/webhooks/stripe"),
        examine_portal(setup.portal),
        examine_clock(setup, services.clock()),
    )


def examine_login(*, is_powerful: bool) -> SetupFinding:
    """Check that the database keeps the application from changing the ledger."""
    what = "the service signs in to the database as a user who can{} change the ledger"
    remedy = "Give it a user of its own; see `The database` in docs/operate.md." if is_powerful else ""
    return SetupFinding(not is_powerful, what.format("" if is_powerful else "not"), remedy)


def examine_proxies(settings: Settings) -> Iterator[SetupFinding]:
    """Say what readers share if a proxy is in front and the service does not know of it."""
    if settings.is_https and not settings.trusted_proxies:
        yield SetupFinding(
            True,
            "PUBLIC_URL is https, and TRUSTED_PROXIES is 0",
            "If a proxy ends TLS, set TRUSTED_PROXIES: otherwise all readers share one rate limit.",
        )


def read_backlog(connection: Connection) -> Backlog:
    """Count the unfinished work."""
    return Backlog(
        events=event_backlog(connection),
        unsent_mail=unsent_mail(connection),
        unmatched_charge_count=len(open_items(connection, [Account.RECEIPTS_NOT_OURS])),
        pulled_through_at=pulled_through(connection),
        worker_silence=worker_silence(connection),
    )


def examine_endpoints(endpoints: tuple[WebhookEndpoint, ...], url: str) -> Iterator[SetupFinding]:
    """Check that the webhook endpoint for `url` exists, is enabled, gets all events and has the pinned API version."""
    endpoint = next((endpoint for endpoint in endpoints if endpoint.url == url), None)
    if endpoint is None:
        yield SetupFinding(
            False,
            f"there is no webhook endpoint for {url}",
            f"{SETUP}, which creates one. Or create it in Stripe's dashboard, for the events "
            f"that docs/contributions.md lists, with API version {API_VERSION}, and put its secret into "
            "STRIPE_WEBHOOK_SECRETS.",
        )
        return
    state = "enabled" if endpoint.is_enabled else "disabled"
    remedy = "" if endpoint.is_enabled else f"{SETUP}, or enable it in Stripe's dashboard."
    yield SetupFinding(endpoint.is_enabled, f"webhook endpoint {endpoint.id} is {state}", remedy)
    missing = sorted(SUBSCRIBED_EVENTS - endpoint.enabled_events) if "*" not in endpoint.enabled_events else []
    remedy = f"{SETUP}, or enable these events: {', '.join(missing)}" if missing else ""
    yield SetupFinding(not missing, f"{len(SUBSCRIBED_EVENTS)} event types wanted, {len(missing)} not sent", remedy)
    is_pinned = endpoint.api_version == API_VERSION
    remedy = (
        f"Run `setup --replace-endpoint`: the service expects {API_VERSION}. Meanwhile no money is lost, because every "
        "object is fetched again."
    )
    what = f"the endpoint's API version is {endpoint.api_version or 'the default of the account'}"
    yield SetupFinding(is_pinned, what, "" if is_pinned else remedy)


def examine_portal(portal: PortalConfiguration | None) -> SetupFinding:
    """Check that contributors can cancel and change their card, and that a changed amount is not charged pro rata."""
    if portal is None:
        return SetupFinding(False, "no customer portal is set up", "Save its settings in Stripe's dashboard.")
    problems = [
        (not portal.can_cancel, "switch cancelling on"),
        (not portal.can_update_card, "switch updating the payment method on"),
        (portal.does_prorate, "switch proration off"),
    ]
    remedies = [remedy for is_wrong, remedy in problems if is_wrong]
    remedy = f"In its settings, {', '.join(remedies)}." if remedies else ""
    return SetupFinding(not remedies, f"customer portal {portal.id}", remedy)


def examine_clock(setup: AccountSetup, now: datetime) -> SetupFinding:
    """Check that this clock is within a minute of Stripe's. Webhook signatures are valid for five minutes only."""
    if setup.stripe_at is None:
        return SetupFinding(True, "Stripe's answer had no time to compare this clock with")
    skew = abs(setup.stripe_at - now)
    remedy = "" if skew <= MAX_SKEW else "Set this machine's clock (NTP): otherwise webhook signatures are refused."
    return SetupFinding(skew <= MAX_SKEW, f"this clock is {skew.total_seconds():.0f} s from Stripe's", remedy)


def examine_backlog(backlog: Backlog, now: datetime) -> Iterator[SetupFinding]:
    """Check that nothing has waited for long or was given up, and that all money belongs to contributions."""
    yield _examine_worker(backlog.worker_silence)
    yield from _examine_events(backlog.events, now)
    errors = "".join(f"; {count} with: {error}" for error, count in backlog.unsent_mail.items())
    yield SetupFinding(
        not backlog.unsent_mail,
        f"mails that could not be sent: {sum(backlog.unsent_mail.values())}{errors}",
        "Check SMTP_URL and MAIL_FROM. The log lines `mail_not_sent` name the contributions." if errors else "",
    )
    remedy = "They are on account 4900: see `ledger open-items`, then use `ledger reclassify` or `ledger rules send`."
    yield SetupFinding(
        not backlog.unmatched_charge_count,
        f"receipts that belong to no contribution and wait to be reclassified: {backlog.unmatched_charge_count}",
        remedy if backlog.unmatched_charge_count else "",
    )
    is_fresh = backlog.pulled_through_at is not None and now - backlog.pulled_through_at <= MAX_PULL_AGE
    pulled = f"{backlog.pulled_through_at:%Y-%m-%d %H:%M} UTC" if backlog.pulled_through_at else "never"
    yield SetupFinding(is_fresh, f"the balance was last pulled completely: {pulled}", "" if is_fresh else "Run `sync`.")


def _examine_worker(silence: timedelta | None) -> SetupFinding:
    is_fine = silence is not None and silence <= MAX_WORKER_SILENCE
    seen = "no worker is running" if silence is None else f"a worker was last alive {silence.total_seconds():.0f} s ago"
    return SetupFinding(is_fine, seen, "" if is_fine else "Start one: `flask --app wsgi worker`")


def _examine_events(events: EventBacklog, now: datetime) -> Iterator[SetupFinding]:
    lag = now - (events.oldest_waiting_at or now)
    yield SetupFinding(
        lag <= MAX_LAG,
        f"events waiting: {events.waiting_count}{_oldest(lag)}",
        "" if lag <= MAX_LAG else "Read in the worker's log why it does not work on them.",
    )
    remedy = "See `events list --status dead`, then `events requeue`. After an outage of Stripe, `sync` requeues them."
    yield SetupFinding(
        not events.dead_count,
        f"events given up: {events.dead_count}{_oldest(now - (events.oldest_dead_at or now))}",
        remedy if events.dead_count else "",
    )


def examine_arrivals(services: Services) -> SetupFinding:
    """Check that the inbox has every event that Stripe still lists.

    Types that we do not act on are left out, because our endpoint need not get them. Events of the last ten minutes
    are left out, because they may be on their way. Raise StripeUnavailableError if Stripe does not answer.
    """
    now = services.clock()
    events = services.gateway.list_events(now - GAP_WINDOW, now - MAX_LAG)
    wanted = {event.envelope.id for event in events if event.envelope.is_known}
    with committed(services.engine) as connection:
        missing = wanted - known_ids(connection, sorted(wanted))
    remedy = (
        "Run `backfill`. If they go on missing, STRIPE_WEBHOOK_SECRETS is not the secret of this endpoint, or Stripe "
        "cannot reach PUBLIC_URL: the endpoint's page in Stripe's dashboard shows the answers that it got."
    )
    return SetupFinding(
        not missing,
        f"events of the last {GAP_WINDOW.days} days that never arrived: {len(missing)} of {len(wanted)}",
        remedy if missing else "",
    )


def _oldest(age: timedelta) -> str:
    """Return how long ago the oldest event came, in minutes, hours or days. Return an empty text for an age of zero."""
    hours = age / timedelta(hours=1)
    text = f"{hours * 60:.0f} min" if hours < 1 else f"{hours:.1f} h" if hours < 48 else f"{hours / 24:.0f} days"
    return f", the oldest came {text} ago" if age else ""
