"""The table of kill switches, and the pauses that they make. A switch without a row is off.

A pause with an end needs no job that ends it: a reader of the table compares `ends_at` with the current time.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Boolean, Column, ColumnElement, Connection, Table, Text, and_, func, or_, select
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
    Column("reason", Text, nullable=False),
    Column("ends_at", INSTANT),
    Column("opens_gates", Boolean, nullable=False),
    Column("changed_at", INSTANT, nullable=False),
    Column("changed_by", Text, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("saved_at", INSTANT, nullable=False),
)


class SwitchScope(StrEnum):
    """What a kill switch stops."""

    EVERYTHING = "everything"
    SITE = "site"
    PLACEMENT = "placement"
    KIND = "kind"
    CAMPAIGN = "campaign"


# The switches of these scopes pause all asks, so that the gates may stay closed.
ALL_ASKS = frozenset({SwitchScope.EVERYTHING, SwitchScope.SITE})


@dataclass(frozen=True, slots=True)
class Switch:
    """A kill switch. `site` is empty if the scope is everything.

    `name` is the placement, the kind or the campaign's key; it is empty for the scopes everything and site.
    """

    scope: SwitchScope
    site: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Pause:
    """The pause that a switch makes while it is on.

    `ends_at` None: until a person ends it. `opens_gates` False: gates work as usual and only other asks stop.
    `number`: of the first snapshot that has the pause.
    """

    reason: str
    ends_at: datetime | None
    opens_gates: bool
    began_at: datetime
    began_by: str
    number: int = 0

    def is_over(self, now: datetime) -> bool:
        """Return whether the pause has ended by itself."""
        return self.ends_at is not None and self.ends_at <= now


def save_pause(connection: Connection, switch: Switch, pause: Pause) -> None:
    """Turn a switch on. If it is on already, the new pause replaces the old one."""
    values = {
        "is_paused": True,
        "reason": pause.reason,
        "ends_at": pause.ends_at,
        "opens_gates": pause.opens_gates,
        "changed_at": pause.began_at,
        "changed_by": pause.began_by,
        "number": pause.number,
        "saved_at": func.clock_timestamp(),
    }
    row = insert(switches).values(site=switch.site, scope=switch.scope, name=switch.name, **values)
    connection.execute(row.on_conflict_do_update(index_elements=["site", "scope", "name"], set_=values))


def switch_off(connection: Connection, switch: Switch, now: datetime) -> None:
    """Turn a switch off. If it is off already, or has no row, nothing changes."""
    c = switches.c
    own = and_(c.site == switch.site, c.scope == switch.scope, c.name == switch.name, _is_in_force(now))
    connection.execute(switches.update().where(own).values(is_paused=False, changed_at=now))


def pauses_in_force(connection: Connection, now: datetime) -> Mapping[Switch, Pause]:
    """Return the switches that are on at `now`, with their pauses."""
    rows = connection.execute(select(switches).where(_is_in_force(now)))
    return {
        Switch(SwitchScope(row.scope), row.site, row.name): Pause(
            row.reason, row.ends_at, row.opens_gates, row.changed_at, row.changed_by, row.number
        )
        for row in rows
    }


def next_pause_end(connection: Connection, now: datetime) -> datetime | None:
    """Return when the next pause ends by itself, or None if no pause does."""
    found: datetime | None = connection.scalar(select(func.min(switches.c.ends_at)).where(_is_in_force(now)))
    return found


def _is_in_force(now: datetime) -> ColumnElement[bool]:
    c = switches.c
    return and_(c.is_paused, or_(c.ends_at.is_(None), c.ends_at > now))
