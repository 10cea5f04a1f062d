"""Fixtures of most tests: a fresh database, a clock that the test sets, and the whole service in process."""

import logging
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import hypothesis
import psycopg
import pytest
import structlog
from flask import Flask
from sqlalchemy import Engine, make_url

from service.app import create_app
from service.assembly import build_services
from service.database.embedded import embedded_postgresql
from service.database.engine import application_engine
from service.database.migrate import migrate
from service.services import EXTENSION, Services
from service.settings import Settings
from tests.chromium import browser  # noqa: F401 a fixture for every suite
from tests.compiled_once import routes_compiled_once, statements_compiled_once

# A slow machine must not fail a test, and continuous integration must get the same result twice.
hypothesis.settings.register_profile(
    "keepopen",
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
    derandomize=bool(os.environ.get("KEEPOPEN_ALL_GROUPS")),
)
hypothesis.settings.load_profile("keepopen")

MEMORY = Path("/dev/shm")
NEEDED_BYTES = 2 * 1024**3

NOW = datetime(2026, 11, 18, 10, 30, tzinfo=UTC)  # a Wednesday


class SettableClock:
    """A clock that shows the same time until a test changes it."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **duration: float) -> datetime:
        """Move the clock forward by a duration (the arguments of timedelta) and return the new time."""
        self.now += timedelta(**duration)
        return self.now


@pytest.fixture(scope="session", autouse=True)
def _stripe_is_tried_again_at_once() -> Iterator[None]:
    """Let calls to Stripe be tried again at once after failures in a row, because tests cannot wait for the pause."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("service.stripe_gateway.transport.STRIPE_PAUSE_SECONDS", 0.0)
        yield


@pytest.fixture(scope="session", autouse=True)
def _tests_share_what_is_compiled() -> Iterator[None]:
    with routes_compiled_once(), statements_compiled_once():
        yield


@pytest.fixture(autouse=True)
def _logs_are_kept_as_they_were() -> Iterator[None]:
    """Log every level, and undo what a test changes: logs of errors only would hide the warnings of the next test."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG))
    yield
    structlog.configure(**before)


@pytest.fixture
def clock() -> SettableClock:
    """The clock of the service under test. It starts at NOW."""
    return SettableClock()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The address of a PostgreSQL server: TEST_DATABASE_URL, or an embedded server for this session."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given
        return
    with (
        tempfile.TemporaryDirectory(prefix="keepopen-test-", dir=quick_folder()) as folder,
        embedded_postgresql(Path(folder)) as address,
    ):
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("SELECT pg_reload_conf()")
        yield address


def quick_folder() -> Path | None:
    """Return a folder in memory if there is enough space: a database for each test takes a tenth of the time there."""
    return MEMORY if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > NEEDED_BYTES else None


@pytest.fixture(scope="session")
def template_database(postgresql: str) -> Iterator[str]:
    """The name of a migrated database, from which the database of each test is cloned."""
    name = f"keepopen_template_{uuid4().hex[:12]}"
    with psycopg.connect(plain_address(postgresql), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        migrate(address_of(postgresql, name))
        yield name
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def database_address(postgresql: str, template_database: str) -> Iterator[str]:
    """The address of a fresh migrated database for a single test."""
    with copied_database(postgresql, template_database) as name:
        yield address_of(postgresql, name)


@contextmanager
def copied_database(server: str, template: str) -> Iterator[str]:
    """Copy a database that has no connections, yield the name of the copy, and drop it."""
    name = f"keepopen_test_{uuid4().hex[:12]}"
    with psycopg.connect(plain_address(server), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        yield name
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def engine(database_address: str) -> Iterator[Engine]:
    """The application's engine on a fresh migrated database."""
    engine = application_engine(database_address)
    yield engine
    engine.dispose()


@pytest.fixture
def settings(database_address: str, tmp_path: Path) -> Settings:
    """Settings of a service on a fresh database. Its Stripe is an address where no server listens."""
    return Settings(
        public_url="https://support.courier.example",
        secret_keys=("a-key-of-the-tests-a-key-of-the-tests",),
        stripe_api_key="sk_test_of_the_tests",
        stripe_webhook_secrets=("whsec_of_the_tests",),
        database_url=database_address,
        stripe_api_base="http://127.0.0.1:9",
        stripe_account_timezone="Europe/Dublin",
        accounting_timezone="Europe/Dublin",
        var_dir=tmp_path,
    )


@pytest.fixture
def app(settings: Settings, clock: SettableClock) -> Iterator[Flask]:
    """The whole service in process, without background threads: `SnapshotHolder.refresh` loads campaigns."""
    app = create_app(settings, clock=clock, has_background=False)
    yield app
    services: Services = app.extensions[EXTENSION]
    services.close()


@pytest.fixture
def app_services(app: Flask) -> Services:
    """The services of the application under test."""
    services: Services = app.extensions[EXTENSION]
    return services


@pytest.fixture
def services(settings: Settings, clock: SettableClock) -> Iterator[Services]:
    """The services of a service under test, without HTTP."""
    services = build_services(settings, clock)
    yield services
    services.close()


def address_of(server: str, database: str) -> str:
    """Return the address of a database on a server."""
    return make_url(server).set(drivername="postgresql", database=database).render_as_string(hide_password=False)


def plain_address(address: str) -> str:
    """Return an address in the form that psycopg reads, without the name of SQLAlchemy's driver."""
    return make_url(address).set(drivername="postgresql").render_as_string(hide_password=False)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail the run if a test was skipped and KEEPOPEN_ALL_GROUPS is set, as in continuous integration.

    The only exceptions are the tests against a real Stripe account, which need a network and a key.
    """
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if not os.environ.get("KEEPOPEN_ALL_GROUPS") or reporter is None:
        return
    skipped = [report for report in reporter.stats.get("skipped", []) if "stripe_account" not in report.keywords]
    if skipped:
        reporter.write_line(f"{len(skipped)} tests were skipped, but KEEPOPEN_ALL_GROUPS forbids that", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
