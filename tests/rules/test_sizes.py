"""Files stay small enough to read and are named after a concept."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINE_LIMIT = 400
DUMPING_GROUNDS = {"utils", "helpers", "common", "misc", "constants", "manager", "managers", "mixins"}
SOURCES = sorted(
    path
    for folder in ("service", "schemas", "infra", "tests")
    for ending in ("*.py", "*.js")
    for path in (ROOT / folder).rglob(ending)
    if "node_modules" not in path.parts and "__pycache__" not in path.parts
)


def test_there_are_sources_to_measure() -> None:
    assert len(SOURCES) > 50


@pytest.mark.parametrize("path", [pytest.param(path, id=str(path.relative_to(ROOT))) for path in SOURCES])
def test_a_file_is_short_enough(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").count("\n")

    assert lines <= LINE_LIMIT


def test_no_file_is_named_like_a_dumping_ground() -> None:
    assert not [path for path in SOURCES if path.stem in DUMPING_GROUNDS]
