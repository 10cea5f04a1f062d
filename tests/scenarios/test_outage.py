"""A night without Stripe: what died of it comes back by itself; what fails for a reason of its own stays dead."""

from datetime import timedelta

import pytest

from service.errors import StripeUnavailableError
from service.reconciliation import pull
from service.reconciliation.refresh import RETRY_GAPS, sweep
from tests.scenarios import objects
from tests.scenarios.conftest import Stage
from tests.scenarios.scripted import Fault

STATUSES = "SELECT status, attempt_count FROM stripe_events"


def leave_a_checkout(stage: Stage) -> None:
    """An attempt that expires, of which only its event tells: no money moves."""
    session = stage.checkout()
    session["status"] = "expired"
    assert stage.send(objects.event("checkout.session.expired", session, stage.at)) == [200]


def fail(stage: Stage, path: str) -> None:
    stage.stripe.faults.append(Fault(path, 500, 10_000, {"Stripe-Should-Retry": "false"}))


def try_all_night(stage: Stage, *, are_pulls_due: bool) -> None:
    """Five tries of what waits."""
    for gap in (timedelta(), *RETRY_GAPS):
        stage.clock.now += gap
        if are_pulls_due:
            pull.sync(stage.services)
        sweep(stage.services)


def test_what_an_outage_of_stripe_killed_comes_back_with_the_first_complete_pull(stage: Stage) -> None:
    pull.sync(stage.services)
    stage.clock.advance(minutes=10)
    leave_a_checkout(stage)
    fail(stage, "/v1/")
    try_all_night(stage, are_pulls_due=False)
    with pytest.raises(StripeUnavailableError):
        pull.sync(stage.services)
    assert stage.rows(STATUSES) == [("dead", 5)]

    stage.stripe.faults.clear()
    stage.run("sync")

    assert stage.rows(STATUSES) == [("done", 0)]
    assert stage.given == [("expired", 0, 0, 0, None)]


def test_what_stripe_fails_on_while_it_answers_else_stays_dead(stage: Stage) -> None:
    leave_a_checkout(stage)
    fail(stage, "/v1/checkout/sessions")
    try_all_night(stage, are_pulls_due=True)
    stage.clock.advance(minutes=15)

    stage.run("sync")

    assert stage.rows(STATUSES) == [("dead", 5)]


def test_what_stripe_refused_stays_dead_after_an_outage(stage: Stage) -> None:
    pull.sync(stage.services)
    stage.clock.advance(minutes=10)
    stage.send(objects.event("charge.succeeded", {"id": "ch_gone", "object": "charge"}, stage.at))
    try_all_night(stage, are_pulls_due=False)

    stage.run("sync")

    assert stage.rows(STATUSES) == [("dead", 5)]
