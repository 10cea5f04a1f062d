"""Versions are shown with what each changed; an older one is rolled back to in one press."""

import re

import pytest
from flask import Flask

from service.campaigns.reading import versions_of
from service.campaigns.store import DocumentKind
from service.staff.people import Role
from tests.console.world import services_of, store_campaign, store_site
from tests.staff.signed_in import signed_in

VERSIONS = "/console/courier/campaigns/autumn/versions"
CAMPAIGN = DocumentKind.CAMPAIGN


@pytest.fixture
def app(app: Flask) -> Flask:
    """The service with a site and a campaign of three versions, the last of which waits."""
    store_site(app)
    store_campaign(app, priority=7)
    store_campaign(app, priority=5, fund="<script>alert(1)</script>")
    store_campaign(app, is_published=False, priority=5, share=0.5)
    return app


def plain(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))


def test_every_version_says_what_it_changed(app: Flask) -> None:
    page = signed_in(app, Role.VIEWER).get(VERSIONS).get_data(as_text=True)

    text = plain(page)
    assert "Version 3 Waits to be published · Ita" in text
    assert "Share of readers: 50 %" in text
    assert "Version 2 In force" in text
    assert "Priority: 5 instead of 7" in text
    assert "The first version." in text
    assert "<script>alert" not in page
    assert "Roll back" not in page


def test_the_versions_are_files_too(app: Flask) -> None:
    client = signed_in(app, Role.VIEWER)
    page = client.get(VERSIONS).get_data(as_text=True)

    rows = client.get(f"{VERSIONS}?format=json&table=versions-of-autumn").get_json()["rows"]

    assert f'href="{VERSIONS}?format=csv&amp;table=versions-of-autumn"' in page
    assert [(row["version"], row["state"], row["saved_by"]) for row in rows] == [
        (3, "waiting", "Ita"),
        (2, "in force", "Ita"),
        (1, "older", "Ita"),
    ]
    assert "Priority: 5 instead of 7" in rows[1]["changes"]
    assert client.get(f"{VERSIONS}?format=csv").mimetype == "text/csv"
    assert client.get(f"{VERSIONS}?format=csv&table=others").status_code == 404


def test_a_publisher_rolls_back_in_one_press(app: Flask) -> None:
    client = signed_in(app, Role.PUBLISHER)
    assert "Roll back to this version" in client.get(VERSIONS).get_data(as_text=True)

    answer = client.post(f"{VERSIONS}/1/publish")

    newest = versions_of(services_of(app).engine, CAMPAIGN, "autumn")[0]
    assert (newest.version, newest.content["priority"], newest.saved_by) == (4, 7, "Ana")
    assert "Rolled back." in client.get(answer.headers["Location"]).get_data(as_text=True)


def test_a_version_is_shown_with_its_text(app: Flask) -> None:
    page = signed_in(app, Role.VIEWER).get(f"{VERSIONS}/1").get_data(as_text=True)

    assert "priority: 7" in page
    assert "Priority: 7 instead of 5" in plain(page)


@pytest.mark.parametrize("address", [f"{VERSIONS}/9", "/console/courier/campaigns/nothing/versions"])
def test_there_is_no_other_version(app: Flask, address: str) -> None:
    assert signed_in(app, Role.VIEWER).get(address).status_code == 404


def test_a_version_of_another_site_is_not_found(app: Flask) -> None:
    store_site(app, key="herald")
    client = signed_in(app, Role.PUBLISHER)

    assert client.get("/console/herald/campaigns/autumn/versions").status_code == 404
    assert client.post("/console/herald/campaigns/autumn/versions/1/publish").status_code == 404


def test_an_editor_does_not_roll_back(app: Flask) -> None:
    assert signed_in(app, Role.EDITOR).post(f"{VERSIONS}/1/publish").status_code == 403


def test_a_schedule_that_is_not_there_cannot_be_cancelled(app: Flask) -> None:
    assert signed_in(app, Role.PUBLISHER).post("/console/courier/campaigns/autumn/cancel-schedule").status_code == 409


def test_the_settings_of_a_site_have_versions(app: Flask) -> None:
    store_site(app, quiet_hours="22:00-07:00")

    page = signed_in(app, Role.VIEWER).get("/console/courier/settings", follow_redirects=True).get_data(as_text=True)

    assert "Quiet hours: 22:00-07:00" in plain(page)


def test_any_two_versions_are_compared(app: Flask) -> None:
    client = signed_in(app, Role.VIEWER)

    with_the_first = plain(client.get(f"{VERSIONS}/3?with=1").get_data(as_text=True))
    with_that_in_force = plain(client.get(f"{VERSIONS}/3").get_data(as_text=True))

    assert "Priority: 5 instead of 7" in with_the_first
    assert "Share of readers: 50 %" in with_the_first
    assert "Priority:" not in with_that_in_force
    assert client.get(f"{VERSIONS}/3?with=9").status_code == 404
    assert client.get(f"{VERSIONS}/3?with=first").status_code == 200
