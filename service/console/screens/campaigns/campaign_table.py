"""The list of campaigns as a table, for CSV and JSON."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from service.console.screens.campaigns.listing import CampaignLine
from service.console.tables import Row, Table, TableColumn

COLUMNS = (
    TableColumn("placement", "Place"),
    TableColumn("order", "Order", is_number=True),
    TableColumn("key", "Key"),
    TableColumn("name", "Name"),
    TableColumn("kind", "Kind"),
    TableColumn("state", "State"),
    TableColumn("note", "Note"),
    TableColumn("priority", "Priority", is_number=True),
    TableColumn("readers", "Readers"),
    TableColumn("pages", "Pages"),
    TableColumn("share", "Share"),
    TableColumn("when", "When"),
    TableColumn("results", "Results"),
    TableColumn("shadowed", "Never shown"),
    TableColumn("findings", "Findings", is_number=True),
)


def campaign_table(groups: Iterable[Iterable[CampaignLine]], now: datetime, zone: ZoneInfo) -> Table:
    """Return the campaigns of all placements as a table. `groups`: the campaigns of each, in the order of asking."""
    rows = tuple(_row(line, at) for lines in groups for at, line in enumerate(lines, 1))
    return Table("campaigns", COLUMNS, rows, now, zone, empty="There are no campaigns.")


def _row(line: CampaignLine, order: int) -> Row:
    return Row(
        {
            "placement": line.placement,
            "order": order,
            "key": line.key,
            "name": line.name,
            "kind": line.kind,
            "state": line.state.value,
            "note": line.note,
            "priority": line.priority,
            "readers": line.audience,
            "pages": line.pages,
            "share": line.share,
            "when": line.when,
            "results": line.results,
            "shadowed": line.shadowed,
            "findings": len(line.findings),
        }
    )
