"""Files are short, folders list few names, and no file is named like a dumping ground."""

from pathlib import Path

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


def test_every_file_is_short_enough() -> None:
    lines = {path: path.read_text(encoding="utf-8").count("\n") for path in FILES}

    assert {str(path.relative_to(ROOT)): count for path, count in lines.items() if count > limit(path)} == {}


def test_every_room_lists_few_names() -> None:
    names = {room: [path.name for path in room.iterdir() if path.name != "__pycache__"] for room in ROOMS}

    assert {str(room.relative_to(ROOT)): len(found) for room, found in names.items() if len(found) > FOLDER_NAMES} == {}


def test_no_file_is_named_like_a_dumping_ground() -> None:
    assert not [path for path in FILES if path.stem in DUMPING_GROUNDS]
