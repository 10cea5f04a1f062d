"""The newsroom of the contribution tests, for pages that need the whole service."""

from tests.contributions.conftest import newsroom, stripe

__all__ = ["newsroom", "stripe"]
