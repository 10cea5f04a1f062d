"""Configurations of the customer portal: which features its pages offer."""

import copy

from infra.stripe_sandbox.sandbox import Sandbox
from infra.stripe_sandbox.store import Json

_OFF: Json = {
    "customer_update": {"allowed_updates": [], "enabled": False},
    "invoice_history": {"enabled": False},
    "payment_method_update": {"enabled": False},
    "subscription_cancel": {
        "cancellation_reason": {"enabled": False, "options": []},
        "enabled": False,
        "mode": "at_period_end",
        "proration_behavior": "none",
    },
    "subscription_pause": {"duration": {"type": "indefinite", "interval_options": []}, "enabled": False},
    "subscription_update": {
        "default_allowed_updates": [],
        "enabled": False,
        "products": [],
        "proration_behavior": "none",
        "schedule_at_period_end": {"conditions": []},
        "trial_update_behavior": "end_trial",
    },
}


_DEFAULT: Json = {
    "customer_update": {"allowed_updates": ["email", "name"], "enabled": True},
    "invoice_history": {"enabled": True},
    "payment_method_update": {"enabled": True},
    "subscription_cancel": {"enabled": True},
}


def make(sandbox: Sandbox, features: Json, params: Json, *, is_default: bool = False) -> Json:
    """Store a configuration. A feature that `features` does not name is off."""
    now = sandbox.now()
    body: Json = {
        "id": sandbox.id("bpc"),
        "object": "billing_portal.configuration",
        "active": True,
        "business_profile": params.get("business_profile", {}),
        "created": now,
        "default_return_url": params.get("default_return_url"),
        "features": merged_features(_OFF, features),
        "is_default": is_default,
        "livemode": False,
        "login_page": {"enabled": params.get("login_page", {}).get("enabled", False)},
        "metadata": params.get("metadata") or {},
        "name": params.get("name"),
        "updated": now,
    }
    return sandbox.store.add(body)


def merged_features(before: Json, given: Json) -> Json:
    """Return the features after an update, as a copy."""
    features = copy.deepcopy(before)
    for name, values in given.items():
        features[name] |= values
    return features


def default(sandbox: Sandbox) -> Json:
    """Return the default configuration. The first call makes it."""
    existing = next(sandbox.store.where("billing_portal.configuration", is_default=True), None)
    return existing or make(sandbox, _DEFAULT, {}, is_default=True)
