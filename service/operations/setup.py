"""Set up an installation: make keys, create what is needed at Stripe, and write the environment file. Repeatable."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from secrets import token_urlsafe

from service.errors import ConflictError
from service.operations.environment_file import read_environment, save_environment
from service.settings import Settings, read_settings
from service.stripe_gateway import API_VERSION, StripeGateway
from service.stripe_gateway.account import PortalConfiguration, WebhookEndpoint
from service.stripe_gateway.event_types import SUBSCRIBED_EVENTS

KEY_BYTES = 36
UNKNOWN_SECRET = "whsec_not_known_yet"  # noqa: S105 it stands for the one that Stripe will make
DEFAULT_VAR_DIR = Path("var")


class EndpointExistsError(ConflictError):
    """Stripe has a webhook endpoint for this address already, and does not show its secret again."""

    code = "endpoint_exists"


@dataclass(frozen=True, slots=True)
class SetupWish:
    """What the operator said. `answers` are environment variables; an empty value keeps what the file has."""

    path: Path
    answers: dict[str, str]
    replaces_endpoint: bool = False


def set_up(wish: SetupWish) -> Iterator[str]:
    """Do what is missing, and yield a sentence for each thing that was done.

    Nothing is written before the answers are usable and Stripe takes the key. Then everything is written to the file at
    once, so that a secret that Stripe shows only once is never lost. Raise SettingsError if an answer is not usable,
    and EndpointExistsError if the secret of the endpoint is not known.
    """
    given = read_environment(wish.path) | {name: value for name, value in wish.answers.items() if value}
    said = [*_generate(given)]
    _refuse_unusable(given)
    gateway = StripeGateway(_for_stripe(given))
    setup = gateway.fetch_account_setup()
    save_environment(wish.path, given)
    yield from said
    for step in (_endpoint(gateway, setup.endpoints, given, wish), _portal(gateway, setup.portal, given)):
        for sentence in step:
            save_environment(wish.path, given)
            yield sentence
    read_settings(given)
    yield f"{wish.path} is complete."


def _generate(given: dict[str, str]) -> Iterator[str]:
    """Add what nobody has to choose: keys, and a folder that is the same wherever a command is called from."""
    for name in ("SECRET_KEYS", "METRICS_TOKEN"):
        if not given.get(name):
            given[name] = token_urlsafe(KEY_BYTES)
            yield f"{name} was generated."
    if not given.get("DATABASE_URL") and not given.get("VAR_DIR"):
        given["VAR_DIR"] = str(DEFAULT_VAR_DIR.resolve())
        yield f"VAR_DIR, with the database, is {given['VAR_DIR']}."


def _refuse_unusable(given: dict[str, str]) -> None:
    """Raise SettingsError if these settings are not usable, apart from the secret that Stripe has yet to make."""
    read_settings({"STRIPE_WEBHOOK_SECRETS": UNKNOWN_SECRET, **given})


def _for_stripe(given: dict[str, str]) -> Settings:
    """Return settings that are enough to talk to Stripe."""
    return Settings(
        public_url=given.get("PUBLIC_URL", ""),
        secret_keys=(given["SECRET_KEYS"],),
        stripe_api_key=given.get("STRIPE_API_KEY", ""),
        stripe_webhook_secrets=(UNKNOWN_SECRET,),
        stripe_api_base=given.get("STRIPE_API_BASE") or None,
        stripe_portal_configuration=given.get("STRIPE_PORTAL_CONFIGURATION") or None,
    )


def _endpoint(
    gateway: StripeGateway, endpoints: tuple[WebhookEndpoint, ...], given: dict[str, str], wish: SetupWish
) -> Iterator[str]:
    url = f"{given['PUBLIC_URL']}/webhooks/stripe"
    known = next((endpoint for endpoint in endpoints if endpoint.url == url), None)
    if known is not None and given.get("STRIPE_WEBHOOK_SECRETS") and not wish.replaces_endpoint:
        if not known.is_enabled or not known.enabled_events >= SUBSCRIBED_EVENTS:
            gateway.change_endpoint(known.id, SUBSCRIBED_EVENTS)
            yield f"The webhook endpoint {known.id} now gets all {len(SUBSCRIBED_EVENTS)} types of event."
        return
    if known is not None and not wish.replaces_endpoint:
        raise EndpointExistsError(
            f"Stripe has the webhook endpoint {known.id} for {url} already, and shows its secret in the dashboard. "
            "Copy it from there into STRIPE_WEBHOOK_SECRETS in the file, or run again with --replace-endpoint"
        )
    endpoint_id, secret = gateway.create_endpoint(url, SUBSCRIBED_EVENTS)
    given["STRIPE_WEBHOOK_SECRETS"] = ",".join(filter(None, (secret, given.get("STRIPE_WEBHOOK_SECRETS"))))
    yield f"The webhook endpoint {endpoint_id} was created, with API version {API_VERSION}; its secret is in the file."
    if known is not None:
        gateway.delete_endpoint(known.id)
        yield f"The webhook endpoint {known.id} was deleted."


def _portal(gateway: StripeGateway, portal: PortalConfiguration | None, given: dict[str, str]) -> Iterator[str]:
    if portal is None:
        given["STRIPE_PORTAL_CONFIGURATION"] = gateway.create_portal(f"{given['PUBLIC_URL']}/portal")
        yield f"The customer portal {given['STRIPE_PORTAL_CONFIGURATION']} was created."
    elif not portal.can_cancel or not portal.can_update_card or portal.does_prorate:
        gateway.change_portal(portal.id)
        yield f"The customer portal {portal.id} now lets contributors cancel and change their card."
