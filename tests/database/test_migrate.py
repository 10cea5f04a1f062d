"""Migrations: forward on an empty database, harmless on a current one, and in agreement with the tables in code."""

import psycopg
import pytest
from sqlalchemy import Engine, text

from service.database.engine import owner_engine
from service.database.migrate import migrate
from tests.conftest import address_of


def test_migrating_twice_changes_nothing(database_address: str) -> None:
    migrate(database_address)

    with psycopg.connect(database_address) as connection:
        assert connection.execute("SELECT count(*) FROM alembic_version").fetchone() == (1,)


def test_an_empty_database_reaches_the_newest_shape(postgresql: str) -> None:
    with psycopg.connect(postgresql, autocommit=True) as connection:
        connection.execute("CREATE DATABASE keepopen_empty")
        migrate(address_of(postgresql, "keepopen_empty"))
        connection.execute("DROP DATABASE keepopen_empty WITH (FORCE)")


def test_the_application_acts_as_its_own_role(engine: Engine) -> None:
    with engine.connect() as connection:
        assert connection.execute(text("SELECT current_user")).scalar_one() == "keepopen_app"


@pytest.mark.parametrize("table", ["alembic_version"])
def test_the_application_cannot_touch_what_it_was_not_granted(engine: Engine, table: str) -> None:
    with engine.connect() as connection, pytest.raises(Exception, match="permission denied"):
        connection.execute(text(f"DELETE FROM {table}"))


def test_the_owner_is_not_the_application(database_address: str) -> None:
    owner = owner_engine(database_address)
    with owner.connect() as connection:
        assert connection.execute(text("SELECT current_user")).scalar_one() != "keepopen_app"
    owner.dispose()
