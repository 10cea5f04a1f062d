"""Migrations run on an empty database, change nothing on a current one, and refuse a database of another version."""

from collections.abc import Iterator
from dataclasses import replace
from uuid import uuid4

import psycopg
import pytest
from flask import Flask

from service.app import create_app
from service.database.migrate import UnknownRevisionError, migrate
from service.services import EXTENSION
from service.settings import Settings
from tests.conftest import address_of, plain_address


@pytest.fixture
def empty_database(postgresql: str) -> Iterator[str]:
    """The address of a new database without any table."""
    name = f"keepopen_empty_{uuid4().hex[:12]}"
    with psycopg.connect(plain_address(postgresql), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield address_of(postgresql, name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def set_revision(address: str, revision: str) -> None:
    """Pretend that another version has migrated the database."""
    with psycopg.connect(address) as connection:
        connection.execute("UPDATE alembic_version SET version_num = %s", [revision])


def test_the_command_migrates_an_empty_database_and_may_be_repeated(empty_database: str, settings: Settings) -> None:
    app = create_app(replace(settings, database_url=empty_database), has_background=False)

    for _ in range(2):
        result = app.test_cli_runner().invoke(args=["migrate"])
        assert result.exit_code == 0, result.output
        assert result.output == "The database is up to date.\n"
    with psycopg.connect(empty_database) as connection:
        assert connection.execute("SELECT count(*) FROM alembic_version").fetchone() == (1,)
    app.extensions[EXTENSION].close()


@pytest.mark.parametrize("revision", ["0001", "0010", "0013"])
def test_a_database_of_an_unreleased_version_is_refused(database_address: str, revision: str) -> None:
    set_revision(database_address, revision)

    with pytest.raises(UnknownRevisionError, match=f"at revision {revision}, which this version .* does not know"):
        migrate(database_address)


def test_the_command_says_what_to_do_with_a_database_of_another_version(app: Flask, database_address: str) -> None:
    set_revision(database_address, "0013")

    result = app.test_cli_runner().invoke(args=["migrate"])

    assert result.exit_code == 1
    assert result.output.startswith("Error: The database is at revision 0013")
    assert "delete it and migrate an empty one" in result.output
