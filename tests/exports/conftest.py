"""Books and exports on a fresh database."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine

from service.exports.exporting import Exports
from service.services import Services
from service.settings import Settings
from service.tokens.store import TokenRole
from service.tokens.tokens import TokenRequest, create_token
from tests.conftest import SettableClock
from tests.exports.quarter_databases import Quarter, QuarterDatabases
from tests.exports.world import Finance
from tests.ledger.world import Books


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Settings with a live key, because the facts of these tests are in live mode. No test calls Stripe."""
    return replace(settings, stripe_api_key="rk_live_of_the_tests", accounting_timezone="Europe/Dublin")


@pytest.fixture
def finance(engine: Engine, settings: Settings, clock: SettableClock) -> Finance:
    books = Books(engine, ZoneInfo(settings.accounting_timezone))
    return Finance(Exports(engine, settings, clock), books)


@pytest.fixture(scope="session")
def quarter_databases(postgresql: str, template_database: str) -> Iterator[QuarterDatabases]:
    with ExitStack() as kept:
        yield QuarterDatabases(postgresql, template_database, kept)


@pytest.fixture
def quarter(quarter_databases: QuarterDatabases, settings: Settings, clock: SettableClock) -> Iterator[Quarter]:
    """Open books with the random quarter of a seed, which a test may change."""
    with ExitStack() as opened:
        yield lambda seed: opened.enter_context(quarter_databases.copy(seed, settings, clock))


@pytest.fixture
def token(app_services: Services) -> Callable[[str], dict[str, str]]:
    """Create a token of a role, and return the headers that carry it."""

    def headers(role: str) -> dict[str, str]:
        engine, keys = app_services.engine, app_services.settings.secret_keys
        made = create_token(engine, keys, TokenRequest(f"a machine of {role}", TokenRole(role)), app_services.clock())
        return {"Authorization": f"Bearer {made.text}"}

    return headers
