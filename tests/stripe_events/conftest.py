"""Webhooks by hand: events as Stripe sends them, signed with the test secret."""

from tests.contributions.conftest import newsroom, stripe

__all__ = ["newsroom", "stripe"]
