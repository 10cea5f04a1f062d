"""The table of kill switches. A switch without a row is off."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Boolean, Column, Connection, Table, Text, select
from sqlalchemy.dialects.postgresql import insert

from service.database.columns import INSTANT
from service.database.metadata import metadata

switches = Table(
    "switches",
    metadata,
    Column("site", Text, primary_key=True),
    Column("scope", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("is_paused", Boolean, nullable=False),
    Column("changed_at", INSTANT, nullable=False),
)


class SwitchScope(StrEnum):
    """What a kill switch stops."""

    EVERYTHING = "everything"
    SITE = "site"
    PLACEMENT = "placement"
    KIND = "kind"
    CAMPAIGN = "campaign"


@dataclass(frozen=True, slots=True)
class Switch:
    """A kill switch. `site` is empty if the scope is everything.

    `name` is the placement, the kind or the campaign's key; it is empty for the scopes everything and site.
    """

    scope: SwitchScope
    site: str = ""
    name: str = ""


def set_switch(connection: Connection, switch: Switch, *, is_paused: bool, now: datetime) -> None:
    """Turn a switch on or off."""
    values = {"is_paused": is_paused, "changed_at": now}
    row = insert(switches).values(site=switch.site, scope=switch.scope, name=switch.name, **values)
    connection.execute(row.on_conflict_do_update(index_elements=["site", "scope", "name"], set_=values))


def paused_switches(connection: Connection) -> frozenset[Switch]:
    """Return the switches that are on."""
    rows = connection.execute(select(switches).where(switches.c.is_paused))
    return frozenset(Switch(SwitchScope(row.scope), row.site, row.name) for row in rows)
