"""What every server we support must understand; the tests' own may be newer than the oldest."""

import re
from pathlib import Path

import pytest

import service.exports

STATEMENTS = sorted(Path(service.exports.__file__).parent.glob("*_store.py"))
RELATION = re.compile(r"\b(?:FROM|JOIN) \{(?!lines\}|rows\}|table\})(\w+)\}(?:\s+(\w+))?")
WORDS_OF_SQL = {"WHERE", "ORDER", "GROUP", "ON", "JOIN", "LEFT", "CROSS", "LIMIT", "UNION"}


@pytest.mark.parametrize("path", STATEMENTS, ids=lambda path: path.stem)
def test_a_table_as_it_stood_has_a_name_which_postgresql_15_asks_of_a_subquery(path: Path) -> None:
    nameless = [found[1] for found in RELATION.finditer(path.read_text()) if (found[2] or "ON") in WORDS_OF_SQL]

    assert nameless == []
