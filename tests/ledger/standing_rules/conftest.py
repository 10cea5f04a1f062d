"""The fixtures of entries by a person."""

from tests.ledger.conftest import books
from tests.ledger.manual.conftest import desk

__all__ = ["books", "desk"]
