"""The table of the processes that keep a snapshot: which one each has, and since when. All times are the database's."""

from dataclasses import dataclass

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Table,
    Text,
    and_,
    case,
    delete,
    extract,
    func,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import insert

from service.campaigns.switch_store import Switch, switches
from service.database.columns import INSTANT
from service.database.metadata import metadata

snapshot_holders = Table(
    "snapshot_holders",
    metadata,
    Column("holder_id", Text, primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("loaded_at", INSTANT, nullable=False),
    Column("seen_at", INSTANT, nullable=False),
)
_SILENT = text("INTERVAL '15 seconds'")  # three times as long as between two reports of a process
_GONE = text("INTERVAL '1 hour'")


@dataclass(frozen=True, slots=True)
class InForce:
    """How far a pause has got. `process_count`: processes that were seen within 15 seconds.

    `seconds`: from saving the pause until the last of them had it; None if one has it not, or has loaded more since.
    """

    process_count: int
    loaded_count: int
    seconds: float | None

    @property
    def is_everywhere(self) -> bool:
        return self.process_count > 0 and self.loaded_count == self.process_count


def save_holder(connection: Connection, holder_id: str, number: int) -> None:
    """Note that a process is alive and has the snapshot with this number. Forget processes that are long gone."""
    now, row = func.clock_timestamp(), snapshot_holders.c
    values = insert(snapshot_holders).values(holder_id=holder_id, number=number, loaded_at=now, seen_at=now)
    loaded_at = case((row.number == number, row.loaded_at), else_=now)
    connection.execute(
        values.on_conflict_do_update(
            index_elements=["holder_id"], set_={"number": number, "loaded_at": loaded_at, "seen_at": now}
        )
    )
    connection.execute(delete(snapshot_holders).where(row.seen_at < now - _GONE))


def pause_in_force(connection: Connection, switch: Switch) -> InForce:
    """Return in how many processes the pause that a switch makes is in force."""
    row, own = snapshot_holders.c, switches.c
    is_own = and_(own.site == switch.site, own.scope == switch.scope, own.name == switch.name)
    found = connection.execute(
        select(
            func.count().label("process_count"),
            func.count().filter(row.number >= own.number).label("loaded_count"),
            func.bool_and(row.number == own.number).label("is_first"),
            func.max(extract("epoch", row.loaded_at - own.saved_at)).label("seconds"),
        )
        .select_from(snapshot_holders.join(switches, is_own))
        .where(row.seen_at > func.clock_timestamp() - _SILENT)
    ).one()
    seconds = float(found.seconds) if found.is_first else None
    return InForce(found.process_count, found.loaded_count, seconds)
