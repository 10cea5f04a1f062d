"""A ledger to keep books in."""

import pytest
from sqlalchemy import Engine

from tests.ledger.world import Books


@pytest.fixture
def books(engine: Engine) -> Books:
    return Books(engine)
