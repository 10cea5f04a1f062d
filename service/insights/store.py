"""SQL of the daily counts of prompts per variant."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, Connection, Date, Engine, Table, Text, func, select
from sqlalchemy.dialects.postgresql import insert

from service.database.columns import is_in
from service.database.metadata import metadata
from service.database.transaction import committed
from service.decisions.tally import Cell, Counted, HourCell, ReportedEvent
from service.insights.reported_event_store import add_new_reports
from service.insights.view_store import add_views

prompt_counts = Table(
    "prompt_counts",
    metadata,
    Column("site", Text, primary_key=True),
    Column("campaign", Text, primary_key=True),
    Column("variant", Text, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("is_counted", Boolean, primary_key=True),
    Column("event", Text, primary_key=True),
    Column("count", BigInteger, nullable=False),
    CheckConstraint("event IN ('shown', 'seen', 'dismissed', 'clicked')", name="event"),
    CheckConstraint("count > 0", name="count"),
)


@dataclass(frozen=True, slots=True)
class DailyCount:
    """The count of an event of a variant on a day."""

    cell: Cell
    count: int


def add_counts(connection: Connection, counts: Counter[Cell]) -> None:
    """Add counts to the stored ones. Rows are written in a fixed order, so that two processes never deadlock."""
    if not counts:
        return
    rows = [{**cell._asdict(), "event": cell.event.value, "count": counts[cell]} for cell in sorted(counts)]
    statement = insert(prompt_counts).values(rows)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["site", "campaign", "variant", "day", "is_counted", "event"],
            set_={"count": prompt_counts.c.count + statement.excluded.count},
        )
    )


def flush_counts(
    engine: Engine, counts: Counter[Cell], views: Counter[HourCell], reports: Mapping[ReportedEvent, Cell]
) -> None:
    """Add counts of prompts, of page views and of events of prompts to the stored ones in a transaction of their own.

    An event that another process has saved before does not count again.
    """
    with committed(engine) as connection:
        add_counts(connection, counts + add_new_reports(connection, reports))
        add_views(connection, views)


def daily_counts(connection: Connection, site: str, first: date, last: date) -> Sequence[DailyCount]:
    """Return the counts of a site from `first` to `last`, oldest first. Days are local, and both are included."""
    columns = prompt_counts.c
    statement = (
        select(prompt_counts, columns.count.label("total"))
        .where(columns.site == site, columns.day.between(first, last))
        .order_by(columns.day, columns.campaign, columns.variant, columns.is_counted, columns.event)
    )
    return [
        DailyCount(Cell(row.site, row.campaign, row.variant, row.day, row.is_counted, Counted(row.event)), row.total)
        for row in connection.execute(statement)
    ]


def seen_by_campaign(
    connection: Connection, site: str, campaigns: Collection[str], first: date, last: date
) -> dict[str, int]:
    """Return how many prompts of these campaigns were seen from `first` to `last`, by all readers."""
    columns = prompt_counts.c
    statement = (
        select(columns.campaign, func.sum(columns.count))
        .where(columns.site == site, is_in(columns.campaign, campaigns), columns.day.between(first, last))
        .where(columns.event == Counted.SEEN.value)
        .group_by(columns.campaign)
    )
    return {campaign: int(count) for campaign, count in connection.execute(statement)}


def seen_by_variant(connection: Connection, site: str, campaign: str) -> dict[str, int]:
    """Return how many prompts of a campaign readers in the experiment have ever seen, per variant."""
    columns = prompt_counts.c
    statement = (
        select(columns.variant, func.sum(columns.count))
        .where(
            columns.site == site, columns.campaign == campaign, columns.event == Counted.SEEN.value, columns.is_counted
        )
        .group_by(columns.variant)
    )
    return {variant: int(count) for variant, count in connection.execute(statement)}
