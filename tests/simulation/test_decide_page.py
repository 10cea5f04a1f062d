"""docs/decide.md is true: its example gives the printed result, and it names every rule, field and event."""

from pathlib import Path

from schemas.decide import DecideSchema
from schemas.simulated_reader import StartReaderSchema
from schemas.simulation import SimulationSchema, StepSchema
from service.decisions.decision import Outcome
from service.decisions.rules.in_order import RULES
from service.simulation.simulation import ReaderEvent, StartState
from tests.simulation.running import simulate_text

PAGE = (Path(__file__).parents[2] / "docs" / "decide.md").read_text()


def test_the_example_gives_what_the_page_says() -> None:
    example = PAGE.split("```yaml\n")[1].split("```")[0]

    found = simulate_text(example)

    assert [view["shown"] for view in found] == [["autumn"], [], ["autumn"]]
    trace = found[1]["trace"][0]
    assert (trace["blocked_by"], trace["next_at"]) == ("after_dismissal", "2026-12-02T10:01:00Z")


def test_every_name_is_on_the_page() -> None:
    names = [rule.name for rule in RULES]
    names += [
        *ReaderEvent,
        *StartState,
        *Outcome,
        "another_gate",
        "beside_gate",
        "placement_taken",
        "overlays",
        "prompts",
    ]
    for schema in (DecideSchema(), SimulationSchema(), StartReaderSchema(), StepSchema()):
        names += schema.fields

    assert [name for name in names if f"`{name}`" not in PAGE] == []
