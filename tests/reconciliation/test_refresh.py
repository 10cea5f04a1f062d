"""Refreshing objects from their events: in any order and repetition, with retries of failures, without a loss."""

import itertools
from datetime import timedelta

import psycopg
import pytest

from service.contributions.contribution import ContributionState
from service.reconciliation.refresh import MAX_ATTEMPTS, drain, next_attempt, sweep
from service.stripe_events import store
from tests.conftest import plain_address
from tests.contributions.world import Newsroom
from tests.reconciliation.world import STATE, sent_events
from tests.stripe_events.webhook import event, send


@pytest.mark.parametrize("order", ["as sent", "reversed", "sorted by type", "each twice", "each event on its own"])
def test_any_order_and_repetition_of_events_leads_to_the_same_state(newsroom: Newsroom, order: str) -> None:
    newsroom.give(amount="10", interval="month")
    events = sent_events(newsroom)
    orders = {
        "as sent": events,
        "reversed": events[::-1],
        "sorted by type": sorted(events, key=lambda event: event["type"]),
        "each twice": [event for event in events for _ in range(2)],
        "each event on its own": events,
    }

    for sent in orders[order]:
        assert send(newsroom, sent).status_code == 200
        if order == "each event on its own":
            drain(newsroom.services)
    drain(newsroom.services)

    assert newsroom.rows(STATE) == [("active", 1000, 0, 1000, 1, 1, 1000, 1)]
    assert newsroom.rows("SELECT DISTINCT status FROM stripe_events WHERE status NOT IN ('done', 'ignored')") == []


def test_one_event_is_enough_for_the_complete_state_of_a_contribution(newsroom: Newsroom) -> None:
    newsroom.give(amount="5")
    by_type = {sent["type"]: sent for sent in sent_events(newsroom)}

    send(newsroom, by_type["checkout.session.completed"])
    drain(newsroom.services)

    assert newsroom.rows(STATE) == [("complete", 500, 0, None, 1, 1, 500, 1)]


def test_the_object_in_an_event_is_never_used(newsroom: Newsroom) -> None:
    newsroom.give(amount="5")
    charge = next(sent for sent in sent_events(newsroom) if sent["type"] == "charge.succeeded")
    charge["data"]["object"] |= {"amount": 999_999, "status": "failed", "metadata": {}}
    charge["api_version"] = "2011-01-01"

    send(newsroom, charge)
    drain(newsroom.services)

    assert newsroom.rows(STATE) == [("complete", 500, 0, None, 1, 1, 500, 1)]


def test_a_failing_event_is_retried_with_growing_gaps_then_dead_until_requeued(newsroom: Newsroom) -> None:
    send(newsroom, event(data={"object": {"id": "ch_that_never_was", "object": "charge"}}))
    drain(newsroom.services)
    gaps = []

    for _ in range(MAX_ATTEMPTS - 1):
        (waits_until,) = newsroom.rows("SELECT next_attempt_at FROM stripe_events")[0]
        gaps.append(waits_until - newsroom.clock())
        newsroom.clock.now = waits_until - timedelta(seconds=1)
        drain(newsroom.services)
        newsroom.clock.now = waits_until
        drain(newsroom.services)

    assert gaps == sorted(gaps)
    assert newsroom.rows("SELECT status, attempt_count FROM stripe_events") == [("dead", MAX_ATTEMPTS)]
    with newsroom.services.engine.begin() as connection:
        assert store.requeue_events(connection, newsroom.clock()) == ("evt_1",)
    assert sweep(newsroom.services) == 1
    assert newsroom.rows("SELECT status, attempt_count FROM stripe_events") == [("failing", 1)]


def test_a_failing_event_does_not_delay_the_others(newsroom: Newsroom) -> None:
    newsroom.give(amount="5")
    send(newsroom, event(data={"object": {"id": "ch_that_never_was", "object": "charge"}}))

    newsroom.settle()
    newsroom.clock.advance(minutes=1)
    newsroom.settle()

    assert newsroom.rows("SELECT state FROM contributions") == [("complete",)]


def test_a_charge_that_cannot_be_saved_does_not_delay_those_of_its_batch(
    newsroom: Newsroom, database_address: str
) -> None:
    for amount in ("5", "6", "7"):
        newsroom.give(amount=amount)
    for sent in sent_events(newsroom):
        send(newsroom, sent)
    with psycopg.connect(plain_address(database_address), autocommit=True) as owner:
        owner.execute("ALTER TABLE charges ADD CONSTRAINT refused CHECK (amount_minor <> 600)")
        sweep(newsroom.services)
        assert newsroom.rows("SELECT amount_minor FROM charges ORDER BY 1") == [(500,), (700,)]
        assert newsroom.rows("SELECT DISTINCT last_error FROM stripe_events WHERE status = 'failing'") == [
            ("IntegrityError",)
        ]
        owner.execute("ALTER TABLE charges DROP CONSTRAINT refused")
    newsroom.clock.advance(minutes=1)
    drain(newsroom.services)

    assert newsroom.rows("SELECT amount_minor FROM charges ORDER BY 1") == [(500,), (600,), (700,)]
    assert newsroom.rows("SELECT DISTINCT state FROM contributions") == [("complete",)]


def test_the_sweep_makes_up_for_a_lost_job(newsroom: Newsroom) -> None:
    newsroom.give(amount="5")
    for sent in sent_events(newsroom):
        send(newsroom, sent)
    with newsroom.services.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM procrastinate_jobs")

    assert sweep(newsroom.services) > 0

    assert newsroom.rows("SELECT state FROM contributions") == [("complete",)]


def test_a_worker_killed_before_its_commit_saves_nothing(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    newsroom.give(amount="5")
    for sent in sent_events(newsroom):
        send(newsroom, sent)

    class Killed(BaseException):
        pass

    def die(*_: object) -> None:
        raise Killed

    monkeypatch.setattr(store, "finish_events", die)
    with pytest.raises(Killed):
        sweep(newsroom.services)
    monkeypatch.undo()
    assert newsroom.rows("SELECT count(*) FROM charges") == [(0,)]

    sweep(newsroom.services)

    assert newsroom.rows(STATE)[0][:2] == (ContributionState.COMPLETE, 500)


def test_an_outage_of_stripe_loses_nothing(newsroom: Newsroom) -> None:
    newsroom.give(amount="5")
    for sent in sent_events(newsroom):
        send(newsroom, sent)
    newsroom.stripe.app.faults.add({"kind": "server_error", "path": "/v1/", "times": 200})
    sweep(newsroom.services)
    newsroom.stripe.app.faults.clear()
    assert newsroom.rows("SELECT DISTINCT status FROM stripe_events WHERE status = 'done'") == []

    newsroom.clock.advance(minutes=1)
    drain(newsroom.services)

    assert newsroom.rows(STATE)[0][:2] == ("complete", 500)


def test_gaps_between_attempts_grow_until_the_last_attempt(newsroom: Newsroom) -> None:
    now = newsroom.clock()
    times = [next_attempt(made, now) for made in range(1, MAX_ATTEMPTS + 1)]

    assert times[-1] is None
    waits = [at - now for at in times[:-1] if at is not None]
    assert all(earlier < later for earlier, later in itertools.pairwise(waits))
