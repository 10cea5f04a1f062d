"""A client of the decision routes over campaigns held in memory."""

from functools import partial

import pytest

from tests.conftest import SettableClock
from tests.decisions.world import Opener, client_of


@pytest.fixture
def open_client(clock: SettableClock) -> Opener:
    """Open a client of a service that decides on the given campaigns and site."""
    return partial(client_of, clock)
