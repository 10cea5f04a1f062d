"""The tally of shown prompts and their events, in memory and without readers."""

from collections import Counter
from collections.abc import Callable
from datetime import date
from threading import Thread
from time import perf_counter
from typing import Any

from flask.testing import FlaskClient

from service.campaigns.campaign import Kind
from service.campaigns.gate import Gate, GateType
from service.decisions.prompt_token import ShownPrompt
from service.decisions.tally import (
    ADDED_UP_AT,
    MAX_REMEMBERED,
    MAX_WAITING,
    Cell,
    Counted,
    Happened,
    Tally,
    reported_event,
)
from service.services import EXTENSION
from tests.decisions import make

SHOWN = Cell("tide", "autumn", "control", date(2026, 11, 18), True, Counted.SHOWN)
PROMPT = ShownPrompt("autumn", "control", "article_top", "epic", "EUR")


def open_page(client: FlaskClient, consent: str = "full") -> Any:
    body = {"site": "tide", "view_id": "v1", "page_id": "/a", "placements": ["article_top"], "consent": consent}
    response = client.post("/v1/decide", json={**body, "page_type": "article"})
    assert response.status_code == 200, response.text
    return response.get_json()["prompts"][0]


def counts_of(client: FlaskClient) -> Counter[Cell]:
    tally: Tally = client.application.extensions[EXTENSION].part(Tally)
    return tally.taken() + Counter(tally.taken_reports().values())


def test_a_prompt_is_counted_when_shown_and_each_event_the_first_time(open_client: Callable[..., FlaskClient]) -> None:
    client = open_client(make.campaign())
    token = open_page(client)["prompt_token"]
    for event, event_id in (("seen", "e1"), ("seen", "e1"), ("clicked", "e2"), ("dismissed", "e3")):
        body = {"site": "tide", "prompt_token": token, "event": event, "event_id": event_id}
        assert client.post("/v1/events", json=body).status_code < 300

    assert counts_of(client) == Counter({SHOWN._replace(event=event): 1 for event in Counted})


def test_readers_without_consent_are_counted_outside_the_experiment(open_client: Callable[..., FlaskClient]) -> None:
    client = open_client(make.campaign())

    open_page(client, consent="none")

    assert [cell.is_counted for cell in counts_of(client)] == [False]


def test_every_page_view_is_counted_in_its_hour_and_what_it_showed(open_client: Callable[..., FlaskClient]) -> None:
    """The site's clock shows 10:30."""
    asking, gated, silent = (
        open_client(make.campaign()),
        open_client(make.campaign(kind=Kind.GATE, gate=Gate(GateType.PAYMENT))),
        open_client(),
    )
    body = {
        "site": "tide",
        "view_id": "v1",
        "page_id": "/a",
        "page_type": "article",
        "placements": ["article_top", "over_article"],
        "consent": "full",
    }
    for client, pages in ((asking, 2), (gated, 1), (silent, 3)):
        for _ in range(pages):
            client.post("/v1/decide", json=body)

    def views(client: FlaskClient) -> dict[Happened, int]:
        taken = client.application.extensions[EXTENSION].part(Tally).taken_views()
        assert {(cell.site, cell.day, cell.hour) for cell in taken} == {("tide", SHOWN.day, 10)}
        return {cell.event: count for cell, count in taken.items()}

    assert views(asking) == {Happened.VIEWED: 2, Happened.ASKED: 2}
    assert views(gated) == {Happened.VIEWED: 1, Happened.GATED: 1}
    assert views(silent) == {Happened.VIEWED: 3}


def test_page_views_that_wait_are_added_up_before_they_are_too_many() -> None:
    tally = Tally()
    for _ in range(ADDED_UP_AT + 10):
        tally.add_view("tide", SHOWN.day.toordinal(), 10, (PROMPT,))

    assert len(tally._noted) == 10
    assert tally.taken() == Counter({SHOWN: ADDED_UP_AT + 10})
    assert tally.taken_views().total() == 2 * (ADDED_UP_AT + 10)
    assert not tally.taken()
    assert not tally.taken_views()


def test_the_number_of_waiting_events_is_bounded_and_the_oldest_are_dropped() -> None:
    tally = Tally()
    seen = SHOWN._replace(event=Counted.SEEN)
    events = [reported_event(f"seen:{number}", 0) for number in range(MAX_WAITING + 10)]
    for event in events[10:]:
        tally.add_report(event, seen)
    tally.give_back_reports(dict.fromkeys(events[:10], seen))
    assert events[0] not in tally.taken_reports()

    for event in events:
        tally.add_report(event, seen)

    assert list(tally.taken_reports()) == events[10:]


def test_forgetting_the_oldest_events_costs_no_more_the_longer_a_process_runs() -> None:
    tally = Tally()
    events = [reported_event(f"seen:{number}", 0) for number in range(MAX_REMEMBERED + 20_000)]
    seconds = []
    for first in (0, MAX_REMEMBERED):
        began = perf_counter()
        assert all(tally.is_first(event) for event in events[first : first + 20_000])
        seconds.append(perf_counter() - began)
        for event in events[first + 20_000 : MAX_REMEMBERED]:
            tally.is_first(event)

    assert seconds[1] < 10 * seconds[0]
    assert not tally.is_first(events[-1])
    assert tally.is_first(events[0])


def test_simultaneous_requests_lose_no_count() -> None:
    tally = Tally()

    def count() -> None:
        for _ in range(1000):
            tally.give_back(Counter([SHOWN]))
            tally.add_view("tide", SHOWN.day.toordinal(), 10, (PROMPT,))

    threads = [Thread(target=count) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert tally.taken() == Counter({SHOWN: 16_000})
    assert tally.taken_views().total() == 16_000
