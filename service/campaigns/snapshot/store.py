"""Reads everything that a snapshot needs from the database, in a single consistent transaction."""

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
    older_site_versions,
    versions_in_force,
)
from service.campaigns.switch_store import Pause, Switch, next_pause_end, pauses_in_force
from service.database.transaction import connected


@dataclass(frozen=True, slots=True)
class StoredCampaigns:
    """The contents of the database at an instant. `created_at` is the time of the first save, by kind and key.

    `older_sites`: versions of sites before those in force, newest first, in case one of those cannot be read.
    """

    number: int
    in_force: tuple[DocumentVersion, ...]
    newest: tuple[DocumentVersion, ...]
    created_at: Mapping[tuple[DocumentKind, str], datetime]
    paused: Mapping[Switch, Pause]
    variant_shares: Mapping[str, tuple[VariantShare, ...]]
    raised_minor: Mapping[str, int]
    next_change_at: datetime | None
    older_sites: tuple[DocumentVersion, ...] = ()


def read_all(engine: Engine, now: datetime) -> StoredCampaigns:
    """Read everything that a snapshot needs, as of a single instant of the database."""
    with connected(engine, isolation_level="REPEATABLE READ") as connection, connection.begin():
        changes = (next_scheduled_at(connection, now), next_pause_end(connection, now))
        return StoredCampaigns(
            number=current_number(connection),
            in_force=versions_in_force(connection, now),
            newest=newest_versions(connection),
            created_at=creation_times(connection),
            paused=pauses_in_force(connection, now),
            variant_shares=load_variant_shares(connection),
            raised_minor=load_raised(connection),
            next_change_at=min(filter(None, changes), default=None),
            older_sites=older_site_versions(connection),
        )


def read_number(engine: Engine) -> int:
    """Read only the snapshot's number, which shows whether something has changed."""
    with connected(engine) as connection:
        return current_number(connection)
