"""No test module imports another test module: what they share is in `make.py`, `world.py` or `conftest.py`."""

import ast
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).parents[1]
MODULES = sorted(TESTS.rglob("test_*.py"))


def imported_test_modules(path: Path) -> Iterator[str]:
    """Yield the name of every test module that a module imports, also within its functions."""
    for statement in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(statement, ast.Import):
            names = [alias.name for alias in statement.names]
        elif isinstance(statement, ast.ImportFrom) and statement.module is not None:
            names = [statement.module, *(f"{statement.module}.{alias.name}" for alias in statement.names)]
        else:
            continue
        yield from (name for name in names if name in NAMES)


NAMES = {".".join(path.relative_to(TESTS.parent).with_suffix("").parts) for path in MODULES}


def test_there_are_test_modules_to_check() -> None:
    assert "tests.rules.test_test_modules" in NAMES


def test_no_test_module_imports_another() -> None:
    imported = {str(path.relative_to(TESTS)): list(imported_test_modules(path)) for path in MODULES}

    assert {path: names for path, names in imported.items() if names} == {}
