"""Files are short, folders list few names, and no file is named like a dumping ground."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE_LINES = 300
TEST_LINES = 400  # also for migrations, which must not be split after they were released
FOLDER_NAMES = 22
DUMPING_GROUNDS = {"utils", "helpers", "common", "misc", "constants", "manager", "managers", "mixins"}
FILES = sorted(
    path
    for folder in ("service", "schemas", "infra", "tests")
    for ending in ("*.py", "*.js")
    for path in (ROOT / folder).rglob(ending)
    if "node_modules" not in path.parts and "__pycache__" not in path.parts
)
ROOMS = sorted({path.parent for path in FILES if path.relative_to(ROOT).parts[0] == "service"} - {ROOT / "service"})


def limit(path: Path) -> int:
    return TEST_LINES if path.relative_to(ROOT).parts[0] == "tests" or "migrations" in path.parts else SOURCE_LINES


def test_there_are_files_to_measure() -> None:
    assert len(FILES) > 50
    assert len(ROOMS) > 20


@pytest.mark.parametrize("path", [pytest.param(path, id=str(path.relative_to(ROOT))) for path in FILES])
def test_a_file_is_short_enough(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").count("\n")

    assert lines <= limit(path)


@pytest.mark.parametrize("room", [pytest.param(room, id=str(room.relative_to(ROOT))) for room in ROOMS])
def test_a_room_lists_few_names(room: Path) -> None:
    names = [path.name for path in room.iterdir() if path.name != "__pycache__"]

    assert len(names) <= FOLDER_NAMES


def test_no_file_is_named_like_a_dumping_ground() -> None:
    assert not [path for path in FILES if path.stem in DUMPING_GROUNDS]
