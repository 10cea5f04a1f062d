"""The effect of a draft takes turns: one replay at a time, one for each person, and none again for a known draft."""

import threading
from collections.abc import Iterator

import pytest
from flask import Flask

from service.console.screens.campaigns.publishing import effect
from service.simulation.effect import Effect, effect_of_draft
from service.staff.people import Person, Role
from tests.console.world import services_of, store_campaign, store_site
from tests.staff.signed_in import add_person, client_of

EFFECT = "/console/courier/campaigns/autumn/effect"
PART = {"HX-Request": "true"}
BUSY = "The effect of another draft is being found."


@pytest.fixture
def publisher(app: Flask) -> Person:
    """Ana, on a site with a published campaign."""
    store_site(app)
    store_campaign(app)
    return add_person(services_of(app), Role.PUBLISHER, name="Ana")


@pytest.fixture
def ben(app: Flask, publisher: Person) -> Person:
    return add_person(services_of(app), Role.EDITOR, name="Ben")


@pytest.fixture
def replays(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[threading.Event]]:
    """Every replay waits for the event that it adds to this list, and all of them go on at the end of the test."""
    begun: list[threading.Event] = []

    def waiting(*arguments: object) -> Effect:
        begun.append(threading.Event())
        assert begun[-1].wait(10)
        return effect_of_draft(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(effect, "effect_of_draft", waiting)
    monkeypatch.setattr(effect, "EFFECT_TURN_SECONDS", 0.01)
    yield begun
    for event in begun:
        event.set()


def test_a_draft_is_replayed_once(app: Flask, publisher: Person, ben: Person) -> None:
    before = effect._found.cache_info()

    pages = [client_of(app, person).get(EFFECT, headers=PART).text for person in (publisher, publisher, ben)]

    after = effect._found.cache_info()
    assert (after.misses - before.misses, after.hits - before.hits) == (1, 2)
    assert len(set(pages)) == 1
    assert "Readers would see no difference." in pages[0]


def test_one_effect_is_found_at_a_time(
    app: Flask, publisher: Person, ben: Person, replays: list[threading.Event]
) -> None:
    answers: list[str] = []
    first = threading.Thread(target=lambda: answers.append(client_of(app, publisher).get(EFFECT, headers=PART).text))
    first.start()
    while not replays:
        threading.Event().wait(0.01)

    again = client_of(app, publisher).get(EFFECT, headers=PART).text
    other = client_of(app, ben).get(EFFECT).text

    assert BUSY in again
    assert 'hx-trigger="load delay:2s"' in again
    assert BUSY in other
    assert f'<a href="{EFFECT}">Try again now</a>' in other
    replays[0].set()
    first.join(10)
    assert "Readers would see no difference." in answers[0]
    assert "Readers would see no difference." in client_of(app, ben).get(EFFECT).text
    assert len(replays) == 1


def test_the_page_before_publishing_does_not_wait_for_the_effect(
    app: Flask, publisher: Person, replays: list[threading.Event]
) -> None:
    page = client_of(app, publisher).get(EFFECT.replace("effect", "publish")).text

    assert not replays
    assert f'hx-get="{EFFECT}" hx-trigger="load"' in page
    assert f'href="{EFFECT}">Show the effect</a>' in page
    assert "That takes a second or two." in page
