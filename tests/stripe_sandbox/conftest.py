"""A sandbox for each test; when the test ends, every answer and event it saw must have been of Stripe's own types."""

from collections.abc import Iterator

import pytest

from tests.stripe_sandbox.harness import Bench


@pytest.fixture
def bench() -> Iterator[Bench]:
    """The sandbox with settable time and a webhook inbox."""
    made = Bench()
    yield made
    assert made.problems() == []
