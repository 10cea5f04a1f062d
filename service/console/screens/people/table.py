"""The table of people."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from service.console.tables import Row, Table, TableColumn
from service.staff.people import Person, in_words

COLUMNS = (
    TableColumn("name", "Name"),
    TableColumn("roles", "What they may do"),
    TableColumn("sites", "Sites"),
    TableColumn("last_seen_at", "Last here"),
    TableColumn("state", "State"),
    TableColumn("email", "Address"),
)


def people_table(people: Iterable[Person], seen: Mapping[str, datetime], now: datetime, zone: ZoneInfo) -> Table:
    """Return the table of these people. `seen`: when each was last here, by the id of the person."""
    rows = tuple(_row(person, seen.get(person.id)) for person in people)
    return Table("people", COLUMNS, rows, now, zone, "You are the first person here.", found=len(rows))


def _row(person: Person, seen_at: datetime | None) -> Row:
    sites = "all sites" if person.sites is None else ", ".join(sorted(person.sites))
    cells = {
        "name": person.name,
        "email": person.email,
        "roles": ", ".join(sorted(person.roles)),
        "sites": sites,
        "last_seen_at": seen_at,
        "state": "disabled" if person.disabled_at else "not yet here" if seen_at is None else "active",
    }
    words = {"roles": in_words(person.roles)} | ({} if seen_at else {"last_seen_at": "never"})
    return Row(cells, words, {"name": f"/console/people/{person.id}"})
