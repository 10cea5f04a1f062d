"""Recomputing contributions from their facts: it changes nothing, and finds every row that was changed by hand."""

import pytest

from service.contributions.rebuild import differing_lifecycles, rebuild_contributions
from tests.contributions.world import Newsroom

COLUMNS = "SELECT state, paid_minor, recurring_minor, customer_id, subscription_id FROM contributions ORDER BY id"


@pytest.fixture
def settled(newsroom: Newsroom) -> Newsroom:
    """The newsroom with a one-off and a monthly contribution."""
    newsroom.give(amount="5")
    newsroom.give(amount="10", interval="month")
    newsroom.clock.advance(minutes=1)
    newsroom.settle()
    return newsroom


def differences(newsroom: Newsroom, newest: int | None = None) -> list[str]:
    with newsroom.services.engine.connect() as connection:
        return list(differing_lifecycles(connection, newest))


def test_rebuilding_changes_nothing(settled: Newsroom) -> None:
    before = settled.rows(COLUMNS)

    rebuild_contributions(settled.services.engine, settled.services.clock)

    assert settled.rows(COLUMNS) == before


@pytest.mark.parametrize("newest", [None, 10])
def test_a_changed_contribution_is_found_and_rebuilding_repairs_it(settled: Newsroom, newest: int | None) -> None:
    before = settled.rows(COLUMNS)
    with settled.services.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE contributions SET paid_minor = 7 WHERE interval = 'month'")

    (line,) = differences(settled, newest)
    rebuild_contributions(settled.services.engine, settled.services.clock)

    assert line.endswith(" paid_minor 7, facts say 1000")
    assert differences(settled, newest) == []
    assert settled.rows(COLUMNS) == before
