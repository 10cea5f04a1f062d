"""The login of the application has no right to leave its role, and the service says so if it has."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import Engine, text
from sqlalchemy.exc import DatabaseError
from structlog.testing import capture_logs

from service.database.embedded import as_application, start_embedded
from service.database.engine import application_engine, database_address, owner_address, owner_engine
from service.database.login import is_login_too_powerful, warn_of_powerful_login
from service.database.migrate import migrate
from service.services import Services
from service.settings import Settings


@pytest.fixture
def embedded(var_dir: Path, settings: Settings) -> Iterator[Engine]:
    """The application's connections to a migrated embedded server."""
    address = start_embedded(var_dir)
    migrate(address)
    engine = application_engine(as_application(address))
    yield engine
    engine.dispose()


@pytest.mark.parametrize(
    "statement",
    [
        "SET ROLE postgres",
        "SET SESSION AUTHORIZATION postgres",
        "SET session_replication_role = replica",
        "ALTER TABLE ledger_entries DISABLE TRIGGER ALL",
        "DELETE FROM ledger_entries",
        "COPY ledger_accounts FROM PROGRAM 'id'",
        "CREATE TEMPORARY TABLE ledger_postings (id int)",
    ],
)
def test_the_application_cannot_take_the_rights_of_the_owner(embedded: Engine, statement: str) -> None:
    with embedded.connect() as connection:
        connection.execute(text("SET ROLE NONE"))
        with pytest.raises(DatabaseError, match=r"permission denied|must be owner"):
            connection.execute(text(statement))


def test_the_login_on_the_embedded_server_is_the_application_itself(embedded: Engine) -> None:
    with embedded.connect() as connection:
        assert connection.execute(text("SELECT session_user")).scalar_one() == "keepopen_app"
        assert not is_login_too_powerful(connection)


def test_an_owner_and_its_members_are_too_powerful_but_a_login_of_its_own_is_not(database_address: str) -> None:
    owner = owner_engine(database_address)
    with owner.connect() as connection:
        connection.execute(text("CREATE ROLE an_owner; CREATE ROLE a_member IN ROLE an_owner; CREATE ROLE a_login"))
        connection.execute(text("ALTER TABLE ledger_entries OWNER TO an_owner"))
        found = {}
        for login in ("an_owner", "a_member", "a_login"):
            connection.execute(text(f"SET SESSION AUTHORIZATION {login}"))
            found[login] = is_login_too_powerful(connection)
            connection.execute(text("RESET SESSION AUTHORIZATION"))
        assert is_login_too_powerful(connection)  # a superuser
        connection.rollback()
    owner.dispose()

    assert found == {"an_owner": True, "a_member": True, "a_login": False}


def test_the_doctor_and_the_log_warn_of_a_login_that_owns_the_ledger(app: Flask, app_services: Services) -> None:
    shown = FlaskCliRunner(app).invoke(args=["doctor"]).output
    with capture_logs() as logs:
        warn_of_powerful_login(app_services.engine)

    assert "PROBLEM  the service signs in to the database as a user who can change the ledger" in shown
    assert "database_login_too_powerful" in {line["event"] for line in logs}


def test_migrations_use_their_own_address(settings: Settings) -> None:
    own = Settings(
        public_url=settings.public_url,
        secret_keys=settings.secret_keys,
        stripe_api_key=settings.stripe_api_key,
        stripe_webhook_secrets=settings.stripe_webhook_secrets,
        database_url="postgresql://web@/keepopen",
        migration_database_url="postgresql://owner@/keepopen",
    )

    assert (database_address(own), owner_address(own)) == (own.database_url, own.migration_database_url)
    assert owner_address(settings) == settings.database_url
