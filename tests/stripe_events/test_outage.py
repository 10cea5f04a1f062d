"""A night without Stripe: what died of it comes back by itself; what fails for a reason of its own stays dead."""

from datetime import timedelta

import pytest

from service.errors import StripeUnavailableError
from service.stripe_events import pull
from service.stripe_events.drain import drain
from service.stripe_events.refresh import RETRY_GAPS
from tests.contributions.conftest import Newsroom
from tests.stripe_events.webhook import event, send

STATUSES = "SELECT status, count(*) FROM stripe_events WHERE status NOT IN ('done', 'ignored') GROUP BY 1"


def leave_a_checkout(newsroom: Newsroom) -> None:
    """An attempt that expires, of which only its event tells: no money moves."""
    session = newsroom.checkout().json["checkout_url"].rpartition("/")[2]
    newsroom.stripe.post(f"/v1/checkout/sessions/{session}/expire")
    newsroom.stripe.deliver()


def fail(newsroom: Newsroom, path: str) -> None:
    newsroom.stripe.app.faults.add({"kind": "server_error", "path": path, "times": 10_000})


def try_all_night(newsroom: Newsroom, *, are_pulls_tried: bool) -> None:
    """Five tries of what waits, with the regular pull before each."""
    for gap in (timedelta(), *RETRY_GAPS):
        newsroom.clock.now += gap
        if are_pulls_tried:
            pull.sync(newsroom.services)
        drain(newsroom.services)


def test_what_an_outage_of_stripe_killed_comes_back_with_the_first_complete_pull(newsroom: Newsroom) -> None:
    pull.sync(newsroom.services)
    newsroom.clock.advance(minutes=10)
    leave_a_checkout(newsroom)
    fail(newsroom, "/v1/")
    try_all_night(newsroom, are_pulls_tried=False)
    assert newsroom.rows(STATUSES) == [("dead", 1)]
    with pytest.raises(StripeUnavailableError):
        pull.sync(newsroom.services)
    assert newsroom.rows(STATUSES) == [("dead", 1)]

    newsroom.stripe.app.faults.clear()
    pull.sync(newsroom.services)
    drain(newsroom.services)

    assert newsroom.rows(STATUSES) == []
    assert newsroom.rows("SELECT state FROM contributions") == [("expired",)]


def test_what_stripe_fails_on_while_it_answers_else_stays_dead(newsroom: Newsroom) -> None:
    leave_a_checkout(newsroom)
    fail(newsroom, "/v1/checkout/sessions")
    try_all_night(newsroom, are_pulls_tried=True)
    newsroom.clock.advance(minutes=15)

    pull.sync(newsroom.services)

    assert newsroom.rows("SELECT status, attempt_count FROM stripe_events WHERE status <> 'ignored'") == [("dead", 5)]


def test_what_stripe_refused_stays_dead_after_an_outage(newsroom: Newsroom) -> None:
    pull.sync(newsroom.services)
    newsroom.clock.advance(minutes=10)
    send(newsroom, event(data={"object": {"id": "ch_that_never_was", "object": "charge"}}))
    try_all_night(newsroom, are_pulls_tried=False)

    pull.sync(newsroom.services)

    assert newsroom.rows(STATUSES) == [("dead", 1)]
