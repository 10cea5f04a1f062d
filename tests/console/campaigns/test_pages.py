"""Campaigns are listed in the order of asking; they are started, moved, duplicated, paused and archived."""

import re
from typing import Any

import pytest
from flask import Flask

from service.campaigns.drafts.drafting import DraftName, read_draft
from service.campaigns.reading import describe
from service.campaigns.store import DocumentKind
from service.database.transaction import committed
from service.staff.people import Role
from service.staff.record_store import all_rows
from tests.console.world import services_of, store_campaign, store_site
from tests.staff.signed_in import add_person, client_of, signed_in

LIST = "/console/courier/campaigns"
CAMPAIGN = DocumentKind.CAMPAIGN


@pytest.fixture
def app(app: Flask) -> Flask:
    """The service with a site and three campaigns in one place."""
    store_site(app)
    store_campaign(app, key="first", name="First", priority=1)
    store_campaign(app, key="second", name="Second", priority=2)
    store_campaign(app, key="third", name="Third", priority=3, schedule={"starts": "2026-12-04 06:00"})
    return app


def plain(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))


def order(page: str) -> list[str]:
    return re.findall(r'id="campaign-([^"]+)"', page)


def acts(app: Flask) -> list[str]:
    with committed(services_of(app).engine) as connection:
        return [row.deed.act for row in all_rows(connection) if row.deed.act != "sign_in"]


def document(app: Flask, key: str) -> Any:
    services = services_of(app)
    return describe(services.engine, CAMPAIGN, key, services.clock())


def test_campaigns_are_listed_in_the_order_of_asking(app: Flask) -> None:
    page = signed_in(app, Role.VIEWER).get(LIST).get_data(as_text=True)

    assert order(page) == ["first", "second", "third"]
    assert "Third Scheduled Appeal · begins Friday 4 December 2026 06:00" in plain(page)
    assert "Readers who are not supporters. On all pages." in plain(page)
    assert "Duplicate" not in page


def test_a_campaign_that_is_hidden_says_by_which(app: Flask) -> None:
    store_campaign(app, key="always", priority=0, frequency={}, cool_off={})

    page = plain(signed_in(app, Role.VIEWER).get(LIST).get_data(as_text=True))

    assert "Never shown: “always” (priority 0) comes first and is shown in every case." in page


def test_a_campaign_is_moved(app: Flask) -> None:
    client = signed_in(app, Role.PUBLISHER)

    answer = client.post(f"{LIST}/second/move", data={"to": "up"}, follow_redirects=True)

    assert order(answer.get_data(as_text=True)) == ["second", "first", "third"]
    assert "Moved." in answer.get_data(as_text=True)
    assert acts(app) == ["move_campaign"]


def test_the_first_is_not_moved_further(app: Flask) -> None:
    answer = signed_in(app, Role.PUBLISHER).post(f"{LIST}/first/move", data={"to": "up"})

    assert answer.status_code == 409
    assert "First is first already." in answer.get_data(as_text=True)


@pytest.mark.parametrize(("key", "to"), [("nothing", "up"), ("first", "sideways")])
def test_nothing_else_is_moved(app: Flask, key: str, to: str) -> None:
    assert signed_in(app, Role.PUBLISHER).post(f"{LIST}/{key}/move", data={"to": to}).status_code == 404


def test_a_campaign_is_paused_and_the_pause_ended(app: Flask) -> None:
    client = signed_in(app, Role.PUBLISHER)

    page = client.post(f"{LIST}/first/pause", follow_redirects=True).get_data(as_text=True)
    assert "First Paused" in plain(page)
    assert document(app, "first").is_paused
    client.post(f"{LIST}/first/pause", data={"end": "1"})

    assert not document(app, "first").is_paused
    assert acts(app) == ["pause_campaign", "resume_campaign"]


def test_a_campaign_is_archived(app: Flask) -> None:
    page = signed_in(app, Role.PUBLISHER).post(f"{LIST}/first/archive", follow_redirects=True).get_data(as_text=True)

    assert document(app, "first").document["status"] == "archived"
    assert "Archived" in page
    assert order(page) == ["second", "third", "first"]


def test_a_campaign_is_duplicated_as_a_draft(app: Flask) -> None:
    client = signed_in(app, Role.EDITOR)

    answers = [client.post(f"{LIST}/first/duplicate") for _ in range(2)]

    assert [answer.headers["Location"] for answer in answers] == [f"{LIST}/first-2/edit", f"{LIST}/first-3/edit"]
    page = plain(client.get(LIST).get_data(as_text=True))
    assert "Started, without a version yet First (copy) Draft" in page


def test_a_new_campaign_starts_as_a_draft(app: Flask) -> None:
    client = signed_in(app, Role.EDITOR)
    typed = {"name": "Open für all!", "kind": "banner", "placement": "page_bottom"}

    answer = client.post(f"{LIST}/new", data=typed)

    assert answer.headers["Location"] == f"{LIST}/open-fur-all/edit"
    assert "Headline is missing." in client.get(answer.headers["Location"]).get_data(as_text=True)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"name": ""}, "Name must have 1 to 200 characters."),
        ({"name": "Same", "key": "first"}, "There is a campaign with the key first already."),
        ({"name": "Odd", "key": "No Key"}, "Key must be 1 to 63 lower-case letters"),
        ({"name": "!!!"}, "No key can be made of this name."),
    ],
)
def test_a_new_campaign_that_cannot_be_is_explained_and_kept(app: Flask, typed: dict[str, str], words: str) -> None:
    answer = signed_in(app, Role.EDITOR).post(f"{LIST}/new", data=typed)

    assert answer.status_code == 422
    assert words in answer.get_data(as_text=True)
    assert f'value="{typed["name"]}"' in answer.get_data(as_text=True)


@pytest.mark.parametrize("leaf", ["move", "pause", "archive"])
def test_an_editor_does_not_change_what_readers_see(app: Flask, leaf: str) -> None:
    assert signed_in(app, Role.EDITOR).post(f"{LIST}/first/{leaf}", data={"to": "down"}).status_code == 403


@pytest.mark.parametrize("leaf", ["move", "pause", "archive", "duplicate"])
def test_a_campaign_of_another_site_is_not_touched(app: Flask, leaf: str) -> None:
    store_site(app, key="herald")
    client = signed_in(app, Role.PUBLISHER)

    assert client.post(f"/console/herald/campaigns/first/{leaf}", data={"to": "down"}).status_code == 404
    assert document(app, "first").newest_version == 1


def test_a_waiting_version_is_pointed_out(app: Flask) -> None:
    store_campaign(app, is_published=False, key="first", name="First", priority=9)

    page = plain(signed_in(app, Role.VIEWER).get(LIST).get_data(as_text=True))

    assert "Version 2 waits to be published." in page


def test_a_site_without_campaigns_says_so(app: Flask) -> None:
    store_site(app, key="herald")

    page = signed_in(app, Role.VIEWER).get("/console/herald/campaigns").get_data(as_text=True)

    assert "Readers are asked nothing here." in page


def test_many_campaigns_of_a_place_are_shown_page_by_page(app: Flask) -> None:
    for number in range(60):
        store_campaign(app, key=f"more-{number:02}", priority=100 + number)
    client = signed_in(app, Role.PUBLISHER)

    overview = client.get(LIST).get_data(as_text=True)
    place = client.get(f"{LIST}?place=article_end").get_data(as_text=True)
    rest = client.get(f"{LIST}?place=article_end&from=60").get_data(as_text=True)

    assert len(order(overview)) == 10
    assert "1 to 10 of 63 campaigns." in plain(overview)
    assert (len(order(place)), len(order(rest))) == (30, 3)
    assert 'from=30">Next campaigns' in place
    assert order(rest)[-1] == "more-59"
    assert len(place) < 100_000  # styles and scripts come on top
    moved = client.post(f"{LIST}/more-59/move", data={"to": "up", "place": "article_end", "from": "60"})
    assert moved.headers["Location"] == f"{LIST}?place=article_end&from=60#campaign-more-59"


def test_the_list_is_a_file_too(app: Flask) -> None:
    client = signed_in(app, Role.VIEWER)

    rows = client.get(f"{LIST}?format=json").get_json()["rows"]
    text = client.get(f"{LIST}?format=csv").get_data(as_text=True)

    assert [(row["placement"], row["order"], row["key"]) for row in rows] == [
        ("article_end", 1, "first"),
        ("article_end", 2, "second"),
        ("article_end", 3, "third"),
    ]
    assert rows[0]["readers"] == "Readers who are not supporters"
    assert text.startswith("placement,order,key,name")


@pytest.mark.parametrize(
    ("kind", "place"), [("epic", "article_end"), ("banner", "page_bottom"), ("gate", "over_article")]
)
def test_a_new_campaign_has_the_usual_place_of_its_kind(app: Flask, kind: str, place: str) -> None:
    person = add_person(services_of(app), Role.EDITOR)

    client_of(app, person).post(f"{LIST}/new", data={"name": "Winter", "kind": kind, "placement": ""})

    draft = read_draft(services_of(app).engine, DraftName(DocumentKind.CAMPAIGN, "winter", person.id))
    assert draft is not None
    assert draft.content["placement"] == place
    assert ("reader" in draft.content) == (kind != "gate")


@pytest.mark.parametrize("gates", [{}, {"opens_gates": "1"}])
def test_the_list_says_that_all_asks_are_paused(app: Flask, gates: dict[str, str]) -> None:
    client = signed_in(app, Role.PUBLISHER)
    assert "All asks of" not in client.get(LIST).get_data(as_text=True)

    client.post("/console/courier/today/pause", data={"end": "two_hours", **gates})

    assert "are paused, so readers see none of these" in client.get(LIST).get_data(as_text=True)
