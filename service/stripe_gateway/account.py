"""The settings of the Stripe account that we depend on, and its balance."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime

from service.stripe_gateway.fields import StripeJson, is_set, part, required_text, rows, text


@dataclass(frozen=True, slots=True)
class WebhookEndpoint:
    """A webhook endpoint at Stripe.

    `api_version` is None if the endpoint uses the account's default. `enabled_events` may contain `*` for every type.
    """

    id: str
    url: str
    is_enabled: bool
    enabled_events: frozenset[str]
    api_version: str | None


@dataclass(frozen=True, slots=True)
class PortalConfiguration:
    """What contributors can change for themselves in Stripe's customer portal."""

    id: str
    can_cancel: bool
    can_update_card: bool
    does_prorate: bool


@dataclass(frozen=True, slots=True)
class AccountSetup:
    """The webhook endpoints, the default customer portal if there is one, and Stripe's clock.

    `stripe_at` is the time at Stripe when it answered, in whole seconds, or None if the answer had no date.
    """

    endpoints: tuple[WebhookEndpoint, ...]
    portal: PortalConfiguration | None
    stripe_at: datetime | None


@dataclass(frozen=True, slots=True)
class StripeBalance:
    """The money that Stripe holds for us, in minor units per currency, available and pending together.

    `prefunded` is a separate balance, set aside for refunds and disputes.
    """

    payments: Mapping[str, int]
    prefunded: Mapping[str, int] = field(default_factory=dict)


def read_balance(data: StripeJson) -> StripeBalance:
    return StripeBalance(_totals(data), _totals(part(data, "refund_and_dispute_prefunding")))


def _totals(balance: StripeJson) -> dict[str, int]:
    totals: Counter[str] = Counter()
    for row in (*rows(balance, "available"), *rows(balance, "pending")):
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
    """Read the value of a `Date` header. Return None if it is missing or unreadable."""
    try:
        return parsedate_to_datetime(value) if value else None
    except (TypeError, ValueError):
        return None
