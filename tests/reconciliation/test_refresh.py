"""From inbox to facts: any order and repetition ends the same, failures are retried and parked, nothing is lost."""

import itertools
import json
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from service.contributions.contribution import ContributionState
from service.reconciliation import pull
from service.reconciliation.backfill import backfill
from service.reconciliation.refresh import MAX_ATTEMPTS, drain, next_attempt, sweep
from service.stripe_events import store
from tests.conftest import plain_address
from tests.contributions.world import Newsroom
from tests.stripe_events.webhook import event, send

PICTURE = """
    SELECT c.state, c.paid_minor, c.refunded_minor, c.recurring_minor,
           (SELECT count(*) FROM charges), (SELECT count(*) FROM balance_transactions),
           (SELECT sum(amount_minor) FROM balance_transactions), (SELECT count(*) FROM ledger_entries)
    FROM contributions c
"""


def sent_events(newsroom: Newsroom) -> list[dict[str, Any]]:
    """Everything Stripe has to say, caught before anybody hears it."""
    newsroom.clock.advance(minutes=1)
    receiver, newsroom.stripe.receiver = newsroom.stripe.receiver, lambda *_: 200
    newsroom.stripe.sent.clear()
    newsroom.stripe.deliver()
    newsroom.stripe.receiver = receiver
    return [json.loads(body) for _, body in newsroom.stripe.sent]


@pytest.mark.parametrize("order", ["as sent", "reversed", "sorted by type", "each twice", "each event on its own"])
def test_any_order_and_repetition_ends_in_the_same_picture(newsroom: Newsroom, order: str) -> None:
    newsroom.give(amount="10", interval="month")
    events = sent_events(newsroom)
    orders = {
        "as sent": events,
        "reversed": events[::-1],
        "sorted by type": sorted(events, key=lambda each: each["type"]),
        "each twice": [each for each in events for _ in range(2)],
        "each event on its own": events,
    }

    for each in orders[order]:
        assert send(newsroom, each).status_code == 200
        if order == "each event on its own":
            drain(newsroom.services)
    drain(newsroom.services)

    assert newsroom.rows(PICTURE) == [("active", 1000, 0, 1000, 1, 1, 1000, 1)]
    assert newsroom.rows("SELECT DISTINCT status FROM stripe_events WHERE status NOT IN ('done', 'ignored')") == []


def test_a_pull_leaves_to_waiting_events_what_they_tell_of(newsroom: Newsroom) -> None:
    newsroom.give(amount="5")
    (told,) = [each for each in sent_events(newsroom) if each["type"] == "charge.succeeded"]
    send(newsroom, told)

    left, pulled = pull.pull_balance(newsroom.services), newsroom.rows("SELECT count(*) FROM balance_transactions")
    sweep(newsroom.services)

    assert (left.new_transaction_count, pulled) == (0, [(0,)])
    assert newsroom.rows(PICTURE) == [("complete", 500, 0, None, 1, 1, 500, 1)]


def test_the_full_pull_leaves_nothing_to_anyone(newsroom: Newsroom) -> None:
    newsroom.give(amount="5")
    (told,) = [each for each in sent_events(newsroom) if each["type"] == "charge.succeeded"]
    send(newsroom, told)

    assert pull.sync(newsroom.services).new_transaction_count == 1


def test_any_single_event_is_enough_for_the_whole_picture_of_a_gift(newsroom: Newsroom) -> None:
    newsroom.give(amount="5")
    by_type = {each["type"]: each for each in sent_events(newsroom)}

    send(newsroom, by_type["checkout.session.completed"])
    drain(newsroom.services)

    assert newsroom.rows(PICTURE) == [("complete", 500, 0, None, 1, 1, 500, 1)]


def test_a_body_is_never_believed(newsroom: Newsroom) -> None:
    newsroom.give(amount="5")
    charge = next(each for each in sent_events(newsroom) if each["type"] == "charge.succeeded")
    charge["data"]["object"] |= {"amount": 999_999, "status": "failed", "metadata": {}}
    charge["api_version"] = "2011-01-01"

    send(newsroom, charge)
    drain(newsroom.services)

    assert newsroom.rows(PICTURE) == [("complete", 500, 0, None, 1, 1, 500, 1)]


def test_a_failure_is_retried_with_growing_gaps_then_parked_and_requeued_by_hand(newsroom: Newsroom) -> None:
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


def test_one_bad_event_does_not_hold_up_the_others(newsroom: Newsroom) -> None:
    newsroom.give(amount="5")
    send(newsroom, event(data={"object": {"id": "ch_that_never_was", "object": "charge"}}))

    newsroom.settle()
    newsroom.clock.advance(minutes=1)
    newsroom.settle()

    assert newsroom.rows("SELECT state FROM contributions") == [("complete",)]


def test_one_charge_that_cannot_be_stored_does_not_hold_up_those_looked_at_with_it(
    newsroom: Newsroom, database_address: str
) -> None:
    for amount in ("5", "6", "7"):
        newsroom.give(amount=amount)
    for each in sent_events(newsroom):
        send(newsroom, each)
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


def test_a_lost_job_is_found_by_the_sweep(newsroom: Newsroom) -> None:
    newsroom.give(amount="5")
    for each in sent_events(newsroom):
        send(newsroom, each)
    with newsroom.services.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM procrastinate_jobs")

    assert sweep(newsroom.services) > 0

    assert newsroom.rows("SELECT state FROM contributions") == [("complete",)]


def test_a_worker_killed_before_it_committed_leaves_everything_to_do(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    newsroom.give(amount="5")
    for each in sent_events(newsroom):
        send(newsroom, each)

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

    assert newsroom.rows(PICTURE)[0][:2] == (ContributionState.COMPLETE, 500)


def test_stripe_down_and_back_loses_nothing(newsroom: Newsroom) -> None:
    newsroom.give(amount="5")
    for each in sent_events(newsroom):
        send(newsroom, each)
    newsroom.stripe.app.faults.add({"kind": "server_error", "path": "/v1/", "times": 200})
    sweep(newsroom.services)
    newsroom.stripe.app.faults.clear()
    assert newsroom.rows("SELECT DISTINCT status FROM stripe_events WHERE status = 'done'") == []

    newsroom.clock.advance(minutes=1)
    drain(newsroom.services)

    assert newsroom.rows(PICTURE)[0][:2] == ("complete", 500)


def test_missed_events_are_found_in_stripes_own_list(newsroom: Newsroom) -> None:
    newsroom.give(amount="5")
    sent_events(newsroom)
    now = newsroom.clock()

    found = backfill(newsroom.services, now - timedelta(days=30), now + timedelta(seconds=1))
    again = backfill(newsroom.services, now - timedelta(days=30), now + timedelta(seconds=1))
    drain(newsroom.services)

    assert found.missing_count == found.listed_count > 0
    assert again.missing_count == 0
    assert newsroom.rows(PICTURE)[0][:2] == ("complete", 500)


def test_the_balance_alone_brings_back_what_no_event_told(newsroom: Newsroom) -> None:
    newsroom.give(amount="5")
    newsroom.give(amount="10", interval="month")
    sent_events(newsroom)
    newsroom.clock.advance(days=40)

    pull.sync(newsroom.services)

    # The second has been renewed once in the meantime.
    assert newsroom.rows("SELECT state, paid_minor FROM contributions ORDER BY paid_minor") == [
        ("complete", 500),
        ("active", 2000),
    ]


def test_a_contribution_that_only_stripe_still_knows_comes_back(newsroom: Newsroom) -> None:
    newsroom.give(amount="10", interval="month")
    sent_events(newsroom)
    with newsroom.services.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE contributions SET id = 'ctb_elsewhere', attempt_key = 'x'")

    pull.sync(newsroom.services)

    assert newsroom.rows("SELECT state, amount_minor, interval FROM contributions WHERE id <> 'ctb_elsewhere'") == [
        ("active", 1000, "month")
    ]


def test_pulling_again_changes_nothing(newsroom: Newsroom) -> None:
    newsroom.give(amount="5")
    newsroom.clock.advance(minutes=1)
    newsroom.settle()

    counts = [pull.sync(newsroom.services).new_transaction_count for _ in range(3)]

    assert counts == [0, 0, 0]
    assert newsroom.rows("SELECT count(*) FROM ledger_entries") == [(1,)]


def test_gaps_between_attempts_grow_and_end(newsroom: Newsroom) -> None:
    now = newsroom.clock()
    times = [next_attempt(made, now) for made in range(1, MAX_ATTEMPTS + 1)]

    assert times[-1] is None
    waits = [at - now for at in times[:-1] if at is not None]
    assert all(earlier < later for earlier, later in itertools.pairwise(waits))
