"""The record is read with filters, as files that prove the chain, and a broken chain is an alarm."""

import json
from collections.abc import Iterator
from datetime import timedelta
from html import unescape

import psycopg
import pytest
from flask import Flask

from service.console.screens.record.details import details_in_words
from service.database.transaction import committed
from service.services import Services
from service.staff.people import Person, Role
from service.staff.record import Deed, RecordRow, first_broken_link
from service.staff.record_store import write_record
from tests.conftest import NOW, SettableClock, plain_address
from tests.staff.signed_in import add_person, client_of, signed_in

ALARM = "The record is broken."
CHANGE = {"before": {"roles": ["a"], "sites": None}, "after": {"roles": ["a", "b"], "sites": []}}


@pytest.fixture
def ana(app_services: Services) -> Person:
    """Ana, who has published three campaigns on the last three days."""
    ana = add_person(app_services, Role.PUBLISHER)
    for days in (2, 1, 0):
        with committed(app_services.engine) as connection:
            details = {"before": {"share": 1, "name": "a"}, "after": {"share": 5 - days, "name": "a"}}
            at = NOW - timedelta(days=days)
            write_record(connection, ana, "publish_campaign", f"appeal-{days} <b>", details, at)
    return ana


@pytest.fixture
def owner(database_address: str) -> Iterator[psycopg.Connection]:
    """A connection of the owner of the tables, who has switched the triggers of the record off."""
    with psycopg.connect(plain_address(database_address), autocommit=True) as connection:
        connection.execute("ALTER TABLE staff_record DISABLE TRIGGER ALL")
        yield connection


def test_the_record_says_who_did_what_and_when(app: Flask, ana: Person) -> None:
    page = unescape(client_of(app, ana).get("/console/record").text)

    assert "appeal-0 <b>" in page
    assert "<b>" not in client_of(app, ana).get("/console/record").text.partition("<tbody>")[2].partition("</tbody>")[0]
    assert "publish campaign" in page
    assert "share: 1 → 5" in page
    assert "18 Nov 2026 10:30" in page
    assert "(Europe/Dublin)" in page
    assert ALARM not in page


@pytest.mark.parametrize(
    ("query", "subjects"),
    [
        ("", ["Bea", "appeal-0 <b>", "appeal-1 <b>", "appeal-2 <b>"]),
        ("from=2026-11-17&to=2026-11-17", ["appeal-1 <b>"]),
        ("act=sign_in", ["Bea"]),
        ("act=publish_campaign&to=2026-11-17", ["appeal-1 <b>", "appeal-2 <b>"]),
        ("act=unheard_of", []),
        ("after=3", ["appeal-1 <b>", "appeal-2 <b>"]),
    ],
)
def test_the_record_is_filtered(app: Flask, ana: Person, query: str, subjects: list[str]) -> None:
    client = signed_in(app, Role.VIEWER, name="Bea")

    rows = json.loads(client.get(f"/console/record?format=json&{query}").text)["rows"]

    assert [row["subject"] for row in rows] == subjects


def test_the_record_is_filtered_by_person(app: Flask, ana: Person) -> None:
    bea = signed_in(app, Role.VIEWER, name="Bea")

    rows = json.loads(bea.get(f"/console/record?format=json&person={ana.id}").text)["rows"]

    assert {row["person_name"] for row in rows} == {"Ana"}


def test_the_file_proves_the_chain_to_others(app: Flask, ana: Person) -> None:
    text = client_of(app, ana).get("/console/record?format=json").text

    rows = [
        RecordRow(
            row["number"],
            Deed(
                NOW.fromisoformat(row["done_at"]),
                row["person_id"],
                row["person_name"],
                row["act"],
                row["subject"],
                json.loads(row["details"]),
            ),
            bytes.fromhex(row["previous_hash"]),
            bytes.fromhex(row["hash"]),
        )
        for row in reversed(json.loads(text)["rows"])
    ]
    assert len(rows) == 4
    assert first_broken_link(rows) is None


def test_more_rows_than_a_page_holds_are_on_the_next(app: Flask, app_services: Services, ana: Person) -> None:
    for number in range(60):
        with committed(app_services.engine) as connection:
            write_record(connection, ana, "note", f"note-{number}", {}, NOW)
    client = client_of(app, ana)

    page = client.get("/console/record?act=note").text

    assert "50 rows of 60 found" in page
    assert "note-10<" in page
    assert "note-9<" not in page
    following = client.get("/console/record?act=note&after=14").text
    assert "note-9<" in following
    assert "note-10<" not in following


def test_rows_are_not_counted_to_the_end(
    app: Flask, app_services: Services, ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.console.screens.record.pages.MOST_COUNTED", 2)
    monkeypatch.setattr("service.console.tables.MOST_COUNTED", 2)

    page = client_of(app, ana).get("/console/record").text

    assert "4 rows of more than 2 found" in page


def test_a_changed_row_is_an_alarm_at_once(app: Flask, ana: Person, owner: psycopg.Connection) -> None:
    owner.execute("UPDATE staff_record SET subject = 'innocent' WHERE number = 2")

    page = client_of(app, ana).get("/console/record").text

    assert ALARM in page
    assert "Row 2 was changed after it was written." in page


def test_a_missing_row_is_an_alarm_after_the_check(app: Flask, ana: Person, owner: psycopg.Connection) -> None:
    client = client_of(app, ana)
    assert "It has not been checked yet." in client.get("/console/record").text
    whole = client.post("/console/record/check")
    assert "The record is whole: all 4 rows were checked." in client.get(whole.location).text

    owner.execute("DELETE FROM staff_record WHERE number = 4")
    client.post("/console/record/check")

    page = client.get("/console/record").text
    assert ALARM in page
    assert "the rows from 4 to 4 are missing" in page


def test_a_person_of_some_sites_sees_only_own_rows(app: Flask, ana: Person) -> None:
    local = signed_in(app, Role.PUBLISHER, name="Local", sites=frozenset({"courier"}))

    page = local.get(f"/console/record?person={ana.id}").text

    assert "appeal-0" not in page
    assert "you see what you did yourself" in page
    rows = json.loads(local.get(f"/console/record?format=json&person={ana.id}").text)["rows"]
    assert {row["person_name"] for row in rows} == {"Local"}


@pytest.mark.parametrize("query", ["after=x", "after=-1", "after=" + "9" * 30, "after=²", "format=pdf"])
def test_an_address_that_means_nothing_is_not_found(app: Flask, ana: Person, query: str) -> None:
    assert client_of(app, ana).get(f"/console/record?{query}").status_code == 404


def test_a_day_that_is_none_is_named_and_its_usual_value_counts(app: Flask, ana: Person, clock: SettableClock) -> None:
    page = unescape(client_of(app, ana).get("/console/record?from=yesterday").text)

    assert "“yesterday” is not a day." in page
    assert "appeal-2" in page


@pytest.mark.parametrize(
    ("details", "words"),
    [
        ({}, ""),
        ({"version": 3, "site": None}, "version: 3"),
        (CHANGE, "roles: a → a, b · sites: all → none"),
        ({"before": {"starts": None}, "after": {"starts": "Friday"}}, "starts: not set → Friday"),
        ({"is_open": True, "limits": {"EUR": 5}}, "is open: yes · limits: EUR 5"),
        ({"text": "x" * 300}, "text: " + "x" * 233 + "…"),
    ],
)
def test_details_are_said_in_words(details: dict[str, object], words: str) -> None:
    assert details_in_words(details) == words
