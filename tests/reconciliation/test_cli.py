"""The operator's commands: work until nothing is due, list and requeue events, pull and backfill."""

from flask.testing import FlaskCliRunner

from tests.contributions.world import Newsroom
from tests.stripe_events.webhook import event, send


def run(newsroom: Newsroom, *arguments: str) -> str:
    result = FlaskCliRunner(newsroom.client.application).invoke(args=list(arguments))
    assert result.exit_code == 0, result.output
    return result.output


def test_the_worker_drains_and_dead_events_are_listed_shown_and_requeued(newsroom: Newsroom) -> None:
    newsroom.give(amount="5")
    newsroom.clock.advance(minutes=1)
    newsroom.stripe.deliver()
    send(newsroom, event("evt_lost", data={"object": None}))
    send(newsroom, event("evt_other"))
    with newsroom.services.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE stripe_events SET status = 'dead' WHERE id = 'evt_other'")

    run(newsroom, "worker", "--drain")

    assert newsroom.rows("SELECT state FROM contributions") == [("complete",)]
    assert "2 dead" in run(newsroom, "events", "list")
    assert "evt_lost" in run(newsroom, "events", "list", "--status", "dead")
    shown = run(newsroom, "events", "show", "evt_lost", "--body")
    assert "the event names no object" in shown
    assert '"charge.succeeded"' in shown
    assert run(newsroom, "events", "requeue", "evt_other", "evt_lost", "evt_never") == "2 requeued.\n"


def test_sync_and_backfill_print_what_they_found(newsroom: Newsroom) -> None:
    newsroom.give(amount="5")
    newsroom.clock.advance(minutes=1)
    newsroom.stripe.receiver = None
    newsroom.stripe.deliver()

    synced = run(newsroom, "sync")
    filled = run(newsroom, "backfill")
    again = run(newsroom, "sync", "--from", "2026-11-01")

    assert synced.startswith("1 balance transactions (1 new)")
    assert "events listed" in filled
    assert again.startswith("1 balance transactions (0 new)")
    assert newsroom.rows("SELECT state FROM contributions") == [("complete",)]
