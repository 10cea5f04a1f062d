"""Books with open items, and a person who works on them."""

import pytest

from tests.ledger.conftest import books
from tests.ledger.manual.world import Desk, desk_with_open_items
from tests.ledger.world import Books

__all__ = ["books"]


@pytest.fixture
def desk(books: Books) -> Desk:
    return desk_with_open_items(books)
