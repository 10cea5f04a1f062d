"""SQL of the hourly counts of page views: how many were decided, asked and met a gate."""

from collections import Counter
from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, Column, Connection, Date, SmallInteger, Table, Text, select
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


def views_between(connection: Connection, site: str, first: date, last: date) -> Counter[HourCell]:
    """Return the counts of a site from `first` to `last`. Days are local, and both are included."""
    c = view_counts.c
    rows = connection.execute(
        select(view_counts, c.count.label("total")).where(c.site == site, c.day.between(first, last))
    )
    return Counter({HourCell(row.site, row.day, row.hour, Happened(row.event)): row.total for row in rows})
