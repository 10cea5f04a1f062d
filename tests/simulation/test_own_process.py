"""A simulation that is sent runs in a process of its own, and one that is too large is refused."""

import json
from typing import Any

import pytest

from service.errors import InvalidDocumentError
from service.simulation import file
from service.simulation.file import MAX_WORK
from service.simulation.own_process import simulate_in_own_process
from service.waiting_limits import within
from tests.simulation.running import simulate_text

STEP = {"at": "2026-11-18 10:00", "view": {}}


def simulation(campaigns: int, steps: int) -> bytes:
    documents: list[Any] = [{"key": f"c-{number}"} for number in range(campaigns)]
    whole = {
        "site": {"timezone": "Europe/Dublin"},
        "campaigns": documents,
        "reader": {"bucket": 7},
        "steps": [STEP] * steps,
    }
    return json.dumps(whole).encode()


def test_the_answer_of_the_process_equals_that_of_the_function() -> None:
    text = simulation(3, 40)

    decisions = json.loads(b"".join(simulate_in_own_process(text)))["decisions"]

    assert [(view["step"], view["shown"]) for view in decisions] == [
        (view["step"], view["shown"]) for view in simulate_text(text)
    ]
    assert decisions[0].keys() == simulate_text(text)[0].keys()


def test_a_simulation_without_steps_has_no_decisions() -> None:
    assert json.loads(b"".join(simulate_in_own_process(simulation(1, 0)))) == {"decisions": []}


def test_the_reasons_of_a_refusal_reach_the_caller() -> None:
    with pytest.raises(InvalidDocumentError) as refused:
        simulate_in_own_process(b'{"site": 1}')

    assert any("site" in problem for problem in refused.value.problems)


def test_more_work_than_allowed_is_refused_before_it_begins() -> None:
    with pytest.raises(InvalidDocumentError, match="campaigns times steps"):
        file.bounded_bodies(simulation(6, MAX_WORK // 6 + 1))


def test_a_simulation_that_takes_too_long_is_ended() -> None:
    with within(0.05), pytest.raises(InvalidDocumentError, match="too long"):
        simulate_in_own_process(simulation(1, 5))


def test_yaml_of_many_tiny_values_is_refused_quickly() -> None:
    with pytest.raises(InvalidDocumentError, match="more than"):
        file.bounded_bodies(b"a:\n" + b"- 1\n" * 400_000)


@pytest.mark.parametrize("name", ["SIMULATION_MEMORY_BYTES", "SIMULATION_ANSWER_BYTES"])
def test_a_simulation_that_is_too_large_says_so(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process bounds itself with less than the answer or the interpreter needs."""
    least = {"SIMULATION_MEMORY_BYTES": 1000, "SIMULATION_ANSWER_BYTES": 100}[name]
    code = (
        f"import runpy, service.waiting_limits as limits; limits.{name} = {least}; "
        "runpy.run_module('service.simulation', run_name='__main__')"
    )
    monkeypatch.setattr("service.simulation.own_process.COMMAND", ("-c", code))

    with pytest.raises(InvalidDocumentError, match="too long or too much memory"):
        simulate_in_own_process(simulation(3, 4000))


def test_an_error_of_ours_is_not_called_a_large_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.simulation.own_process.COMMAND", ("-c", "raise RuntimeError"))

    with pytest.raises(RuntimeError, match="status 1"):
        simulate_in_own_process(simulation(1, 1))
