"""Finding events that never arrived in Stripe's list of events."""

from datetime import timedelta

from service.reconciliation.backfill import backfill
from service.reconciliation.refresh import drain
from tests.contributions.world import Newsroom
from tests.reconciliation.world import STATE, sent_events


def test_missed_events_are_saved_once(newsroom: Newsroom) -> None:
    newsroom.give(amount="5")
    sent_events(newsroom)
    now = newsroom.clock()

    found = backfill(newsroom.services, now - timedelta(days=30), now + timedelta(seconds=1))
    again = backfill(newsroom.services, now - timedelta(days=30), now + timedelta(seconds=1))
    drain(newsroom.services)

    assert found.missing_count == found.listed_count > 0
    assert again.missing_count == 0
    assert newsroom.rows(STATE)[0][:2] == ("complete", 500)
