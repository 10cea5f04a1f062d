"""A newsroom with a contribution, and a person of finance who is signed in."""

import pytest

from service.staff.people import Role
from tests.console.money.world import Desk, paid_contribution
from tests.contributions.conftest import newsroom, stripe
from tests.contributions.world import Newsroom
from tests.staff.signed_in import signed_in

__all__ = ["newsroom", "stripe"]


@pytest.fixture
def desk(newsroom: Newsroom) -> Desk:
    """Finance's browser, with a contribution of 25 euros by Mary of which nothing was refunded."""
    contribution_id = paid_contribution(newsroom)
    return Desk(newsroom, signed_in(newsroom.client.application, Role.FINANCE, name="Nora"), contribution_id)
