"""Migrations run on an empty database, change nothing on a current one, and refuse a database of another version."""

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from flask import Flask
from sqlalchemy import make_url

from service.database.migrate import MigrationBlockedError, UnknownRevisionError, known_revisions, migrate
from service.errors import StoreUnavailableError
from tests.conftest import address_of, plain_address

ROOT = Path(__file__).parents[2]
RIGHTS = """
    SELECT 'table', table_name::text, privilege_type::text FROM information_schema.role_table_grants
    WHERE grantee = 'keepopen_app'
    UNION SELECT 'column', table_name || '.' || column_name, privilege_type FROM information_schema.column_privileges
    WHERE grantee = 'keepopen_app'
    UNION SELECT 'function', routine_name, privilege_type FROM information_schema.role_routine_grants
    WHERE grantee = 'keepopen_app'
    ORDER BY 1, 2, 3
"""


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


def rights(connection: psycopg.Connection[tuple[object, ...]]) -> list[tuple[object, ...]]:
    """Return all that the application's role may do with tables, columns and functions."""
    return connection.execute(RIGHTS).fetchall()


def test_the_command_needs_only_the_address_and_may_be_repeated(empty_database: str) -> None:
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "migrate"]
    environment = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "DATABASE_URL": empty_database}

    for _ in range(2):
        ended = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60
        )
        assert (ended.returncode, ended.stdout) == (0, "The database is up to date.\n"), ended.stderr
    with psycopg.connect(empty_database) as connection:
        assert connection.execute("SELECT count(*) FROM alembic_version").fetchone() == (1,)


def test_migrations_that_start_at_once_run_in_turn(empty_database: str) -> None:
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(migrate, [empty_database] * 3))

    with psycopg.connect(empty_database) as connection:
        assert connection.execute("SELECT count(*) FROM alembic_version").fetchone() == (1,)


def test_a_restored_database_gets_all_rights_of_the_role_again_and_the_login_becomes_a_member(
    database_address: str,
) -> None:
    login = f"web_{uuid4().hex[:8]}"
    with psycopg.connect(database_address, autocommit=True) as connection:
        wanted = rights(connection)
        connection.execute("DROP OWNED BY keepopen_app")  # as in a dump that is restored without the role
        connection.execute(f"CREATE ROLE {login} LOGIN".encode())
        assert rights(connection) == []

        migrate(database_address, login)

        is_member = connection.execute("SELECT pg_has_role(%s, 'keepopen_app', 'MEMBER')", [login]).fetchone()
        connection.execute(f"DROP ROLE {login}".encode())
        assert len(wanted) > 100
        assert rights(connection) == wanted
        assert is_member == (True,)


def test_a_login_that_does_not_exist_stops_no_migration(database_address: str) -> None:
    migrate(database_address, "nobody_of_this_name")


def test_a_migration_waits_for_a_table_only_for_a_while_and_changes_nothing(
    empty_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.database.migrate.LOCK_SECONDS", 1)
    migrate(empty_database)
    with psycopg.connect(empty_database) as other:
        other.execute("UPDATE alembic_version SET version_num = %s", [known_revisions()[-2]])
        other.execute("DROP TABLE key_fingerprints, backups")
        other.commit()
        other.execute("LOCK TABLE alembic_version IN ACCESS EXCLUSIVE MODE")

        with pytest.raises(MigrationBlockedError, match="Run `migrate` again"):
            migrate(empty_database)

    migrate(empty_database)


def test_a_user_who_may_not_migrate_is_told_so_in_a_sentence(postgresql: str, empty_database: str) -> None:
    login = f"web_{uuid4().hex[:8]}"
    with psycopg.connect(plain_address(postgresql), autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {login} LOGIN".encode())
        address = make_url(empty_database).set(username=login).render_as_string(hide_password=False)

        with pytest.raises(StoreUnavailableError, match=r"could not be migrated \(permission denied"):
            migrate(address)

        connection.execute(f"DROP ROLE {login}".encode())


@pytest.mark.parametrize("revision", ["0001", "0010", "0013"])
def test_a_database_of_an_unreleased_version_is_refused(database_address: str, revision: str) -> None:
    set_revision(database_address, revision)

    with pytest.raises(UnknownRevisionError, match=f"at revision {revision}, which this version .* does not know"):
        migrate(database_address)


def test_the_command_says_what_to_do_with_a_database_of_another_version(
    app: Flask, database_address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_revision(database_address, "0013")

    monkeypatch.setenv("DATABASE_URL", database_address)
    result = app.test_cli_runner().invoke(args=["migrate"])

    assert result.exit_code == 1
    assert result.output.startswith("Error: The database is at revision 0013")
    assert "delete it and migrate an empty one" in result.output
