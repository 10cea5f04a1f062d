"""Cells are harmless in a spreadsheet, and Python and the database write equal cells."""

from collections.abc import Iterator

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import sql

from service.exports.cells_store import code_cell, money_cell, safe_text_cell, unit_of
from service.exports.text_cells import safe_text
from service.money import THREE_DECIMAL_CURRENCIES, WHOLE_UNIT_CURRENCIES, ZERO_DECIMAL_CURRENCIES, major_text
from tests.examples import examples

IN_A_DATABASE = settings(
    max_examples=examples(100, many=1000), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
NASTY = st.text(
    st.sampled_from("=+-@|\t\r\n\0\v \u00a0'\",;\u2028\u0085\x7fa1＝＋－＠｜é😀")
    | st.characters(exclude_categories=["Cs"]),
    max_size=12,
)
CURRENCIES = sorted(
    ZERO_DECIMAL_CURRENCIES | THREE_DECIMAL_CURRENCIES | WHOLE_UNIT_CURRENCIES | {"EUR", "USD", "HUF", "TWD"}
)


@pytest.fixture(scope="module")
def database(postgresql: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(postgresql, autocommit=True) as connection:
        yield connection


def written(database: psycopg.Connection, expression: sql.Composed) -> object:
    row = database.execute(sql.SQL("SELECT ({expression})::text").format(expression=expression)).fetchone()
    return row[0] if row else None


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+353 1 234", "'+353 1 234"),
        ("-2", "'-2"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("|calc", "'|calc"),
        ("  =1", "'  =1"),
        ("\u00a0=1", "'\u00a0=1"),
        ("\t=1", "' =1"),
        ("\r\n=1", "' =1"),
        ("\0=1", "'=1"),
        ("＝1", "'＝1"),
        ("＠a", "'＠a"),
        ("a\r\nb\tc", "a b c"),
        ("Tom = Jerry", "Tom = Jerry"),
        ('O\'Brien, "Mary"', 'O\'Brien, "Mary"'),
        ("", ""),
    ],
)
def test_a_formula_becomes_text(text: str, cell: str) -> None:
    assert safe_text(text) == cell


@given(NASTY)
def test_no_cell_begins_a_formula_or_holds_a_control_character(text: str) -> None:
    cell = safe_text(text)

    assert cell.lstrip(" \u00a0")[:1] not in set("=+-@|＝＋－＠｜") or cell == ""
    assert not any(ord(letter) < 32 or 127 <= ord(letter) < 160 for letter in cell)


@IN_A_DATABASE
@given(text=NASTY)
def test_the_database_writes_text_as_python_does(database: psycopg.Connection, text: str) -> None:
    stored = text.replace("\0", "")  # PostgreSQL's text holds no NUL

    assert (written(database, safe_text_cell(sql.Literal(stored))) or "") == safe_text(text)


@IN_A_DATABASE
@given(text=NASTY)
def test_a_code_that_begins_a_formula_is_made_harmless(database: psycopg.Connection, text: str) -> None:
    stored = text.replace("\0", "")

    cell = str(written(database, code_cell(sql.Literal(stored))) or "")

    assert cell[:1] not in set("=+-@|＝＋－＠｜ \t\r\n") or cell == safe_text(text)


@IN_A_DATABASE
@given(minor=st.integers(-(2**63), 2**63 - 1), currency=st.sampled_from(CURRENCIES))
def test_the_database_writes_money_as_python_does(database: psycopg.Connection, minor: int, currency: str) -> None:
    cell = money_cell(
        sql.SQL("({minor})::bigint").format(minor=sql.Literal(str(minor))), unit_of(sql.Literal(currency))
    )

    assert written(database, cell) == major_text(minor, currency)
