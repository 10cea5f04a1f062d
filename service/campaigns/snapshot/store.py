"""One consistent reading of everything decisions need to know."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from service.campaigns.experiment import VariantShare
from service.campaigns.snapshot.measures_store import load_raised, load_variant_shares
from service.campaigns.store import (
    DocumentKind,
    DocumentVersion,
    creation_times,
    current_number,
    newest_versions,
    next_scheduled_at,
    versions_in_force,
)
from service.campaigns.switch_store import Switch, paused_switches


@dataclass(frozen=True, slots=True)
class StoredCampaigns:
    """What the database held at one instant. `created_at`: first saved, by kind and key."""

    number: int
    in_force: tuple[DocumentVersion, ...]
    newest: tuple[DocumentVersion, ...]
    created_at: Mapping[tuple[DocumentKind, str], datetime]
    paused: frozenset[Switch]
    variant_shares: Mapping[str, tuple[VariantShare, ...]]
    raised_minor: Mapping[str, int]
    next_change_at: datetime | None


def read_all(engine: Engine, now: datetime) -> StoredCampaigns:
    """Everything as of one instant of the database."""
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection, connection.begin():
        return StoredCampaigns(
            number=current_number(connection),
            in_force=versions_in_force(connection, now),
            newest=newest_versions(connection),
            created_at=creation_times(connection),
            paused=paused_switches(connection),
            variant_shares=load_variant_shares(connection),
            raised_minor=load_raised(connection),
            next_change_at=next_scheduled_at(connection, now),
        )


def read_number(engine: Engine) -> int:
    """The number alone: whether there is anything new to read."""
    with engine.connect() as connection:
        return current_number(connection)
