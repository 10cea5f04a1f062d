"""The screen Today: what it shows to each role, and what pressing Pause does to readers, the record and the page."""

import json
import re
from collections import Counter
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from service.campaigns.editing import NOW as AT_ONCE
from service.campaigns.editing import Author, PauseTerms, begin_pause, publish, save_campaign, save_site
from service.campaigns.snapshot.holder import SnapshotHolder
from service.campaigns.snapshot.holders_store import save_holder
from service.campaigns.store import DocumentKind, current_number
from service.campaigns.switch_store import Switch, SwitchScope, pauses_in_force
from service.database.transaction import committed
from service.decisions.tally import Happened, HourCell, Tally
from service.insights.flusher import Flusher
from service.ledger.invariants.check import Check
from service.ledger.invariants.check_store import save_checks
from service.services import Services
from service.staff.people import Role
from tests.campaigns.make import campaign_document, site_document
from tests.conftest import NOW, SettableClock
from tests.staff.signed_in import signed_in

ITA = Author("Ita", NOW)
COURIER, EVERYTHING = Switch(SwitchScope.SITE, "courier"), Switch(SwitchScope.EVERYTHING)
TODAY, PAUSE, END = "/console/courier/today", "/console/courier/today/pause", "/console/courier/today/end-pause"


@pytest.fixture(autouse=True)
def _newsroom(app_services: Services) -> None:
    """Two sites, of which The Courier has a campaign."""
    for document in (site_document(), site_document(key="gazette", name="The Gazette")):
        save_site(app_services.engine, document, ITA)
    save_campaign(app_services.engine, campaign_document(name="Autumn"), ITA)
    publish(app_services.engine, DocumentKind.CAMPAIGN, "autumn", AT_ONCE, ITA)
    app_services.part(SnapshotHolder).refresh()


def words_of(app: Flask, *roles: Role, path: str = TODAY, **person: Any) -> str:
    """Return the text of the screen for a person with these roles."""
    answer = signed_in(app, *roles, **person).get(path)
    assert answer.status_code == 200
    return unescape(answer.text)


def pauses(services: Services) -> dict[Switch, Any]:
    with committed(services.engine) as connection:
        return dict(pauses_in_force(connection, services.clock()))


def record(services: Services) -> list[tuple[str, str, Any]]:
    query = "SELECT act, subject, details FROM staff_record WHERE act != 'sign_in' ORDER BY number"
    with services.engine.connect() as connection:
        rows = connection.execute(text(query))
        return [tuple(row) for row in rows]


def test_the_console_begins_with_today(app: Flask) -> None:
    assert signed_in(app).get("/console/").location == TODAY


def test_a_placement_names_its_campaign_and_the_others_say_why_they_are_empty(app: Flask) -> None:
    page = words_of(app, Role.VIEWER)

    assert "Autumn</a>" in page
    assert page.count("Nothing: no campaign is published for it.") == 3
    assert "No worker is running: events wait, and no mail is sent." in page


def test_nothing_needs_you_is_a_sentence(app: Flask, app_services: Services) -> None:
    with app_services.engine.begin() as connection:
        connection.execute(text("INSERT INTO procrastinate_workers DEFAULT VALUES"))

    assert "Nothing needs you." in words_of(app, Role.VIEWER)


def test_the_figures_of_a_new_site_say_that_there_is_not_enough(app: Flask) -> None:
    page = words_of(app, Role.VIEWER)

    assert "There are not enough earlier days to say what is usual." in page
    assert "not enough views to say (0 so far)" in page
    assert "No gate was shown in the last four weeks." in page


def test_today_is_compared_with_the_same_weekday_by_the_last_full_hour(app: Flask, app_services: Services) -> None:
    tally = app_services.part(Tally)
    for week, asks in enumerate((31, 480, 350, 400)):
        day = (NOW - timedelta(weeks=week)).date()
        views = {(9, Happened.VIEWED): 1000, (9, Happened.ASKED): asks, (10, Happened.ASKED): 1}
        tally.give_back_views(
            Counter({HourCell("courier", day, hour, event): count for (hour, event), count in views.items()})
        )
    Flusher(app_services.engine, tally).flush()

    page = words_of(app, Role.VIEWER)

    assert "<b>32</b>" in page
    assert "31 by 10:00. Usual by then, from the last 3 Wednesdays: 350 to 480." in page
    assert "32 of 1,000 views" in page


def test_one_press_pauses_for_two_hours_and_opens_the_gates(app: Flask, app_services: Services) -> None:
    client = signed_in(app, Role.PUBLISHER)

    answer = client.post(PAUSE, data={"reason": "a sad day", "end": "two_hours", "opens_gates": "1"})

    assert (answer.status_code, answer.location) == (303, TODAY)
    (pause,) = pauses(app_services).values()
    assert (pause.reason, pause.ends_at, pause.opens_gates) == ("a sad day", NOW + timedelta(hours=2), True)
    assert app_services.part(SnapshotHolder).current().site("courier").site.switches.is_paused
    details = {"reason": "a sad day", "ends_at": (NOW + timedelta(hours=2)).isoformat(), "opens_gates": True}
    assert record(app_services) == [("pause_all_asks", "courier", details)]
    page = unescape(client.get(TODAY).text)
    assert "All asks of The Courier are paused until today 12:30." in page
    assert "Ana paused them today 10:30: “a sad day”" in page
    assert "Nothing: all asks are paused." in page


def test_the_page_says_when_the_pause_is_in_force_everywhere(app: Flask, app_services: Services) -> None:
    client = signed_in(app, Role.PUBLISHER)
    client.post(PAUSE, data={"end": "open"})
    assert "No process has said yet that it has loaded the pause." in client.get(TODAY).text
    with app_services.engine.begin() as connection:
        save_holder(connection, "one", current_number(connection) - 1)
        save_holder(connection, "two", current_number(connection))
    waiting = client.get(f"{TODAY}/in-force").text
    with app_services.engine.begin() as connection:
        save_holder(connection, "one", current_number(connection))

    done = client.get(f"{TODAY}/in-force").text

    assert "In force in 1 of 2 processes so far." in waiting
    assert 'hx-trigger="load delay:1s"' in waiting
    assert re.search(r"In force in all processes \(2\) after \d+\.\d s\.", done)
    assert "hx-" not in done


def test_a_press_ends_the_pause_again(app: Flask, app_services: Services) -> None:
    client = signed_in(app, Role.PUBLISHER)
    client.post(PAUSE, data={"end": "open"})

    answer = client.post(END)

    assert answer.status_code == 303
    assert pauses(app_services) == {}
    assert [act for act, _, _ in record(app_services)] == ["pause_all_asks", "end_pause_of_all_asks"]
    assert "Readers are asked again." in client.get(TODAY).text


def test_a_pause_that_is_over_is_not_shown(app: Flask, app_services: Services, clock: SettableClock) -> None:
    signed_in(app, Role.PUBLISHER).post(PAUSE, data={"end": "two_hours"})

    clock.advance(hours=2)
    app_services.part(SnapshotHolder).refresh()

    assert "are paused" not in words_of(app, Role.VIEWER, name="Bea")


def test_a_time_that_cannot_be_meant_is_named_and_what_was_typed_is_kept(app: Flask, app_services: Services) -> None:
    form = {"reason": "<b>a sad day</b>", "end": "at", "at": "2026-11-18T09:00", "opens_gates": "1"}

    answer = signed_in(app, Role.PUBLISHER).post(PAUSE, data=form)

    assert answer.status_code == 422
    page = unescape(answer.text)
    assert "18 November 2026 09:00 is over. Choose a time after today 10:30." in page
    assert 'value="2026-11-18T09:00"' in answer.text
    assert "&lt;b&gt;a sad day&lt;/b&gt;" in answer.text
    assert "<details open>" in answer.text
    assert pauses(app_services) == {}


def test_all_sites_can_be_paused_by_a_person_of_all_sites(app: Flask, app_services: Services) -> None:
    client = signed_in(app, Role.PUBLISHER)
    client.post(PAUSE, data={"end": "tomorrow", "everywhere": "1"})

    assert list(pauses(app_services)) == [EVERYTHING]
    assert "All asks of all sites are paused" in client.get("/console/gazette/today").text
    client.post("/console/gazette/today/end-pause", data={"everywhere": "1"})
    assert pauses(app_services) == {}


def test_a_person_of_one_site_pauses_only_that_site(app: Flask, app_services: Services) -> None:
    client = signed_in(app, Role.PUBLISHER, sites=frozenset({"courier"}))

    assert "On all sites" not in client.get(TODAY).text
    assert client.post(PAUSE, data={"end": "open", "everywhere": "1"}).status_code == 403
    assert client.post("/console/gazette/today/pause", data={"end": "open"}).status_code == 404
    assert pauses(app_services) == {}
    with committed(app_services.engine) as connection:
        begin_pause(connection, EVERYTHING, ITA, PauseTerms("closed"))
    assert "End the pause" not in client.get(TODAY).text
    assert client.post(END, data={"everywhere": "1"}).status_code == 403


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR, Role.FINANCE])
def test_other_roles_see_the_pause_but_cannot_make_or_end_it(app: Flask, app_services: Services, role: Role) -> None:
    client = signed_in(app, role)

    assert "A person with the role publisher can pause all asks here." in client.get(TODAY).text
    assert client.post(PAUSE, data={"end": "open"}).status_code == 403
    with committed(app_services.engine) as connection:
        begin_pause(connection, COURIER, ITA, PauseTerms("closed"))
    assert client.post(END).status_code == 403
    assert COURIER in pauses(app_services)
    page = client.get(TODAY).text
    assert "Ita paused them" in page
    assert "End the pause" not in page


def test_a_campaign_that_cannot_be_used_is_named_on_its_own_site_only(app: Flask, app_services: Services) -> None:
    save_campaign(app_services.engine, campaign_document(key="broken", site="gazette"), ITA)
    publish(app_services.engine, DocumentKind.CAMPAIGN, "broken", AT_ONCE, ITA)
    content = json.dumps(campaign_document(key="broken", site="gazette", reader={"countries": ["group:gone"]}))
    with app_services.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO document_versions (kind, key, version, content, saved_at, saved_by)"
                " VALUES ('campaign', 'broken', 2, :content, :now, 'Ita')"
            ),
            {"content": content, "now": NOW},
        )
        connection.execute(text("UPDATE documents SET newest_version = 2, published_version = 2 WHERE key = 'broken'"))
        connection.execute(text("UPDATE snapshots SET number = number + 1"))
    app_services.part(SnapshotHolder).refresh()

    sentence = "Not in force, because it cannot be used: campaign broken, version 2"
    assert sentence in words_of(app, Role.VIEWER, path="/console/gazette/today")
    assert sentence not in words_of(app, Role.VIEWER, name="Bea")


@pytest.mark.parametrize(("sites", "is_shown"), [(None, True), (frozenset({"courier"}), False)])
def test_the_money_of_all_sites_concerns_people_of_all_sites(
    app: Flask, app_services: Services, sites: frozenset[str] | None, is_shown: bool
) -> None:
    with committed(app_services.engine) as connection:
        save_checks(connection, [Check(2, "entries are numbered", False, "3 are missing")], NOW)

    page = words_of(app, Role.EDITOR, sites=sites)

    assert ("A check of the books failed: entries are numbered (3 are missing)." in page) is is_shown


def test_a_site_that_does_not_exist_is_not_found(app: Flask) -> None:
    assert signed_in(app).get("/console/nowhere/today").status_code == 404
