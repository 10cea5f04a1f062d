"""docs/privacy.md states the true names of cookies, the true periods, and every column with personal data."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from service.contributions.portal.portal import LINK_DURATION
from service.database.metadata import metadata
from service.exports.records_store import RECORDS_KEPT_DAYS
from service.insights.reported_events import KEPT_DAYS
from service.readers.passports.passport import PASSPORT_DAYS
from service.readers.passports.passport_cookie import passport_cookies
from service.readers.reader import HISTORY_DAYS, HISTORY_WEEKS, MAX_RECENT_IDS
from service.settings import Settings
from service.stripe_events.retention import BODY_DAYS

PAGE = (Path(__file__).parents[2] / "docs" / "privacy.md").read_text(encoding="utf-8")
PERSONAL = ("contributor_", "message", "reader_hash", "return_url", "checkout_url")
OF_STAFF = {
    "erased_by",
    "saved_by",
    "changed_by",
    "asked_by",
    "requested_by",
    "closed_by",
    "applied_by",
    "proposed_by",
    "decided_by",
}


def line_about(start: str) -> str:
    """Return the line of a table that begins with these words."""
    return next(line for line in PAGE.splitlines() if line.startswith(f"| {start}"))


@pytest.mark.parametrize(
    ("start", "period"),
    [
        ("cookie ", f"{PASSPORT_DAYS} days"),
        ("articles read", f"{HISTORY_DAYS} days; {HISTORY_WEEKS} weeks"),
        ("topics read", f"{HISTORY_WEEKS} weeks"),
        ("a bucket", f"the last {MAX_RECENT_IDS} view"),
        ("`readers`", f"{PASSPORT_DAYS} days"),
        ("`stripe_events`", f"{BODY_DAYS} days"),
        ("`portal_links`", f"{LINK_DURATION // timedelta(minutes=1)} minutes"),
        ("`record_changes`", f"{RECORDS_KEPT_DAYS} days"),
        ("`reported_events`", f"{KEPT_DAYS} days"),
    ],
)
def test_every_period_is_the_one_in_force(start: str, period: str) -> None:
    assert period in line_about(start)


@pytest.mark.parametrize("is_https", [True, False])
def test_the_cookie_has_the_documented_name(settings: Settings, is_https: bool) -> None:
    address = f"http{'s' if is_https else ''}://support.courier.example"

    name = passport_cookies("<site>", is_https=replace(settings, public_url=address).is_https).name

    assert f"`{name}`" in line_about("cookie ")


def test_every_personal_column_is_named_beside_its_table() -> None:
    found = [
        (table.name, column.name)
        for table in metadata.tables.values()
        for column in table.columns
        if column.name.startswith(PERSONAL)
    ]

    assert ("contributions", "contributor_email") in found
    assert [(table, column) for table, column in found if f"`{column}`" not in line_about(f"`{table}`")] == []


def test_every_table_that_names_staff_is_documented() -> None:
    line = line_about("`changes`")

    found = {table.name for table in metadata.tables.values() if OF_STAFF & {column.name for column in table.columns}}

    assert found
    assert [name for name in sorted(found) if f"`{name}" not in line] == []
