"""The mark we leave on every Stripe object we cause: versioned metadata, so that any one of them names the rest."""

from service.money import Interval
from service.stripe_gateway.facts import ContributionMark
from service.stripe_gateway.fields import StripeJson, text

SCHEMA_VERSION = "1"
MAX_VALUE_CHARACTERS = 500  # https://docs.stripe.com/metadata


def mark_metadata(mark: ContributionMark) -> dict[str, str]:
    """Stripe metadata of a mark; unknown parts are left out, as Stripe reads an empty value as a deletion."""
    values = {
        "keepopen_schema": SCHEMA_VERSION,
        "keepopen_contribution": mark.contribution_id,
        "keepopen_site": mark.site,
        "keepopen_interval": mark.interval.value,
        "keepopen_campaign": mark.campaign,
        "keepopen_variant": mark.variant,
        "keepopen_page": mark.page_id,
    }
    return {key: value[:MAX_VALUE_CHARACTERS] for key, value in values.items() if value}


def read_mark(metadata: StripeJson) -> ContributionMark | None:
    """The mark in an object's metadata, or None where it is not ours, of an unknown version, or damaged."""
    contribution_id, site = text(metadata, "keepopen_contribution"), text(metadata, "keepopen_site")
    interval = text(metadata, "keepopen_interval")
    if metadata.get("keepopen_schema") != SCHEMA_VERSION or contribution_id is None or site is None:
        return None
    if interval not in set(Interval):
        return None
    return ContributionMark(
        contribution_id=contribution_id,
        site=site,
        interval=Interval(interval),
        campaign=text(metadata, "keepopen_campaign"),
        variant=text(metadata, "keepopen_variant"),
        page_id=text(metadata, "keepopen_page"),
    )
