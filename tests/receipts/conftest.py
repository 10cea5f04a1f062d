"""Books in live mode, because receipts are only about live money."""

from dataclasses import replace

import pytest
from sqlalchemy import Engine

from service.settings import Settings
from tests.ledger.world import Books


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Settings with a live key, because the facts of these tests are in live mode. No test calls Stripe."""
    return replace(settings, stripe_api_key="rk_live_of_the_tests", accounting_timezone="Europe/Dublin")


@pytest.fixture
def books(engine: Engine) -> Books:
    return Books(engine)
