"""GET /v1/insights: counts of prompts per day, campaign and variant, and which queries are refused."""

from collections import Counter
from datetime import date
from typing import Any

import pytest
from flask import Flask

from service.campaigns.editing import Author, save_site
from service.campaigns.snapshot.holder import SnapshotHolder
from service.decisions.tally import Cell, Counted
from service.insights.store import flush_counts
from service.services import Services
from service.tokens.store import TokenRole
from service.tokens.tokens import TokenRequest, create_token
from tests.decisions import make

SITE = {"key": "tide", "name": "Tide", "timezone": "UTC", "home_url": "https://tide.example", "currency": "EUR"}
SEEN = Cell("tide", "autumn", "control", date(2026, 11, 18), True, Counted.SEEN)
NOVEMBER = {"from": "2026-11-01", "to": "2026-11-30"}


@pytest.fixture
def get(app: Flask, app_services: Services) -> Any:
    engine = app_services.engine
    save_site(engine, SITE, Author("tests", make.NOW))
    app_services.part(SnapshotHolder).refresh()
    token = create_token(engine, app_services.settings.secret_keys, TokenRequest("t", TokenRole.EDITOR), make.NOW).text
    flush_counts(
        engine,
        Counter({
            SEEN: 5,
            SEEN._replace(event=Counted.SHOWN): 9,
            SEEN._replace(is_counted=False): 2,
            SEEN._replace(day=date(2026, 12, 1)): 7,
            SEEN._replace(campaign="winter", event=Counted.CLICKED): 1,
            SEEN._replace(site="other"): 70,
        }),
        Counter(),
        {},
    )  # fmt: skip

    def request(path: str = "/v1/insights/tide", *, is_known: bool = True, **query: str) -> Any:
        headers = {"Authorization": f"Bearer {token}"} if is_known else {}
        return app.test_client().get(path, query_string=NOVEMBER | query, headers=headers)

    return request


def day_of(campaign: str = "autumn", *, is_counted: bool = True, **counts: int) -> dict[str, Any]:
    zeros = dict.fromkeys(("shown", "seen", "dismissed", "clicked"), 0)
    about = {"day": "2026-11-18", "campaign": campaign, "variant": "control", "is_counted": is_counted}
    return about | zeros | {"paid": 0, "earned": []} | counts


def test_a_line_counts_a_variant_on_a_day(get: Any) -> None:
    both = [day_of(seen=2, is_counted=False), day_of(seen=5, shown=9)]

    assert get().get_json() == {"counts": [*both, day_of("winter", clicked=1)]}
    assert get(campaign="autumn").get_json() == {"counts": both}
    assert get(to="2026-11-17").get_json() == {"counts": []}


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"from": "soon"}, 422),
        ({"to": "2026-10-31"}, 422),
        ({"to": "2027-11-30"}, 422),
        ({"campaign": "A B"}, 422),
        ({"campagne": "autumn"}, 422),
        ({"path": "/v1/insights/nowhere"}, 404),
        ({"is_known": False}, 401),
    ],
)
def test_an_invalid_query_is_refused(get: Any, query: dict[str, Any], status: int) -> None:
    assert get(**query).status_code == status
