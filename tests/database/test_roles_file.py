"""infra/database/roles.sql makes the roles that docs/operate describes, before the first migration or a restore."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from service.database.embedded import embedded_postgresql
from service.database.embedded_server import EmbeddedServer
from service.database.engine import application_engine
from service.database.login import is_login_too_powerful
from service.database.migrate import migrate

ROLES = Path(__file__).parents[2] / "infra" / "database" / "roles.sql"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address, as superuser, of a new server on which the file was run."""
    with tempfile.TemporaryDirectory(prefix="keepopen-test-") as folder, embedded_postgresql(Path(folder)) as address:
        psql = EmbeddedServer.prepared(Path(folder)).programs / "psql"
        subprocess.run(
            [psql, address, "--quiet", "--set", "ON_ERROR_STOP=1", "--file", ROLES],
            env={**os.environ, "OWNER_PASSWORD": "owner's", "WEB_PASSWORD": "web"},
            check=True,
            timeout=60,
        )
        yield address


def address_of(server: str, role: str) -> str:
    url = make_url(server).set(username=role, database="keepopen", drivername="postgresql+psycopg")
    return url.render_as_string(hide_password=False)


def test_the_owner_migrates_and_the_service_signs_in_without_power_over_the_ledger(server: str) -> None:
    migrate(address_of(server, "keepopen_owner"))

    engine = application_engine(address_of(server, "keepopen_web"))
    with engine.connect() as connection:
        assert connection.execute(text("SELECT current_user, session_user")).one() == ("keepopen_app", "keepopen_web")
        assert connection.execute(text("SELECT count(*) FROM ledger_entries")).scalar_one() == 0
        assert not is_login_too_powerful(connection)
    engine.dispose()


def test_the_passwords_come_from_the_environment(server: str) -> None:
    engine = create_engine(make_url(server).set(drivername="postgresql+psycopg"))
    with engine.connect() as connection:
        roles = connection.execute(text("SELECT rolname FROM pg_authid WHERE rolpassword LIKE 'SCRAM%'")).scalars()
        assert set(roles) == {"keepopen_owner", "keepopen_web"}
    engine.dispose()
