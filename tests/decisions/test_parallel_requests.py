"""Requests of one reader that are on their way at once, from several tabs: everything they tell is counted.

The browser is a jar of cookies. A request takes the jar along when it leaves, and its answer changes the jar when it
arrives, in any order.
"""

from collections.abc import Iterator
from datetime import datetime
from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.campaigns.campaign import Campaign, Kind, Placement
from service.campaigns.gate import Allowance, Gate, GateType, Meter, Period
from service.contributions.checkout.supporter_passport import (
    begun_passport,
    confirmed_contribution,
    recognised_note,
    recognised_passport,
)
from service.decisions import decide_view
from service.money import Interval
from service.readers.passports.passport_notes import MAX_NOTES, SETTLED_SECONDS
from tests.conftest import SettableClock
from tests.decisions import make
from tests.decisions.world import client_of, services_of, view
from tests.examples import examples

START = datetime.fromisoformat("2026-11-18T10:00:00+00:00")
EPIC = make.campaign()
BANNER = make.campaign("banner", kind=Kind.BANNER, placement=Placement.PAGE_BOTTOM)
Cookies = list[str]


@pytest.fixture(autouse=True, scope="module")
def _one_salt() -> Iterator[None]:
    """Give every reader one salt, because with some salts two of a few pages have equal fingerprints of two bytes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(decide_view, "random_bytes", lambda count: bytes(range(count)))
        yield


class Tabs:
    """A browser with tabs. `sent` answers are on their way until they land."""

    def __init__(self, *campaigns: Campaign) -> None:
        self.clock = SettableClock(START)
        self.client = client_of(self.clock, *campaigns).application.test_client(use_cookies=False)
        self.jar: dict[str, str] = {}
        self.on_their_way: list[tuple[dict[str, Any], Cookies]] = []
        self.prompts: list[dict[str, Any]] = []
        self._pages = count()

    def view(self, **page: Any) -> dict[str, Any]:
        """Return the body of a decide request for the next page."""
        return view(**{"page_id": f"/page-{next(self._pages)}", **page})

    def send(self, path: str, body: dict[str, Any]) -> None:
        cookies = "; ".join(f"{name}={value}" for name, value in self.jar.items())
        answer = self.client.post(path, json=body, headers={"Cookie": cookies} if cookies else {})
        assert answer.status_code == 200, answer.get_data(as_text=True)
        self.on_their_way.append((answer.get_json(), answer.headers.getlist("Set-Cookie")))

    def land(self, which: int = 0) -> None:
        body, cookies = self.on_their_way.pop(which % len(self.on_their_way))
        self.prompts += body.get("prompts", [])
        for cookie in cookies:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.jar.pop(name, None)
            if "Max-Age=0" not in cookie:
                self.jar[name] = value

    def open(self, **page: Any) -> dict[str, Any]:
        """Open a page with nothing else on its way, and return the answer."""
        self.send("/v1/decide", self.view(**page))
        answer = self.on_their_way[0][0]
        self.land()
        return answer

    def report(self, prompt: dict[str, Any], event: str) -> None:
        token = prompt["prompt_token"]
        self.send("/v1/events", {"site": "tide", "prompt_token": token, "event": event, "event_id": "e"})

    def held(self) -> dict[str, Any]:
        """Return what the reader's own page says the cookies hold."""
        cookies = "; ".join(f"{name}={value}" for name, value in self.jar.items())
        held = self.client.get("/my-data.json?site=tide", headers={"Cookie": cookies}).get_json()["held"]
        assert isinstance(held, dict)
        return held

    @property
    def notes(self) -> int:
        return sum("." in name for name in self.jar)


def tell(tabs: Tabs, acts: list[tuple[str, int]]) -> tuple[int, list[str]]:
    """Let the tabs act, with answers landing in between. Return the number of page views, and the events told."""
    told: set[tuple[str, str]] = set()
    views = sent = 1
    for act, which in acts:
        if sent >= MAX_NOTES - 2:  # also a repeated report has a note
            break
        if act == "land":
            if tabs.on_their_way:
                tabs.land(which)
        elif act == "view":
            tabs.send("/v1/decide", tabs.view())
            views += 1
            sent += 1
        elif tabs.prompts:
            prompt = tabs.prompts[which % len(tabs.prompts)]
            tabs.report(prompt, act)
            told.add((act, prompt["prompt_token"]))
            sent += 1
    return views, [event for event, _ in told]


def counts(held: dict[str, Any]) -> tuple[int, int, int, int]:
    """Return what a passport holds: page views, articles, impressions and dismissals."""
    articles = sum(held["articles_per_day_newest_first"])
    seen, dismissed = (sum(prompt[event] for prompt in held["prompts"]) for event in ("seen", "dismissed"))
    return held["page_views"], articles, seen, dismissed


@settings(max_examples=examples(40, many=300), deadline=None)
@given(
    acts=st.lists(st.tuples(st.sampled_from(["view", "view", "land", "land", "seen", "dismissed"]), st.integers(0, 9)),
                  min_size=4, max_size=40),
    order=st.lists(st.integers(0, 9), min_size=12, max_size=12),
    seconds=st.integers(0, 2),
)  # fmt: skip
def test_everything_that_tabs_tell_is_counted_in_every_order_of_answers(
    acts: list[tuple[str, int]], order: list[int], seconds: int
) -> None:
    tabs = Tabs(EPIC, BANNER)
    tabs.open()
    views, told = tell(tabs, acts)
    for which in order[: len(tabs.on_their_way)]:
        tabs.land(which)

    expected = (views, views, told.count("seen"), told.count("dismissed"))
    assert counts(tabs.held()) == expected

    tabs.clock.advance(seconds=seconds * SETTLED_SECONDS)
    for _ in range(3):
        tabs.open()
        tabs.clock.advance(seconds=SETTLED_SECONDS)

    assert counts(tabs.held()) == (views + 3, views + 3, *expected[2:])
    assert tabs.notes == 1


def test_two_prompts_seen_at_once_both_count() -> None:
    capped = make.capped(1, days=30)
    tabs = Tabs(make.campaign(frequency=capped), make.campaign("banner", kind=Kind.BANNER, frequency=capped,
                                                               placement=Placement.PAGE_BOTTOM))  # fmt: skip
    prompts = tabs.open()["prompts"]
    assert len(prompts) == 2

    for prompt in prompts:
        tabs.report(prompt, "seen")
    tabs.land(1)
    tabs.land(0)

    assert tabs.open()["prompts"] == []


@pytest.mark.parametrize("last", [0, 1])
def test_an_appeal_closed_while_another_tab_loads_stays_away(last: int) -> None:
    tabs = Tabs(EPIC)
    prompt = tabs.open()["prompts"][0]

    tabs.report(prompt, "dismissed")
    tabs.send("/v1/decide", tabs.view())
    tabs.land(1 - last)
    tabs.land()

    assert tabs.open()["prompts"] == []


def test_free_articles_read_in_tabs_at_once_are_all_spent() -> None:
    gate = make.campaign(
        "gate",
        kind=Kind.GATE,
        gate=Gate(GateType.PAYMENT),
        meter=Meter(anonymous=Allowance(3, Period.MONTH)),
    )
    tabs = Tabs(gate)
    tabs.open(page_id="/1")
    for number in (2, 3, 3):
        tabs.send("/v1/decide", view(page_id=f"/{number}"))
    for which in (2, 0, 0):
        tabs.land(which)

    assert tabs.open(page_id="/4")["access"] | {"resets_at": None} == {
        "state": "gated",
        "used": 3,
        "allowance": 3,
        "resets_at": None,
    }
    assert tabs.open(page_id="/3")["access"]["state"] == "metered"
    assert tabs.held()["page_views"] == 6


def test_twenty_tabs_restored_at_once_lose_only_what_does_not_fit() -> None:
    tabs = Tabs(EPIC)
    tabs.open()
    for _ in range(20):
        tabs.send("/v1/decide", tabs.view())
    while tabs.on_their_way:
        tabs.land(-1)

    for _ in range(3):
        tabs.clock.advance(seconds=SETTLED_SECONDS)
        tabs.open()

    assert MAX_NOTES <= tabs.held()["page_views"] <= 24
    assert tabs.notes == 1


def test_a_contributor_is_not_asked_if_a_page_view_overwrites_the_passport() -> None:
    tabs = Tabs(EPIC)
    assert len(tabs.open()["prompts"]) == 1
    services = services_of(tabs.client)
    passport = begun_passport(services, tabs.jar["keepopen-tide"], "tide", Interval.MONTH) or ""
    contribution = confirmed_contribution(services, Interval.MONTH, "autumn")
    tabs.send("/v1/decide", tabs.view())  # on its way while the reader comes back from paying

    tabs.jar["keepopen-tide"] = recognised_passport(services, passport, "tide", contribution)
    note = recognised_note(services, passport, "tide", contribution).note
    assert note is not None
    tabs.jar[f"keepopen-tide.{note.mark}"] = note.text
    tabs.land()

    assert tabs.open()["reader"]["supporter"] == "recurring"
    for _ in range(3):
        tabs.clock.advance(seconds=SETTLED_SECONDS)
        tabs.open()
    held = tabs.held()
    assert (held["giving"]["recurring"], held["prompts"][0]["contributed"], tabs.notes) == ("active", 1, 1)


def test_erasing_takes_the_notes_too() -> None:
    tabs = Tabs(EPIC)
    tabs.report(tabs.open()["prompts"][0], "seen")
    tabs.land()
    assert tabs.notes == 2
    cookies = "; ".join(f"{name}={value}" for name, value in tabs.jar.items())

    answer = tabs.client.delete("/v1/passport?site=tide", headers={"Cookie": cookies})

    erased = {cookie.partition("=")[0] for cookie in answer.headers.getlist("Set-Cookie") if "Max-Age=0" in cookie}
    assert erased == set(tabs.jar)


def test_notes_that_were_not_made_here_add_nothing() -> None:
    tabs = Tabs(EPIC)
    tabs.open()
    honest = dict(tabs.jar)
    tabs.jar |= {"keepopen-tide.000000010000ff": "forged", "keepopen-tide.x": "", "keepopen-tide.": "A" * 60}
    stolen = next(value for name, value in honest.items() if name == "keepopen-tide")
    tabs.jar["keepopen-tide.6bd0000000aaff"] = stolen

    assert tabs.open()["reader"]["article_count"] == 2
    assert tabs.held()["page_views"] == 2


def test_a_choice_about_counting_outlives_a_page_view_on_its_way() -> None:
    tabs = Tabs(EPIC)
    tabs.open()
    tabs.send("/v1/decide", tabs.view())
    tabs.send("/v1/article-counting", {"site": "tide", "counts_articles": False})
    tabs.land(1)
    tabs.land(0)

    assert tabs.open()["reader"]["article_count"] == 0
    assert (tabs.held()["counts_articles"], tabs.held()["articles_per_day_newest_first"]) == (False, [])
    assert tabs.held()["page_views"] == 3
