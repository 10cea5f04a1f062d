"""Run a simulation file and return JSON: a decision with its trace for each page view."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from schemas.document import Path as DocumentPath
from schemas.document import load_value
from schemas.simulation import SimulationSchema
from service.campaigns.documents import read_document, read_file
from service.decisions.answer_json import access_body, instant_text, trace_body
from service.errors import InvalidDocumentError
from service.simulation.simulate import SimulatedView, simulate
from service.simulation.simulation import Simulation

MAX_SIMULATION_BYTES = 2 * 1024 * 1024
MAX_WORK = 50_000  # campaigns times steps of a file that is sent; the command has no limit


def load_simulation(content: object, lines: Mapping[DocumentPath, int] | None = None) -> Simulation:
    """Return the simulation that a document describes. Raise InvalidDocumentError, which names every wrong field."""
    return cast("Simulation", load_value(SimulationSchema(), content, lines))


def simulate_file(path: Path) -> Iterator[str]:
    """Run a JSON or YAML file. Yield a line of JSON per page view. Raise InvalidDocumentError before the first line."""
    document = read_file(path, MAX_SIMULATION_BYTES)
    simulation = load_simulation(document.content, document.lines)
    return (json.dumps(body, ensure_ascii=False) for body in bodies(simulation))


def bounded_bodies(text: str | bytes) -> Iterator[dict[str, Any]]:
    """Run a simulation written as text, if it has few enough decisions to make. Yield a JSON object per page view.

    Raise InvalidDocumentError before the first one.
    """
    document = read_document(text, MAX_SIMULATION_BYTES)
    simulation = load_simulation(document.content, document.lines)
    work = len(simulation.campaigns) * len(simulation.steps)
    if work > MAX_WORK:
        words = f"the simulation has {work} campaigns times steps, and at most {MAX_WORK} may be sent; shorten it"
        raise InvalidDocumentError((words,))
    return bodies(simulation)


def bodies(simulation: Simulation) -> Iterator[dict[str, Any]]:
    """Run a simulation. Yield a JSON object per page view."""
    return (_view_body(view) for view in simulate(simulation))


def _view_body(view: SimulatedView) -> dict[str, Any]:
    access = view.decision.access
    return {
        "step": view.step,
        "at": instant_text(int(view.at.timestamp())),
        "local_at": view.local_at.isoformat(),
        "shown": [prompt.shown.campaign for prompt in view.prompts],
        "prompts": [{**prompt.body(), "is_counted": prompt.shown.is_counted} for prompt in view.prompts],
        "access": {**access_body(access), "decided_by": access.decided_by},
        "reader": {"article_count": view.article_count, "supporter": view.supporter.value},
        "trace": trace_body(view.decision.traces),
    }
