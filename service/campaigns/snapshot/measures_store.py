"""Tables of values that jobs measure for the snapshot: the shares of a bandit's variants, and the amounts raised."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Connection,
    Double,
    Table,
    Text,
    delete,
    select,
)
from sqlalchemy.dialects.postgresql import insert

from service.campaigns.experiment import VariantShare
from service.campaigns.store import next_number
from service.database.columns import INSTANT
from service.database.metadata import metadata

variant_shares = Table(
    "variant_shares",
    metadata,
    Column("campaign", Text, primary_key=True),
    Column("variant", Text, primary_key=True),
    Column("share", Double, nullable=False),
    Column("measured_at", INSTANT, nullable=False),
    CheckConstraint("share >= 0 AND share <= 1", name="share"),
)
raised_amounts = Table(
    "raised_amounts",
    metadata,
    Column("campaign", Text, primary_key=True),
    Column("raised_minor", BigInteger, nullable=False),
    Column("measured_at", INSTANT, nullable=False),
)


def save_variant_shares(
    connection: Connection, campaign: str, shares: tuple[VariantShare, ...], measured_at: datetime
) -> None:
    """Replace the measured shares of a campaign. Every process loads them within seconds."""
    next_number(connection)
    connection.execute(delete(variant_shares).where(variant_shares.c.campaign == campaign))
    for share in shares:
        row = {"campaign": campaign, "variant": share.variant, "share": share.share, "measured_at": measured_at}
        connection.execute(insert(variant_shares).values(row))


def save_raised(connection: Connection, raised_minor: Mapping[str, int], measured_at: datetime) -> None:
    """Save the amounts raised so far by campaign key, in minor units of the ticker's currency."""
    next_number(connection)
    for campaign, amount_minor in raised_minor.items():
        values = {"raised_minor": amount_minor, "measured_at": measured_at}
        row = insert(raised_amounts).values(campaign=campaign, **values)
        connection.execute(row.on_conflict_do_update(index_elements=["campaign"], set_=values))


def load_variant_shares(connection: Connection) -> dict[str, tuple[VariantShare, ...]]:
    """Return the measured shares by campaign key. The variants of a campaign are ordered by key."""
    found: dict[str, tuple[VariantShare, ...]] = {}
    order = (variant_shares.c.campaign, variant_shares.c.variant)
    for row in connection.execute(select(variant_shares).order_by(*order)):
        found[row.campaign] = (*found.get(row.campaign, ()), VariantShare(row.variant, row.share))
    return found


def load_raised(connection: Connection) -> dict[str, int]:
    """Return the amounts raised by campaign key, in minor units of the ticker's currency."""
    return {row.campaign: row.raised_minor for row in connection.execute(select(raised_amounts))}
