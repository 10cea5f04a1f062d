"""Migrating, backing up and restoring with the two logins of the documents: an owner who is no superuser, and ours."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import make_url

from service.assembly import build_services
from service.database.engine import login_of_service
from service.database.migrate import migrate
from service.operations.backup import make_backup
from service.operations.restore import restore
from service.services import Services
from service.settings import DatabaseSettings, Settings
from tests.conftest import SettableClock, address_of, plain_address


@pytest.fixture
def logins(postgresql: str) -> Iterator[tuple[str, str, list[str]]]:
    """The names of an owner and of a login for the service, and of two empty databases of that owner."""
    mark = uuid4().hex[:8]
    owner, web, databases = f"owner_{mark}", f"web_{mark}", [f"first_{mark}", f"second_{mark}"]
    with psycopg.connect(plain_address(postgresql), autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {owner} LOGIN; CREATE ROLE {web} LOGIN".encode())
        for database in databases:
            connection.execute(f"CREATE DATABASE {database} OWNER {owner}".encode())
        # As an administrator does, so that neither of the two may give the role away.
        connection.execute(f"GRANT keepopen_app TO {owner}; GRANT keepopen_app TO {web}".encode())
        yield owner, web, databases
        for database in databases:
            connection.execute(f"DROP DATABASE {database} WITH (FORCE)".encode())
        connection.execute(f"DROP ROLE {owner}; DROP ROLE {web}".encode())


def installed(settings: Settings, server: str, names: tuple[str, str, str], clock: SettableClock) -> Services:
    owner, web, database = names
    address = make_url(address_of(server, database))
    own = address.set(username=owner).render_as_string(hide_password=False)
    ours = address.set(username=web).render_as_string(hide_password=False)
    return build_services(replace(settings, database_url=ours, migration_database_url=own), clock)


def test_an_owner_without_the_right_to_make_roles_migrates_backs_up_and_restores(
    settings: Settings,
    clock: SettableClock,
    postgresql: str,
    logins: tuple[str, str, list[str]],
    tmp_path: Path,
    template_database: str,
) -> None:
    owner, web, (first, second) = logins
    old = installed(settings, postgresql, (owner, web, first), clock)
    new = installed(settings, postgresql, (owner, web, second), clock)
    address = str(old.settings.migration_database_url)
    given = DatabaseSettings(old.settings.database_url, address, tmp_path)
    assert login_of_service(given) == web

    migrate(address, web)
    migrate(address, web)
    backup = make_backup(old, tmp_path / "backups")
    found = restore(new, str(new.settings.migration_database_url), web, backup, ())

    assert found.is_good, (found.differences, found.checks)
    for services in (old, new):
        services.close()
