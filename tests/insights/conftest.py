"""The newsroom of the contribution tests, for insights about money."""

from tests.contributions.conftest import newsroom, stripe

__all__ = ["newsroom", "stripe"]
