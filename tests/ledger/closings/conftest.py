"""A ledger on a fresh database."""

from tests.ledger.conftest import books

__all__ = ["books"]
