"""The statements of the files run on PostgreSQL 15, which may be older than the server of the tests."""

import re
from pathlib import Path

import pytest

import service.exports

STATEMENTS = sorted(
    path for path in Path(service.exports.__file__).parent.rglob("*.py") if "sql.SQL" in path.read_text()
)
RELATION = re.compile(r"\b(?:FROM|JOIN) \{(?!lines\}|rows\}|table\})(\w+)\}(?:\s+(\w+))?")
WORDS_OF_SQL = {"WHERE", "ORDER", "GROUP", "ON", "JOIN", "LEFT", "CROSS", "LIMIT", "UNION"}


def test_there_are_statements_to_read() -> None:
    assert sum(len(RELATION.findall(path.read_text())) for path in STATEMENTS) > 30


@pytest.mark.parametrize("path", STATEMENTS, ids=lambda path: path.stem)
def test_every_relation_has_an_alias_because_postgresql_15_requires_one_for_a_subquery(path: Path) -> None:
    nameless = [name for name, alias in RELATION.findall(path.read_text()) if (alias or "ON") in WORDS_OF_SQL]

    assert nameless == []
