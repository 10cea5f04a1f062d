"""A pause of all asks stops appeals in the next decision, opens or keeps the gates, and ends at its time."""

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from service.campaigns.editing import NOW as AT_ONCE
from service.campaigns.editing import (
    Author,
    PauseTerms,
    begin_pause,
    end_pause,
    publish,
    save_campaign,
    save_site,
)
from service.campaigns.snapshot.holder import SnapshotHolder
from service.campaigns.store import DocumentKind
from service.campaigns.switch_store import Switch, SwitchScope
from service.database.transaction import committed
from service.services import Services
from tests.campaigns.make import campaign_document, site_document
from tests.conftest import NOW, SettableClock

ITA = Author("Ita", NOW)
COURIER = Switch(SwitchScope.SITE, "courier")
GATE = {
    "key": "wall",
    "kind": "gate",
    "placement": "over_article",
    "gate": {"strength": "hard", "type": "payment"},
    "page": {"sections": {"any": ["archive"]}},
}


@pytest.fixture
def client(app_services: Services, client: FlaskClient) -> FlaskClient:
    """A client of a service with an appeal on every article, and a gate before the articles of the archive."""
    save_site(app_services.engine, site_document(), ITA)
    for document in (campaign_document(), campaign_document(**GATE)):
        save_campaign(app_services.engine, document, ITA)
        publish(app_services.engine, DocumentKind.CAMPAIGN, document["key"], AT_ONCE, ITA)
    app_services.part(SnapshotHolder).refresh()
    return client


def shown(client: FlaskClient, section: str) -> tuple[list[str], str]:
    """Return the campaigns that an article of a section shows, and the state of its gate."""
    body: dict[str, Any] = {
        "site": "courier",
        "view_id": "v1",
        "page_id": f"/{section}/1",
        "page_type": "article",
        "section": section,
        "placements": ["article_end", "over_article"],
        "consent": "full",
    }
    answer = client.post("/v1/decide", json=body, headers={"Origin": "https://courier.example"}).get_json()
    return [prompt["campaign"] for prompt in answer["prompts"]], answer["access"]["state"]


def pause(services: Services, terms: PauseTerms) -> None:
    with committed(services.engine) as connection:
        begin_pause(connection, COURIER, ITA, terms)
    services.part(SnapshotHolder).refresh()


def test_without_a_pause_the_appeal_asks_and_the_gate_closes(client: FlaskClient) -> None:
    assert shown(client, "news") == (["autumn"], "open")
    assert shown(client, "archive") == (["wall"], "gated")


def test_a_pause_stops_the_appeal_and_opens_the_gate(client: FlaskClient, app_services: Services) -> None:
    pause(app_services, PauseTerms("a sad day"))

    assert shown(client, "news") == ([], "open")
    assert shown(client, "archive") == ([], "open")


def test_a_pause_can_stop_the_appeal_and_keep_the_gate(client: FlaskClient, app_services: Services) -> None:
    pause(app_services, PauseTerms("a sad day", opens_gates=False))

    assert shown(client, "news") == ([], "open")
    assert shown(client, "archive") == (["wall"], "gated")


def test_a_pause_that_keeps_the_gate_does_not_close_a_gate_that_another_pause_opens(
    client: FlaskClient, app_services: Services
) -> None:
    with committed(app_services.engine) as connection:
        begin_pause(connection, Switch(SwitchScope.EVERYTHING), ITA)
    pause(app_services, PauseTerms(opens_gates=False))

    assert shown(client, "archive") == ([], "open")


def test_asks_come_back_by_themselves_at_the_end_of_the_pause(
    client: FlaskClient, app_services: Services, clock: SettableClock
) -> None:
    pause(app_services, PauseTerms(ends_at=NOW + timedelta(hours=2)))
    clock.advance(hours=2)

    app_services.part(SnapshotHolder).refresh()

    assert shown(client, "news") == (["autumn"], "open")


def test_asks_come_back_when_a_person_ends_the_pause(client: FlaskClient, app_services: Services) -> None:
    pause(app_services, PauseTerms(ends_at=NOW + timedelta(hours=2)))

    with committed(app_services.engine) as connection:
        end_pause(connection, COURIER, ITA)
    app_services.part(SnapshotHolder).refresh()

    assert shown(client, "news") == (["autumn"], "open")
