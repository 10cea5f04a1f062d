"""Run a simulation in this process."""

from typing import Any

from service.simulation.file import bounded_bodies


def simulate_text(text: str | bytes) -> list[dict[str, Any]]:
    """Return all decisions of a simulation file."""
    return list(bounded_bodies(text))
