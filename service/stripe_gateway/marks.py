"""The mark on the Stripe objects that we create: versioned metadata that names the contribution they belong to."""

from service.money import Interval
from service.stripe_gateway.facts import ContributionMark
from service.stripe_gateway.fields import StripeJson, text

SCHEMA_VERSION = "1"
MAX_VALUE_CHARACTERS = 500  # https://docs.stripe.com/metadata


def mark_metadata(mark: ContributionMark) -> dict[str, str]:
    """Return the metadata for a mark, without empty values: to Stripe an empty value means to delete the key."""
    values = {
        "keepopen_schema": SCHEMA_VERSION,
        "keepopen_contribution": mark.contribution_id,
        "keepopen_site": mark.site,
        "keepopen_interval": mark.interval.value,
        "keepopen_campaign": mark.campaign,
        "keepopen_variant": mark.variant,
        "keepopen_page": mark.page_id,
        "keepopen_fund": mark.fund,
    }
    return {key: value[:MAX_VALUE_CHARACTERS] for key, value in values.items() if value}


def read_mark(metadata: StripeJson) -> ContributionMark | None:
    """Return the mark in an object's metadata, or None if there is none, or if it is damaged or of another version."""
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
        fund=text(metadata, "keepopen_fund"),
    )
