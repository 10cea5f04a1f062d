"""A reader's page views over HTTP have the same decisions as a simulation of them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from service.campaigns.snapshot.holder import SnapshotHolder
from service.campaigns.snapshot.snapshot import SiteSnapshot, Snapshot
from service.services import EXTENSION, Services
from service.simulation.file import bodies, load_simulation
from tests.conftest import SettableClock
from tests.contract.snapshot import contract_app

DAY, HOUR = 86_400, 3_600
START = datetime(2026, 10, 23, 22, 30, tzinfo=UTC)  # two days before the clocks go back in Dublin
SITE = {
    "key": "site",
    "timezone": "Europe/Dublin",
    "honours_country": True,
    "frequency": {"caps": {"impressions": 5, "days": 2}},
    "sensitive": {"sections": "grief"},
}
METER = {"anonymous": {"allowance": 2, "period": "day"}}
CAMPAIGNS: list[dict[str, Any]] = [
    {"frequency": {"caps": {"impressions": 2, "days": 1}}},
    {"placement": "article_end", "frequency": {"gap": {"hours": 1}, "every_nth_view": 2}},
    {"kind": "banner", "frequency": {"daily": {"impressions": 1, "turns_at": "01:30"}}},
    {"kind": "banner", "cool_off": {"after_dismissal": {"days": [1, 2]}}, "schedule": {"hours": "22:00-01:30"}},
    {"frequency": {"cycle": {"impressions": 2, "rest_hours": 25}, "first_after_views": 1}},
    {"reader": {"article_count": {"min": 2, "weeks": 0}}, "schedule": {"weekdays": ["sat", "sun"]}},
    {"reader": {"article_count": [{"max": 2, "days": 2}, {"min": 1, "topics": "news"}], "countries": ["IE"]}},
    {"page": {"sections": {"none": ["sport"]}, "tags": ["eu"]}, "priority": 5},
    {"kind": "gate", "meter": METER, "page": {"tags": ["eu"]}},
    {"kind": "gate", "gate": {"type": "registration", "strength": "soft", "mandatory_after": 2},
     "page": {"sections": "sport"}, "cool_off": {"after_dismissal": {"hours": 24}}},
    {"kind": "gate", "meter": METER | {"pool": "own"}, "schedule": {"starts": "2026-10-25"}},
]  # fmt: skip
VIEWS = st.fixed_dictionaries(
    {"page_id": st.sampled_from(["/a", "/b", "/c"])},
    optional={
        "section": st.sampled_from(["news", "Sport", "grief"]),
        "tags": st.just(["EU"]),
        "page_type": st.sampled_from(["front", "liveblog"]),
        "access": st.sampled_from(["free", "locked", "gift"]),
        "country": st.sampled_from(["IE", "US"]),
        "consent": st.sampled_from(["none", "none", "meter"]),
    },
)
STEPS = st.tuples(
    st.sampled_from([0, 1, 60, HOUR - 1, HOUR, DAY - 1, DAY, DAY + HOUR, 2 * DAY]),
    st.sampled_from(["visit", "visit", "visit", "prefetch", "crawl"]),
    VIEWS,
    st.sampled_from([("seen",), ("seen",), ("seen", "dismissed"), ()]),
)


@pytest.fixture(scope="module")
def clock() -> SettableClock:
    return SettableClock(START)


@pytest.fixture(scope="module")
def whole(clock: SettableClock) -> Iterator[Flask]:
    app = contract_app(clock=clock)
    yield app
    app.extensions[EXTENSION].close()


@settings(max_examples=40)
@given(
    chosen=st.sets(st.integers(0, len(CAMPAIGNS) - 1), min_size=1, max_size=5),
    past=st.lists(STEPS, min_size=8, max_size=16),
    is_local=st.booleans(),
)
def test_page_views_over_http_equal_their_simulation(
    whole: Flask, clock: SettableClock, chosen: set[int], past: list[Any], is_local: bool
) -> None:
    campaigns = [{"key": f"c{number}", **CAMPAIGNS[number]} for number in sorted(chosen)]
    client, wire = whole.test_client(), Wire(is_local)
    services: Services = whole.extensions[EXTENSION]
    publish(services, campaigns)
    steps: list[dict[str, Any]] = []
    answers = []
    clock.now = START

    for number, (seconds, purpose, view, events) in enumerate(past):
        clock.now += timedelta(seconds=seconds)
        at = clock.now.isoformat()
        steps.append({"at": at, "view": {"view_id": str(number), "consent": "full", **view}, "purpose": purpose})
        answers.append(wire.decide(client, steps[-1]))
        for event in events:
            for campaign in wire.tokens:
                steps.append({"at": at, "event": event, "campaign": campaign})
                wire.report(client, campaign, event, f"{number} {event} {campaign}")

    simulated = bodies(load_simulation({"site": SITE, "campaigns": campaigns, "steps": steps}))
    assert answers == [facts_of(view, view["shown"]) for view in simulated]


def publish(services: Services, campaigns: list[dict[str, Any]]) -> None:
    simulation = load_simulation({"site": SITE, "campaigns": campaigns, "steps": []})
    site = SiteSnapshot(simulation.site, ZoneInfo(simulation.site.timezone), simulation.campaigns)
    services.part(SnapshotHolder)._replace(Snapshot(1, {"site": site}))


def facts_of(body: dict[str, Any], shown: list[str]) -> tuple[Any, ...]:
    access = {name: body["access"][name] for name in ("state", "used", "allowance", "resets_at")}
    return shown, access, body["reader"]


class Wire:
    """A page with the widget. It keeps the passport in local mode, and the tokens of the prompts it shows."""

    def __init__(self, is_local: bool) -> None:
        self.passport = "" if is_local else None
        self.tokens: dict[str, str] = {}

    def decide(self, client: FlaskClient, step: dict[str, Any]) -> tuple[Any, ...]:
        headers = {
            "prefetch": {"Sec-Purpose": "prefetch;prerender"},
            "crawl": {"User-Agent": "Googlebot/2.1"},
        }.get(step["purpose"], {})
        body = self.sent(client, "/v1/decide", {"site": "site", **step["view"]}, headers)
        self.tokens = {prompt["campaign"]: prompt["prompt_token"] for prompt in body["prompts"]}
        return facts_of(body, list(self.tokens))

    def report(self, client: FlaskClient, campaign: str, event: str, event_id: str) -> None:
        told = {"site": "site", "prompt_token": self.tokens[campaign], "event": event, "event_id": event_id}
        self.sent(client, "/v1/events", told, {})

    def sent(self, client: FlaskClient, path: str, body: dict[str, Any], headers: dict[str, str]) -> dict[str, Any]:
        local = {} if self.passport is None else {"passport": self.passport}
        response = client.post(path, json=body | local, headers=headers)
        assert response.status_code == 200, response.get_data(as_text=True)
        answer: dict[str, Any] = response.get_json()
        if self.passport is not None:
            self.passport = answer["passport"] or self.passport
        return answer
