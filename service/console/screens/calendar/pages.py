"""The calendar of a site: /console/<site>/calendar?month=2026-11."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask import Blueprint, request
from werkzeug.wrappers import Response as AnyResponse

from service.campaigns.reading import describe_all, pauses_now
from service.campaigns.store import DocumentKind
from service.campaigns.words.labels import value_label
from service.console.frame import chosen_shape, screen, table_file
from service.console.navigation import READ_ROLES
from service.console.screens.calendar.entries import CalendarEntry, CalendarSources, EntryKind, entries_of
from service.console.screens.calendar.grid import rows_by_place
from service.console.screens.calendar.month import month_of, read_month
from service.console.screens.calendar.overlaps import overlaps_of
from service.console.screens.campaigns.document_pages import document_leaf, site_snapshot
from service.console.screens.campaigns.editor.addresses import document_address
from service.console.tables import ROWS_PER_PAGE, Row, Table, TableColumn, TableShape
from service.services import current_services
from service.staff.api import requires_person

TITLE = "What runs when, and what competes?"
COLUMNS = (
    TableColumn("kind", "What"),
    TableColumn("name", "Name"),
    TableColumn("placement", "Where"),
    TableColumn("state", "State"),
    TableColumn("first_on", "From"),
    TableColumn("last_on", "To"),
    TableColumn("words", "In words"),
)

blueprint = Blueprint("console_calendar", __name__, url_prefix="/console", template_folder="templates")


@blueprint.get("/<site>/calendar")
@requires_person(*READ_ROLES)
def calendar(site: str) -> AnyResponse | str:
    """Show a month of the site. Without a month, or with one that cannot be read, it is this month."""
    services, snapshot = current_services(), site_snapshot(site)
    now = services.clock()
    today = now.astimezone(snapshot.zone).date()
    asked = request.args.get("month", "")
    month = read_month(asked) or month_of(today)
    states = {found.key: found for found in describe_all(services.engine, DocumentKind.CAMPAIGN, now, site)}
    entries = entries_of(CalendarSources(snapshot, states, pauses_now(services.engine, now)), month)
    table = _table(site, entries, now, snapshot.zone)
    if chosen_shape() is not TableShape.PAGE:
        return table_file(table)
    overlaps = overlaps_of(entries, snapshot.zone)
    return screen(
        "calendar/calendar.html",
        "calendar",
        TITLE,
        snapshot.site,
        month=month,
        asked=asked if asked and read_month(asked) is None else "",
        days=[date.fromordinal(day) for day in month.days],
        today=today,
        groups=rows_by_place(entries, overlaps, month),
        overlaps=overlaps,
        table=table,
        value_label=value_label,
        campaign_address=lambda key: document_address(DocumentKind.CAMPAIGN, site, key, document_leaf()),
    )


def _table(site: str, entries: tuple[CalendarEntry, ...], now: datetime, zone: ZoneInfo) -> Table:
    limit = ROWS_PER_PAGE if chosen_shape() is TableShape.PAGE else None
    rows = tuple(_row(site, entry) for entry in entries[:limit])
    return Table("calendar", COLUMNS, rows, now, zone, "Nothing runs in this month.", len(entries))


def _row(site: str, entry: CalendarEntry) -> Row:
    cells = {
        "kind": entry.kind.value,
        "name": entry.name,
        "placement": entry.placement.value if entry.placement else None,
        "state": entry.state.value,
        "first_on": entry.first_on,
        "last_on": entry.last_on,
        "words": entry.words,
    }
    words = {
        "kind": entry.kind.capitalize(),
        "placement": value_label(entry.placement.value) if entry.placement else "The whole site",
        "state": entry.state.capitalize(),
    }
    is_document = entry.campaign is not None and entry.kind is not EntryKind.EXPERIMENT
    links = (
        {"name": document_address(DocumentKind.CAMPAIGN, site, entry.campaign.key, document_leaf())}
        if entry.campaign and is_document
        else {}
    )
    return Row(cells, words, links)
