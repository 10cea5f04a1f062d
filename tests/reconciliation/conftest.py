"""The newsroom of the contribution tests and the books of the ledger tests, for tests that reconcile both."""

from tests.contributions.conftest import newsroom, stripe
from tests.ledger.conftest import books

__all__ = ["books", "newsroom", "stripe"]
