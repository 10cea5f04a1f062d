"""Every query of the dashboard and every alert finds series that the service itself reports."""

import re
from pathlib import Path

import pytest
import yaml
from flask import Flask

from infra.monitoring.dashboard import ROWS, TARGET, dashboard, queries, text
from service.reconciliation.checking import check_books
from service.services import Services
from tests.infra.programs import INFRA
from tests.infra.recorded import names, prometheus

pytestmark = pytest.mark.infra
RULES = INFRA / "monitoring" / "rules.yml"
OF_OTHERS = {"probe_ssl_earliest_cert_expiry"}
METRIC = re.compile(r"\b(?:keepopen|probe)_[a-z_]+")


@pytest.fixture
def exposition(app: Flask, app_services: Services) -> str:
    """What /metrics answers after everything that is counted has happened once."""
    counts = app_services.metrics
    for outcome in ("prompt", "silence", "fault"):
        counts.count_decision("courier", outcome, 0.0004)
    counts.fail_open.add("fault")
    counts.prompt_events.add("courier", "impression")
    counts.webhooks.add("charge.updated", "kept")
    counts.webhooks.add("unknown", "refused")
    counts.errors.add("/v1/checkout")
    counts.checkouts.add("courier", "started")
    counts.refused_requests.add("inbox", "busy")
    check_books(app_services)
    return app.test_client().get("/metrics").text


def test_every_query_finds_series(exposition: str, tmp_path: Path) -> None:
    with prometheus(exposition, tmp_path) as server:
        found = {(title, query): server.answer(query.replace("$__rate_interval", "5m")) for title, query in queries()}
        assert [key for key, series in found.items() if not series] == []
        assert server.answer("keepopen_nothing_total") == []


def test_alerts_and_dashboard_name_only_metrics_that_the_service_reports(exposition: str) -> None:
    rules = yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"]
    expressions = [rule["expr"] for group in rules for rule in group["rules"]] + [query for _, query in queries()]

    assert {name for text in expressions for name in METRIC.findall(text)} - OF_OTHERS - names(exposition) == set()


def test_the_committed_file_is_what_the_code_makes() -> None:
    assert TARGET.read_text(encoding="utf-8") == text()


def test_panels_have_names_and_places_of_their_own() -> None:
    panels = dashboard()["panels"]
    cells = [
        (place["x"] + right, place["y"] + down)
        for place in (panel["gridPos"] for panel in panels)
        for right in range(place["w"])
        for down in range(place["h"])
    ]

    assert len(cells) == len(set(cells))
    assert max(across for across, _ in cells) < 24
    assert len({panel["id"] for panel in panels}) == len({panel["title"] for panel in panels}) == len(panels)


def test_every_panel_says_what_it_shows() -> None:
    assert [panel.title for row in ROWS for panel in row.panels if not panel.about] == []
