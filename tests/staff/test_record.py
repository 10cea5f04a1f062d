"""The record can only be added to, and a row that was changed, removed or inserted later breaks its chain."""

from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from service.database.transaction import committed
from service.staff.people import Person, Role
from service.staff.record import Deed, recordable
from service.staff.record_checks.checking import check_record
from service.staff.record_checks.store import latest_check
from service.staff.record_store import all_rows, verify_chain, write_record
from tests.conftest import NOW, plain_address

ANA = Person("per_1", "Ana", "ana@courier.example", frozenset({Role.PUBLISHER}))


@pytest.fixture
def written(engine: Engine) -> Engine:
    """A database with three rows of the record."""
    for number in range(3):
        with committed(engine) as connection:
            write_record(connection, ANA, "publish_campaign", f"appeal-{number}", {"version": number, "é": 1.5}, NOW)
    return engine


@pytest.fixture
def owner(database_address: str) -> Iterator[psycopg.Connection]:
    """A connection of the owner of the tables, who has switched the triggers of the record off."""
    with psycopg.connect(plain_address(database_address), autocommit=True) as connection:
        connection.execute("ALTER TABLE staff_record DISABLE TRIGGER ALL")
        yield connection


def broken_number(engine: Engine) -> int | None:
    with committed(engine) as connection:
        broken = verify_chain(connection)
    return broken.number if broken else None


def test_rows_are_numbered_and_chained(written: Engine) -> None:
    with committed(written) as connection:
        rows = list(all_rows(connection))

    assert [row.number for row in rows] == [1, 2, 3]
    assert [row.previous_hash for row in rows[1:]] == [row.hash for row in rows[:-1]]
    assert rows[2].deed == Deed(NOW, "per_1", "Ana", "publish_campaign", "appeal-2", {"version": 2, "é": 1.5})
    assert broken_number(written) is None


@pytest.mark.parametrize(
    ("statement", "number"),
    [
        ("UPDATE staff_record SET subject = 'other' WHERE number = 2", 2),
        ("UPDATE staff_record SET done_at = done_at + interval '1 second' WHERE number = 1", 1),
        ("UPDATE staff_record SET details = '{}' WHERE number = 3", 3),
        ("UPDATE staff_record SET person_name = 'Bea' WHERE number = 3", 3),
        ("UPDATE staff_record SET act = 'No Act!' WHERE number = 2", 2),
        ("DELETE FROM staff_record WHERE number = 1", 1),
        ("DELETE FROM staff_record WHERE number = 2", 2),
        ("UPDATE staff_record SET previous_hash = 'x', hash = 'y' WHERE number = 2", 2),
    ],
)
def test_the_check_finds_the_first_row_that_was_tampered_with(
    written: Engine, owner: psycopg.Connection, statement: str, number: int
) -> None:
    owner.execute(statement.encode())

    assert broken_number(written) == number


def test_a_check_notices_that_rows_at_the_end_are_gone(written: Engine, owner: psycopg.Connection) -> None:
    assert check_record(written, NOW).problem is None
    owner.execute("DELETE FROM staff_record WHERE number > 1")

    problems = [check_record(written, NOW + timedelta(days=day)).problem for day in (1, 2)]

    assert problems == ["the rows from 2 to 3 are missing"] * 2
    assert broken_number(written) is None


def test_a_check_notices_that_the_record_was_written_again(written: Engine, owner: psycopg.Connection) -> None:
    check_record(written, NOW)
    owner.execute("DELETE FROM staff_record")
    for number in range(4):
        with committed(written) as connection:
            write_record(connection, ANA, "publish_campaign", f"forged-{number}", {}, NOW)

    check = check_record(written, NOW + timedelta(days=1))

    assert check.problem == "row 3 is not the row that an earlier check saw"
    with committed(written) as connection:
        assert latest_check(connection) == check


def test_an_empty_record_is_whole(engine: Engine) -> None:
    assert check_record(engine, NOW).problem is None


@pytest.mark.parametrize(
    "statement", ["UPDATE staff_record SET subject = 'x'", "DELETE FROM staff_record", "TRUNCATE staff_record"]
)
def test_nobody_can_change_the_record(written: Engine, database_address: str, statement: str) -> None:
    with pytest.raises(SQLAlchemyError, match="permission denied"), written.begin() as connection:
        connection.execute(text(statement))
    with (
        psycopg.connect(plain_address(database_address)) as as_owner,
        pytest.raises(psycopg.Error, match="the record is append-only"),
    ):
        as_owner.execute(statement.encode())


def test_a_row_that_does_not_follow_the_newest_is_refused(written: Engine) -> None:
    statement = text("""
        INSERT INTO staff_record SELECT 5, done_at, person_id, person_name, act, subject, details, hash, hash
        FROM staff_record WHERE number = 3
    """)

    with pytest.raises(SQLAlchemyError, match="does not follow the newest row"), written.begin() as connection:
        connection.execute(statement)


def test_a_subject_is_cut_and_printable_and_an_act_is_snake_case() -> None:
    deed = recordable(Deed(NOW, "per_1", "Ana", "refused", "/console/\x00\n" + "x" * 1000, {}))

    assert deed.subject.startswith("/console/  x")
    assert len(deed.subject) == 300
    with pytest.raises(ValueError, match="snake_case"):
        recordable(Deed(NOW, "per_1", "Ana", "Publish it", "appeal", {}))
    with pytest.raises(ValueError, match="at most 64 KB"):
        recordable(Deed(NOW, "per_1", "Ana", "publish", "appeal", {"text": "x" * 65_536}))
