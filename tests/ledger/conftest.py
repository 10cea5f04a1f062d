"""A ledger on a fresh database."""

import pytest
from sqlalchemy import Engine

from tests.ledger.world import Books


@pytest.fixture
def books(engine: Engine) -> Books:
    return Books(engine)
