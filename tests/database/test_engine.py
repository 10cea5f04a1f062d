"""The application's database role may change only the tables that a migration grants to it."""

import pytest
from sqlalchemy import Engine, text

from service.database.engine import owner_engine


def test_the_application_acts_as_its_own_role(engine: Engine) -> None:
    with engine.connect() as connection:
        assert connection.execute(text("SELECT current_user")).scalar_one() == "keepopen_app"


def test_the_application_cannot_change_a_table_without_a_grant(engine: Engine) -> None:
    with engine.connect() as connection, pytest.raises(Exception, match="permission denied"):
        connection.execute(text("DELETE FROM alembic_version"))


def test_the_owner_does_not_act_as_the_application(database_address: str) -> None:
    owner = owner_engine(database_address)
    with owner.connect() as connection:
        assert connection.execute(text("SELECT current_user")).scalar_one() != "keepopen_app"
    owner.dispose()
