"""SQL of the hourly counts of page views: how many were decided, asked and met a gate."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, Column, Connection, Date, SmallInteger, Table, Text, func, select
from sqlalchemy.dialects.postgresql import insert

from service.database.metadata import metadata
from service.decisions.tally import Happened, HourCell

view_counts = Table(
    "view_counts",
    metadata,
    Column("site", Text, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("hour", SmallInteger, primary_key=True),
    Column("event", Text, primary_key=True),
    Column("count", BigInteger, nullable=False),
    CheckConstraint("hour BETWEEN 0 AND 23", name="hour"),
    CheckConstraint("event IN ('viewed', 'asked', 'gated')", name="event"),
    CheckConstraint("count > 0", name="count"),
)


def add_views(connection: Connection, views: Counter[HourCell]) -> None:
    """Add counts to the stored ones. Rows are written in a fixed order, so that two processes never deadlock."""
    if not views:
        return
    rows = [{**cell._asdict(), "event": cell.event.value, "count": views[cell]} for cell in sorted(views)]
    statement = insert(view_counts).values(rows)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["site", "day", "hour", "event"],
            set_={"count": view_counts.c.count + statement.excluded.count},
        )
    )


@dataclass(frozen=True, slots=True)
class ViewsOnDay:
    """How often something happened on the page views of a day, and in its hours before a given one."""

    day: date
    event: Happened
    count: int
    count_by_hour: int


def views_by_day(connection: Connection, site: str, first: date, last: date, hour: int) -> list[ViewsOnDay]:
    """Return the counts of a site from `first` to `last`, oldest first. Days are local, and both are included.

    `count_by_hour`: of the hours before `hour`.
    """
    c = view_counts.c
    by_hour = func.coalesce(func.sum(c.count).filter(c.hour < hour), 0)
    statement = (
        select(c.day, c.event, func.sum(c.count).label("total"), by_hour.label("by_hour"))
        .where(c.site == site, c.day.between(first, last))
        .group_by(c.day, c.event)
        .order_by(c.day, c.event)
    )
    return [
        ViewsOnDay(row.day, Happened(row.event), int(row.total), int(row.by_hour))
        for row in connection.execute(statement)
    ]
