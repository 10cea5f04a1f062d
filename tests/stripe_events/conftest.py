"""Fixtures of the contribution tests."""

from tests.contributions.conftest import newsroom, stripe

__all__ = ["newsroom", "stripe"]
