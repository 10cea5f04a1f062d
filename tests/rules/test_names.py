"""No two public classes of the service or its schemas have the same name, so that a name means one thing."""

import ast
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_no_two_public_classes_have_the_same_name() -> None:
    places = defaultdict(list)
    for path in sorted(path for folder in ("service", "schemas") for path in (ROOT / folder).rglob("*.py")):
        for statement in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(statement, ast.ClassDef) and not statement.name.startswith("_"):
                places[statement.name].append(str(path.relative_to(ROOT)))

    assert "Campaign" in places
    assert {name: paths for name, paths in places.items() if len(paths) > 1} == {}
