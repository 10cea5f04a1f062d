"""How the server is started, and which lane a request gets."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from service.__main__ import options
from service.serving.lanes import LANE_OF_PREFIX, lane_of
from service.waiting_limits import (
    BACK_OFFICE_LANES,
    EXPORTS,
    FINANCE,
    INBOX,
    MEMORY,
    PAGES,
    READER_LANES,
    READERS,
    SIMULATIONS,
    STRIPE,
    STRIPE_CALL_SECONDS,
    Lane,
)
from tests.contract.snapshot import contract_app

ROOT = Path(__file__).parents[2]


def test_a_server_without_settings_lists_what_is_missing_and_ends() -> None:
    environment = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME"}}
    command = [sys.executable, "-m", "service"]

    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60)

    assert ended.returncode == 1
    assert "PUBLIC_URL" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_the_number_of_connections_is_bounded() -> None:
    given = options(700)

    assert given[given.index("--backpressure") + 1] == "700"


@pytest.mark.parametrize(
    ("method", "path", "lane"),
    [
        ("GET", "/livez", MEMORY),
        ("GET", "/v1/widget.js", MEMORY),
        ("OPTIONS", "/v1/checkout", MEMORY),
        ("OPTIONS", "*", MEMORY),
        ("POST", "/v1/decide", READERS),
        ("POST", "/webhooks/stripe", INBOX),
        ("POST", "/v1/checkout", STRIPE),
        ("GET", "/thanks", STRIPE),
        ("GET", "/v1/exports/contributions.csv", EXPORTS),
        ("POST", "/v1/simulate", SIMULATIONS),
        ("GET", "/portal/tok_1", PAGES),
        ("GET", "/metrics", PAGES),
        ("PUT", "/v1/campaigns/autumn", PAGES),
        ("GET", "", PAGES),
        ("GET", "/console/people", PAGES),
        ("POST", "/console/money/contributions/ctb_1/refund", FINANCE),
        ("POST", "/console/agreements/agr_1/agree", FINANCE),
        ("POST", "/console/close", FINANCE),
        ("POST", "/console/supporters/ctb_1/erase", FINANCE),
        ("GET", "/console/exports/file", EXPORTS),
        ("GET", "/console/close/files/2026-10-31.zip", EXPORTS),
    ],
)
def test_a_request_gets_the_lane_of_what_it_waits_for(method: str, path: str, lane: Lane) -> None:
    assert lane_of(method, path) is lane


@pytest.mark.parametrize("lane", [STRIPE, FINANCE, EXPORTS])
def test_a_lane_whose_requests_call_stripe_leaves_time_for_an_answer(lane: Lane) -> None:
    assert lane.seconds >= 2 * STRIPE_CALL_SECONDS


def test_every_prefix_with_a_lane_is_the_beginning_of_a_route() -> None:
    routes = [rule.rule for rule in contract_app().url_map.iter_rules()]

    assert [prefix for prefix in LANE_OF_PREFIX if not any(route.startswith(prefix) for route in routes)] == []


def test_every_lane_is_answered_in_one_of_the_two_processes() -> None:
    assert set(LANE_OF_PREFIX.values()) | {MEMORY} == {*READER_LANES, *BACK_OFFICE_LANES}
    assert not {*READER_LANES} & {*BACK_OFFICE_LANES}
