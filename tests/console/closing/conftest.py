"""Finance's browser in front of a newsroom with a contribution."""

from tests.console.money.conftest import desk, newsroom, stripe

__all__ = ["desk", "newsroom", "stripe"]
