"""A sandbox for each test. At the end of the test, each of its answers and events must have Stripe's types."""

from collections.abc import Iterator

import pytest

from tests.stripe_sandbox.world import World


@pytest.fixture
def world() -> Iterator[World]:
    """A sandbox with a clock that stands still and a webhook inbox."""
    made = World()
    yield made
    assert made.problems() == []
