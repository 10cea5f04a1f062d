"""The calendar: a month as rows, as a list, and as files."""

import csv
import io
import json
from datetime import timedelta

from flask import Flask

from service.campaigns.switch_store import Pause, Switch, SwitchScope, save_pause
from service.database.transaction import committed
from service.services import Services
from service.staff.people import Role
from tests.console.published import APPEAL, HOSTILE, publish_site
from tests.staff.signed_in import signed_in

SECOND = {**APPEAL, "key": "second", "name": "Second", "schedule": {"starts": "2026-11-08", "ends": "2026-11-20"}}


def test_a_month_shows_what_runs_and_what_competes(app: Flask, app_services: Services) -> None:
    publish_site(app_services, APPEAL, SECOND)

    page = signed_in(app, Role.VIEWER).get("/console/tide/calendar?month=2026-11").text

    assert "November 2026" in page
    assert "On 8 to 20 November “Autumn" in page
    assert HOSTILE not in page
    assert 'colspan="13" class="overlaps"' in page
    assert "/console/tide/calendar?month=2026-12" in page
    assert "On 8 to 20" not in signed_in(app, name="Ben").get("/console/tide/calendar?month=2026-10").text


def test_a_pause_stands_with_its_reason(app: Flask, app_services: Services) -> None:
    publish_site(app_services, APPEAL)
    now = app_services.clock()
    with committed(app_services.engine) as connection:
        save_pause(
            connection, Switch(SwitchScope.SITE, "tide"), Pause("A tragedy", now + timedelta(hours=2), True, now, "Ana")
        )

    page = signed_in(app).get("/console/tide/calendar").text

    assert "All asks are paused" in page
    assert "A tragedy, until" in page


def test_the_entries_are_files_too(app: Flask, app_services: Services) -> None:
    publish_site(app_services, SECOND, quiet_hours=["22:00-07:00"])
    client = signed_in(app)

    rows = list(csv.DictReader(io.StringIO(client.get("/console/tide/calendar?month=2026-11&format=csv").text)))
    data = json.loads(client.get("/console/tide/calendar?month=2026-11&format=json").text)

    assert [(row["kind"], row["first_on"], row["last_on"]) for row in rows] == [
        ("quiet hours", "", ""), ("campaign", "2026-11-08", "2026-11-20"),
    ]  # fmt: skip
    assert [row["kind"] for row in data["rows"]] == [row["kind"] for row in rows]


def test_a_month_that_cannot_be_read_is_named_and_this_month_shown(app: Flask, app_services: Services) -> None:
    publish_site(app_services)

    page = signed_in(app).get("/console/tide/calendar?month=soon").text

    assert "“soon” is not a month" in page
    assert "Nothing runs in this month." in page


def test_a_person_of_another_site_sees_no_calendar(app: Flask, app_services: Services) -> None:
    publish_site(app_services, APPEAL)

    assert signed_in(app, sites=frozenset({"other"})).get("/console/tide/calendar").status_code == 404
