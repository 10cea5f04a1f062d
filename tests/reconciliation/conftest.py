"""Fixtures of the contribution tests and of the ledger tests."""

from tests.contributions.conftest import newsroom, stripe
from tests.ledger.conftest import books

__all__ = ["books", "newsroom", "stripe"]
