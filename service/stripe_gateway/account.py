"""How the Stripe account is set up, as far as we depend on it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime

from service.stripe_gateway.fields import StripeJson, is_set, part, required_text, rows, text


@dataclass(frozen=True, slots=True)
class WebhookEndpoint:
    """`api_version` None: the account's default. `enabled_events` may hold `*`."""

    id: str
    url: str
    is_enabled: bool
    enabled_events: frozenset[str]
    api_version: str | None


@dataclass(frozen=True, slots=True)
class PortalConfiguration:
    """What contributors can do for themselves on Stripe's portal."""

    id: str
    can_cancel: bool
    can_update_card: bool
    does_prorate: bool


@dataclass(frozen=True, slots=True)
class AccountSetup:
    """`stripe_at`: Stripe's own clock when it answered, to whole seconds; None where it does not say."""

    endpoints: tuple[WebhookEndpoint, ...]
    portal: PortalConfiguration | None
    stripe_at: datetime | None


@dataclass(frozen=True, slots=True)
class StripeBalance:
    """What Stripe holds for us per currency, in minor units, available and pending together.

    `prefunded` is what was put aside for refunds and disputes: a purse of its own beside the payments balance.
    """

    payments: Mapping[str, int]
    prefunded: Mapping[str, int] = field(default_factory=dict)


def read_balance(data: StripeJson) -> StripeBalance:
    return StripeBalance(_held(data), _held(part(data, "refund_and_dispute_prefunding")))


def _held(purse: StripeJson) -> dict[str, int]:
    totals: Counter[str] = Counter()
    for row in (*rows(purse, "available"), *rows(purse, "pending")):
        totals[str(row["currency"]).upper()] += int(row["amount"])
    return dict(totals)


def read_endpoint(data: StripeJson) -> WebhookEndpoint:
    events = data.get("enabled_events")
    return WebhookEndpoint(
        id=required_text(data, "id"),
        url=required_text(data, "url"),
        is_enabled=data.get("status") == "enabled",
        enabled_events=frozenset(events) if isinstance(events, list) else frozenset(),
        api_version=text(data, "api_version"),
    )


def read_portal(data: StripeJson) -> PortalConfiguration:
    features = part(data, "features")
    updates = part(features, "subscription_update")
    prorations = text(updates, "proration_behavior") or "none"
    return PortalConfiguration(
        id=required_text(data, "id"),
        can_cancel=is_set(part(features, "subscription_cancel"), "enabled"),
        can_update_card=is_set(part(features, "payment_method_update"), "enabled"),
        does_prorate=is_set(updates, "enabled") and prorations != "none",
    )


def read_http_date(value: str | None) -> datetime | None:
    try:
        return parsedate_to_datetime(value) if value else None
    except (TypeError, ValueError):
        return None
