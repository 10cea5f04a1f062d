"""Migrations run on an empty database, change nothing on a current one, and refuse a database of another version."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from alembic.config import Config
from flask import Flask
from sqlalchemy import make_url

from service.database.fitness import UnfitDatabaseError
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


def test_the_owner_of_the_database_takes_temporary_tables_from_everyone_else(
    postgresql: str, empty_database: str
) -> None:
    login = f"owner_{uuid4().hex[:8]}"
    may_have_temporary_tables = "SELECT has_database_privilege(%s, current_database(), 'TEMPORARY')"
    with psycopg.connect(empty_database, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {login} LOGIN CREATEROLE".encode())
        connection.execute(f"GRANT CREATE ON SCHEMA public TO {login}".encode())
        connection.execute(f"GRANT keepopen_app TO {login} WITH ADMIN OPTION".encode())
        migrate(make_url(empty_database).set(username=login).render_as_string(hide_password=False))
        of_tables = [connection.execute(may_have_temporary_tables, ["keepopen_app"]).fetchone()]

        connection.execute(f"REASSIGN OWNED BY {login} TO CURRENT_USER; DROP OWNED BY {login}".encode())
        migrate(empty_database)

        of_database = [
            connection.execute(may_have_temporary_tables, [role]).fetchone() for role in ("keepopen_app", login)
        ]
        connection.execute(f"DROP ROLE {login}".encode())
    assert of_tables == [(True,)], "a login that owns only the tables migrates too"
    assert of_database == [(False,), (False,)]


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


def raw(statement: str) -> Callable[[Config, str], None]:
    """Return a migration that runs a statement as ours do, with the driver's own cursor."""

    def upgrade(config: Config, _: str) -> None:
        connection = config.attributes["connection"]
        with connection.begin():
            connection.connection.cursor().execute(statement)

    return upgrade


def test_a_migration_whose_table_is_in_use_ends_in_a_sentence(
    database_address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.database.migrate.LOCK_SECONDS", 1)
    monkeypatch.setattr("service.database.migrate.command.upgrade", raw("ALTER TABLE charges ADD COLUMN more TEXT"))
    with psycopg.connect(plain_address(database_address)) as other:
        other.execute("LOCK TABLE charges IN ACCESS SHARE MODE")

        with pytest.raises(MigrationBlockedError, match="Run `migrate` again"):
            migrate(database_address)


@pytest.mark.parametrize(("deadlocks", "is_done"), [(4, True), (5, False)])
def test_a_migration_that_meets_a_deadlock_is_tried_again(
    database_address: str, monkeypatch: pytest.MonkeyPatch, *, deadlocks: int, is_done: bool
) -> None:
    left = [*range(deadlocks)]

    def upgrade(config: Config, head: str) -> None:
        statement = "DO $$ BEGIN RAISE SQLSTATE '40P01'; END $$" if left else "SELECT 1"
        left[:1] = []
        raw(statement)(config, head)

    monkeypatch.setattr("service.database.migrate.command.upgrade", upgrade)

    if is_done:
        migrate(database_address)
    else:
        with pytest.raises(MigrationBlockedError):
            migrate(database_address)
    assert left == []


def test_a_database_with_another_encoding_is_refused_before_anything_is_made(postgresql: str) -> None:
    name = f"keepopen_latin_{uuid4().hex[:8]}"
    made = f"CREATE DATABASE {name} ENCODING 'LATIN1' LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0"
    with psycopg.connect(plain_address(postgresql), autocommit=True) as connection:
        connection.execute(made.encode())

        with pytest.raises(UnfitDatabaseError, match="ENCODING 'UTF8'"):
            migrate(address_of(postgresql, name))

        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


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
