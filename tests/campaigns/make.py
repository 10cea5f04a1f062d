"""Builders of valid sites and campaigns, as documents and as values, for tests."""

from datetime import UTC, datetime
from typing import Any

from service.campaigns.campaign import Campaign
from service.campaigns.documents import load_campaign, load_site
from service.campaigns.site import Site

NOW = datetime(2026, 11, 18, 10, 30, tzinfo=UTC)


def site_document(**changes: Any) -> dict[str, Any]:
    """Return a small valid site document. `changes` replace its fields."""
    document = {
        "key": "courier",
        "name": "The Courier",
        "timezone": "Europe/Dublin",
        "home_url": "https://courier.example/",
        "privacy_url": "https://courier.example/privacy",
        "origins": ["https://courier.example"],
        "currency": "EUR",
    }
    return document | changes


def campaign_document(**changes: Any) -> dict[str, Any]:
    """Return a small valid campaign document. `changes` replace its fields."""
    document = {
        "key": "autumn",
        "site": "courier",
        "kind": "epic",
        "placement": "article_end",
        "frequency": {"caps": {"impressions": 4, "days": 30}},
        "cool_off": {"after_dismissal": {"days": 14}},
        "variants": [variant_document()],
    }
    return document | changes


def variant_document(**changes: Any) -> dict[str, Any]:
    """Return a small valid variant document. `changes` replace its fields."""
    return {"key": "control", "copy": {"en": {"heading": "Stay with us", "button": "Contribute"}}} | changes


def site(**changes: Any) -> Site:
    """Return the site that `site_document` describes."""
    return load_site(site_document(**changes))


def campaign(**changes: Any) -> Campaign:
    """Return the campaign that `campaign_document` describes."""
    return load_campaign(campaign_document(**changes))
