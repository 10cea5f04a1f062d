"""An outage of Stripe: events that died of it are retried after it; events with a fault of their own stay dead."""

from datetime import timedelta

import pytest

from service.errors import StripeUnavailableError
from service.reconciliation import pull
from service.reconciliation.refresh import RETRY_GAPS, sweep
from tests.scenarios import objects
from tests.scenarios.scripted_stripe import Fault
from tests.scenarios.world import Stage

STATUSES = "SELECT status, attempt_count FROM stripe_events"


def expire_checkout(stage: Stage) -> None:
    """Let a checkout expire. Only its event reports it, because no money moves."""
    session = stage.checkout()
    session["status"] = "expired"
    assert stage.send(objects.event("checkout.session.expired", session, stage.at)) == [200]


def fail(stage: Stage, path: str) -> None:
    """Make Stripe fail for every address that begins with `path`."""
    stage.stripe.faults.append(Fault(path, 500, 10_000, {"Stripe-Should-Retry": "false"}))


def exhaust_attempts(stage: Stage, *, are_pulls_due: bool) -> None:
    """Make all five attempts at the waiting events, with or without a pull before each."""
    for gap in (timedelta(), *RETRY_GAPS):
        stage.clock.now += gap
        if are_pulls_due:
            pull.sync(stage.services)
        sweep(stage.services)


def test_an_event_that_died_in_an_outage_is_applied_after_the_first_complete_pull(stage: Stage) -> None:
    pull.sync(stage.services)
    stage.clock.advance(minutes=10)
    expire_checkout(stage)
    fail(stage, "/v1/")
    exhaust_attempts(stage, are_pulls_due=False)
    with pytest.raises(StripeUnavailableError):
        pull.sync(stage.services)
    assert stage.rows(STATUSES) == [("dead", 5)]

    stage.stripe.faults.clear()
    stage.run("sync")

    assert stage.rows(STATUSES) == [("done", 0)]
    assert stage.contributions == [("expired", 0, 0, 0, None)]


def test_an_event_that_fails_while_stripe_answers_other_requests_stays_dead(stage: Stage) -> None:
    expire_checkout(stage)
    fail(stage, "/v1/checkout/sessions")
    exhaust_attempts(stage, are_pulls_due=True)
    stage.clock.advance(minutes=15)

    stage.run("sync")

    assert stage.rows(STATUSES) == [("dead", 5)]


def test_an_event_that_stripe_refused_stays_dead_after_an_outage(stage: Stage) -> None:
    pull.sync(stage.services)
    stage.clock.advance(minutes=10)
    stage.send(objects.event("charge.succeeded", {"id": "ch_gone", "object": "charge"}, stage.at))
    exhaust_attempts(stage, are_pulls_due=False)

    stage.run("sync")

    assert stage.rows(STATUSES) == [("dead", 5)]
