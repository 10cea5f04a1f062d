"""The Grafana dashboard, which Grafana imports: `python -m infra.monitoring.dashboard` writes dashboard.json.

Its queries use only metrics of the service and add them up over machines, so one installation has one dashboard.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

TARGET = Path(__file__).with_name("dashboard.json")
SOURCE = {"type": "prometheus", "uid": "${source}"}
COLUMNS = 24
GREEN_RED = {"green": None, "red": 1}
RATE = "$__rate_interval"


@dataclass(frozen=True, slots=True)
class Panel:
    """A picture of the answers to queries, given as legend and expression. `steps` are colours and where they begin."""

    title: str
    about: str
    queries: Mapping[str, str]
    unit: str = "short"
    kind: str = "timeseries"
    width: int = 8
    steps: Mapping[str, float | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Row:
    """Panels beside each other under a heading."""

    title: str
    panels: tuple[Panel, ...]


def _state(title: str, about: str, query: str, unit: str, steps: Mapping[str, float | None]) -> Panel:
    return Panel(title, about, {"": query}, unit, "stat", 4, steps)


ROWS = (
    Row(
        "Is it well?",
        (
            _state("Processes", "That answer requests, on all machines", "sum(keepopen_processes)", "short", {}),
            _state(
                "Database",
                "1 if every machine can read PostgreSQL",
                "min(keepopen_database_up)",
                "short",
                {"red": None, "green": 1},
            ),
            _state(
                "Worker seen",
                "Since a worker was last alive",
                "min(keepopen_worker_seen_seconds)",
                "s",
                {"green": None, "red": 120},
            ),
            _state(
                "Balance pulled",
                "Since the last complete pull of Stripe's balance",
                "min(keepopen_pull_age_seconds)",
                "s",
                {"green": None, "red": 7200},
            ),
            _state(
                "Broken invariants",
                "Of the books, in the last hourly check",
                "count(min by (number) (keepopen_ledger_check) == 0) or vector(0)",
                "short",
                GREEN_RED,
            ),
            _state(
                "Backup",
                "Age of the last backup",
                'min(keepopen_backup_age_seconds{state="made"})',
                "s",
                {"green": None, "red": 129600},
            ),
        ),
    ),
    Row(
        "Readers",
        (
            Panel(
                "Decisions",
                "A second, by outcome",
                {"{{outcome}}": f"sum by (outcome) (rate(keepopen_decisions_total[{RATE}]))"},
                "reqps",
            ),
            Panel(
                "Time to decide",
                "Half of the decisions, and all but one in a hundred",
                {
                    "p50": f"histogram_quantile(0.5, sum by (le) (rate(keepopen_decision_seconds_bucket[{RATE}])))",
                    "p99": f"histogram_quantile(0.99, sum by (le) (rate(keepopen_decision_seconds_bucket[{RATE}])))",
                },
                "s",
            ),
            Panel(
                "No decision",
                "Page views without a decision, so the article was open",
                {"{{cause}}": f"sum by (cause) (rate(keepopen_fail_open_total[{RATE}]))"},
                "reqps",
            ),
            Panel(
                "Prompts",
                "Seen, dismissed and clicked, a second",
                {"{{event}}": f"sum by (event) (rate(keepopen_prompt_events_total[{RATE}]))"},
                "reqps",
            ),
            Panel(
                "Decisions by site",
                "A second",
                {"{{site}}": f"sum by (site) (rate(keepopen_decisions_total[{RATE}]))"},
                "reqps",
            ),
            Panel(
                "Age of campaigns",
                "In the memory of the process with the oldest, by machine",
                {"{{instance}}": "max by (instance) (keepopen_config_age_seconds)"},
                "s",
            ),
        ),
    ),
    Row(
        "Money",
        (
            Panel(
                "Checkouts",
                "Started in an hour, by site",
                {"{{site}}": 'sum by (site) (increase(keepopen_checkouts_total{result="started"}[1h]))'},
            ),
            Panel(
                "Webhooks",
                "In five minutes, by what became of them",
                {"{{result}}": "sum by (result) (increase(keepopen_webhooks_total[5m]))"},
            ),
            Panel(
                "Oldest work",
                "How long the oldest work that is due has waited",
                {"{{queue}}": "max by (queue) (keepopen_queue_age_seconds)"},
                "s",
            ),
            Panel("Events of Stripe", "Waiting, and given up", {"{{state}}": "max by (state) (keepopen_events)"}),
            Panel("Mail", "Waiting, and dead", {"{{state}}": "max by (state) (keepopen_mail)"}),
            Panel(
                "Books checked",
                "Since the last hourly check",
                {"age": "min(keepopen_ledger_check_age_seconds)"},
                "s",
            ),
        ),
    ),
    Row(
        "Trouble",
        (
            Panel(
                "Errors of ours",
                "In five minutes, by route",
                {"{{route}}": "sum by (route) (increase(keepopen_errors_total[5m]))"},
            ),
            Panel(
                "Refused requests",
                "A second, by lane and reason",
                {"{{lane}} {{code}}": f"sum by (lane, code) (rate(keepopen_refused_requests_total[{RATE}]))"},
                "reqps",
            ),
            Panel("Campaigns left out", "Because they cannot be read", {"campaigns": "max(keepopen_config_alarms)"}),
        ),
    ),
)


def queries() -> Iterator[tuple[str, str]]:
    """Yield the title of the panel and the expression of every query."""
    for row in ROWS:
        for panel in row.panels:
            for expression in panel.queries.values():
                yield panel.title, expression


def dashboard() -> dict[str, Any]:
    """Return the dashboard as Grafana imports it."""
    source = {"name": "source", "label": "Prometheus", "type": "datasource", "query": "prometheus"}
    return {
        "uid": "keepopen",
        "title": "Keepopen",
        "tags": ["keepopen"],
        "schemaVersion": 39,
        "version": 1,
        "editable": True,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "templating": {"list": [source]},
        "annotations": {"list": []},
        "panels": list(_placed()),
    }


def _placed() -> Iterator[dict[str, Any]]:
    number, top = 0, 0
    for row in ROWS:
        number += 1
        place = {"x": 0, "y": top, "w": COLUMNS, "h": 1}
        yield {"id": number, "type": "row", "title": row.title, "gridPos": place, "collapsed": False, "panels": []}
        left, top = 0, top + 1
        height = 4 if row.panels[0].kind == "stat" else 8
        for panel in row.panels:
            if left + panel.width > COLUMNS:
                left, top = 0, top + height
            number += 1
            yield _panel(panel, number, {"x": left, "y": top, "w": panel.width, "h": height})
            left += panel.width
        top += height


def _panel(panel: Panel, number: int, place: Mapping[str, int]) -> dict[str, Any]:
    steps = [{"color": color, "value": start} for color, start in panel.steps.items()]
    defaults: dict[str, Any] = {"unit": panel.unit, "min": 0}
    if steps:
        defaults |= {"thresholds": {"mode": "absolute", "steps": steps}, "color": {"mode": "thresholds"}}
    targets = [
        {"refId": chr(ord("A") + index), "datasource": SOURCE, "expr": expression, "legendFormat": legend}
        for index, (legend, expression) in enumerate(panel.queries.items())
    ]
    return {
        "id": number,
        "type": panel.kind,
        "title": panel.title,
        "description": panel.about,
        "datasource": SOURCE,
        "gridPos": dict(place),
        "fieldConfig": {"defaults": defaults, "overrides": []},
        "targets": targets,
    }


def text() -> str:
    """Return the file's text."""
    return json.dumps(dashboard(), indent=2) + "\n"


if __name__ == "__main__":
    TARGET.write_text(text(), encoding="utf-8")
