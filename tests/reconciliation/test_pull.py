"""Pulling balance transactions and payouts, whether or not their events arrived."""

from service.reconciliation import pull
from service.reconciliation.refresh import sweep
from tests.contributions.world import Newsroom
from tests.reconciliation.world import STATE, sent_events
from tests.stripe_events.webhook import send


def test_a_quick_pull_leaves_objects_with_waiting_events_to_the_refresh(newsroom: Newsroom) -> None:
    newsroom.give(amount="5")
    (sent,) = [event for event in sent_events(newsroom) if event["type"] == "charge.succeeded"]
    send(newsroom, sent)

    left, pulled = pull.pull_balance(newsroom.services), newsroom.rows("SELECT count(*) FROM balance_transactions")
    sweep(newsroom.services)

    assert (left.new_transaction_count, pulled) == (0, [(0,)])
    assert newsroom.rows(STATE) == [("complete", 500, 0, None, 1, 1, 500, 1)]


def test_a_complete_pull_also_takes_objects_with_waiting_events(newsroom: Newsroom) -> None:
    newsroom.give(amount="5")
    (sent,) = [event for event in sent_events(newsroom) if event["type"] == "charge.succeeded"]
    send(newsroom, sent)

    assert pull.sync(newsroom.services).new_transaction_count == 1


def test_a_pull_alone_finds_contributions_without_any_event(newsroom: Newsroom) -> None:
    newsroom.give(amount="5")
    newsroom.give(amount="10", interval="month")
    sent_events(newsroom)
    newsroom.clock.advance(days=40)

    pull.sync(newsroom.services)

    # The monthly contribution was renewed once in these 40 days.
    assert newsroom.rows("SELECT state, paid_minor FROM contributions ORDER BY paid_minor") == [
        ("complete", 500),
        ("active", 2000),
    ]


def test_a_pull_restores_a_contribution_that_we_have_lost(newsroom: Newsroom) -> None:
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
