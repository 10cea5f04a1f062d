"""Faults: events without content or with false content, failing answers, a read-only database, a killed worker."""

import json
import os
import signal
import subprocess
import sys
from typing import Any

import psycopg
import pytest

from service.database.engine import database_address
from service.reconciliation import pull
from service.reconciliation.pull import sync
from service.reconciliation.refresh import sweep
from tests.conftest import plain_address
from tests.scenarios import contribution_events, objects, subscription_events
from tests.scenarios.scripted_stripe import Fault, Json
from tests.scenarios.world import Stage


def one_off(stage: Stage) -> list[Json]:
    return contribution_events.one_off_paid(stage.stripe, stage.checkout(), stage.at)


ONE_OFF = [("complete", 1000, 0, 1, None)]


def thin(snapshot: Json) -> Json:
    """Return the thin notification of a snapshot event, which only has the object's address."""
    about = snapshot["data"]["object"]
    return {
        "id": snapshot["id"],
        "object": "v2.core.event",
        "type": f"v1.{snapshot['type']}",
        "livemode": False,
        "created": "2026-11-18T10:30:00.000Z",
        "related_object": {"id": about["id"], "type": about["object"], "url": f"/v1/{about['id']}"},
    }


def old(snapshot: Json) -> Json:
    """Return the event as an account of 2015 sends it, with other fields and states."""
    about = {
        "id": snapshot["data"]["object"]["id"],
        "object": snapshot["data"]["object"]["object"],
        "invoice": "in_x",
        "paid": False,
    }
    return {**snapshot, "api_version": "2015-10-16", "data": {"object": about}, "request": "iar_1"}


def future(snapshot: Json) -> Json:
    """Return the event as a future API version might send it."""
    about = {"id": snapshot["data"]["object"]["id"], "object": "renamed.later", "status": {"is": "an object now"}}
    return {**snapshot, "api_version": "2031-01-01.quinoa", "data": {"object": about}, "object": "event"}


def outdated(snapshot: Json) -> Json:
    """Return the event with an outdated version of its object."""
    about = {**snapshot["data"]["object"], "status": "failed", "amount": 99_999_900, "metadata": {}}
    return {**snapshot, "data": {"object": about, "previous_attributes": {"status": "succeeded"}}}


@pytest.mark.parametrize("change", [thin, old, future, outdated], ids=lambda change: change.__name__)
def test_only_the_fetched_object_counts(stage: Stage, change: Any) -> None:
    stage.deliver([change(event) for event in one_off(stage)])

    assert stage.contributions == ONE_OFF
    stage.check()


@pytest.mark.parametrize("data", [None, {}, {"object": None}, {"object": {"object": "charge"}}], ids=json.dumps)
def test_an_event_without_its_object_is_fetched_from_stripe(stage: Stage, data: Any) -> None:
    events = one_off(stage)
    stage.stripe.put(*events)

    stage.deliver([{**event, "data": data} for event in events])

    assert stage.contributions == ONE_OFF
    stage.check()


def test_an_event_that_names_no_object_is_dead_at_once_and_delays_no_other(stage: Stage) -> None:
    events = one_off(stage)

    stage.deliver([{**events[0], "id": "evt_empty", "data": {}}, *events])

    assert stage.contributions == ONE_OFF
    assert stage.rows("SELECT id FROM stripe_events WHERE status = 'dead'") == [("evt_empty",)]
    assert "evt_empty" in stage.run("export", "exceptions")


def test_unknown_types_and_the_other_mode_are_saved_and_ignored(stage: Stage) -> None:
    (first, *_) = one_off(stage)

    stage.deliver(
        [{**first, "id": "evt_new", "type": "charge.reincarnated"}, {**first, "id": "evt_live", "livemode": True}]
    )

    assert stage.rows("SELECT id, status FROM stripe_events ORDER BY id") == [
        ("evt_live", "ignored"),
        ("evt_new", "ignored"),
    ]


def test_a_missing_object_is_tried_five_times_and_delays_no_other(stage: Stage) -> None:
    events = one_off(stage)
    gone = objects.event("charge.succeeded", {"id": "ch_gone", "object": "charge"}, stage.at)

    stage.deliver([gone, *events])
    for _ in range(6):
        stage.clock.advance(hours=4)
        stage.run("worker", "--drain")

    assert stage.contributions == ONE_OFF
    assert stage.rows("SELECT object_id, attempt_count FROM stripe_events WHERE status = 'dead'") == [("ch_gone", 5)]


def test_an_object_that_another_names_may_be_missing(stage: Stage) -> None:
    stripe, session = stage.stripe, stage.checkout("month")
    subscription_events.subscribed(stripe, session, stage.at)
    del stripe.objects["in_1"]

    stage.deliver([objects.event("checkout.session.completed", session, stage.at)])

    assert stage.contributions == [("active", 0, 0, 0, None)]
    assert stage.rows("SELECT status FROM stripe_events") == [("done",)]


def test_lists_that_ignore_their_filters_cause_no_confusion(stage: Stage) -> None:
    stripe = stage.stripe
    events = subscription_events.subscribed(stripe, stage.checkout("month"), stage.at)
    events += contribution_events.one_off_paid(stripe, stage.checkout(), stage.at)
    other = objects.intent(stripe, "pi_other", "succeeded", 700, stage.at)
    foreign = objects.charge(stripe, "ch_other", other, "succeeded", stage.at)
    objects.settle(stripe, foreign, stage.at)
    events += [
        objects.event("charge.succeeded", foreign, stage.at),
        *contribution_events.refunded(stripe, foreign, 200, stage.at),
    ]
    stripe.does_filter = False

    stage.deliver(events)

    assert sorted(stage.contributions) == [("active", 1000, 0, 1, None), ("complete", 1000, 0, 1, None)]
    assert stage.balances == {"1100": 2395, "4100": -1000, "4110": -1000, "4200": 200, "4900": -700, "5100": 105}
    stage.check()


def test_a_malformed_source_does_not_stop_a_pull_and_is_fetched_again(stage: Stage) -> None:
    stripe = stage.stripe
    one_off(stage)
    contribution_events.one_off_paid(stripe, stage.checkout(amount="20"), stage.at)
    amount = stripe.objects["ch_1"].pop("amount")

    stage.run("sync")
    assert sorted(stage.contributions) == [("attempted", 0, 0, 0, None), ("complete", 2000, 0, 1, None)]

    stripe.objects["ch_1"]["amount"] = amount
    stage.run("sync")

    assert sorted(stage.contributions) == [*ONE_OFF, ("complete", 2000, 0, 1, None)]
    stage.check()


def test_a_source_that_stripe_fails_to_return_leaves_the_pull_incomplete(stage: Stage) -> None:
    stripe = stage.stripe
    one_off(stage)
    contribution_events.one_off_paid(stripe, stage.checkout(amount="20"), stage.at)
    stripe.faults.append(Fault("/v1/charges/ch_1", 500, 1000))

    failed = stage.app.test_cli_runner().invoke(args=["sync"])

    assert (failed.exit_code, failed.output.splitlines()[-1]) == (
        1,
        "Error: Stripe could not answer for charge ch_1; everything else was saved",
    )
    assert sorted(stage.contributions) == [("attempted", 0, 0, 0, None), ("complete", 2000, 0, 1, None)]
    assert stage.rows("SELECT * FROM pull_cursors") == []
    stripe.faults.clear()
    stage.run("sync")
    assert sorted(stage.contributions) == [*ONE_OFF, ("complete", 2000, 0, 1, None)]
    stage.check()


def test_a_pull_gives_up_after_several_failing_sources(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pull, "SAVED_TOGETHER", 2)  # so these payments are more than one group
    for _ in range(8):
        one_off(stage)
    stage.stripe.faults.append(Fault("/v1/charges", 500, 1000, {"Stripe-Should-Retry": "false"}))

    failed = stage.app.test_cli_runner().invoke(args=["sync"])

    assert failed.exit_code == 1
    assert "Error: Stripe could not answer" in failed.output
    assert len([path for _, path in stage.stripe.asked if path.startswith("/v1/charges")]) == 4


def test_after_a_declined_card_a_second_click_leads_to_the_same_checkout(stage: Stage) -> None:
    """Otherwise a reader could pay two open checkouts for one contribution."""
    token = stage.token()
    session = stage.checkout(token=token)
    marks = session["_intent_metadata"]
    tried = objects.intent(stage.stripe, "pi_1", "requires_payment_method", 1000, stage.at, metadata=marks)
    refused = objects.charge(stage.stripe, "ch_no", tried, "failed", stage.at)
    events = [
        objects.event("charge.failed", refused, stage.at),
        objects.event("payment_intent.payment_failed", tried, stage.at),
    ]

    stage.deliver(events)

    assert stage.contributions == [("attempted", 0, 0, 0, None)]
    assert stage.checkout(token=token)["id"] == session["id"]
    stage.deliver([*contribution_events.one_off_paid(stage.stripe, session, stage.at), *events])
    assert stage.contributions == ONE_OFF
    stage.check()


@pytest.mark.parametrize("status", [429, 500, 503])
def test_events_are_applied_after_stripe_failed_for_a_while(stage: Stage, status: int) -> None:
    events = one_off(stage)
    stage.stripe.faults.append(Fault("/v1/", status, 12, {"Retry-After": "0"}))

    stage.deliver(events)
    for _ in range(4):
        stage.clock.advance(hours=4)
        stage.run("worker", "--drain")

    assert stage.contributions == ONE_OFF
    stage.check()


def test_an_older_webhook_secret_is_accepted_and_a_foreign_one_is_refused(stage: Stage) -> None:
    events = one_off(stage)

    assert stage.send(events[0], secret="whsec_of_somebody_else") == [400]
    assert stage.send(events[0], secret="whsec_before_last") == [200]
    assert stage.send(*events) == [200] * len(events)
    stage.run("worker", "--drain")

    assert stage.contributions == ONE_OFF


def test_no_transaction_is_open_while_stripe_answers(stage: Stage) -> None:
    events = one_off(stage)
    open_transactions: list[Any] = []
    query = "SELECT query FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'"
    with psycopg.connect(plain_address(database_address(stage.services.settings)), autocommit=True) as observer:
        stage.stripe.before_answer = lambda _: open_transactions.extend(observer.execute(query).fetchall())
        stage.send(*events)
        sweep(stage.services)
        sync(stage.services)

    assert open_transactions == []
    assert stage.contributions == ONE_OFF


def test_an_object_is_refreshed_by_one_worker_at_a_time_and_unlocked_afterwards(stage: Stage) -> None:
    events = one_off(stage)
    applied_meanwhile: list[int] = []

    def another_worker(_: str) -> None:
        stage.stripe.before_answer = str  # so that this sweep starts no third one
        applied_meanwhile.append(sweep(stage.services))

    stage.stripe.before_answer = another_worker
    stage.send(*events)

    assert sweep(stage.services) == len({event["data"]["object"]["id"] for event in events})
    assert applied_meanwhile == [0]
    assert stage.rows("SELECT DISTINCT status, attempt_count FROM stripe_events") == [("done", 0)]
    assert stage.rows("SELECT objid FROM pg_locks WHERE locktype = 'advisory'") == []


def refuse_writes(stage: Stage, *, is_on: bool) -> None:
    """Make the database read-only, as a full disk or a change of the primary does, or writable again."""
    with psycopg.connect(plain_address(database_address(stage.services.settings)), autocommit=True) as connection:
        name = connection.info.dbname
        connection.execute("SET default_transaction_read_only = off")
        value = "on" if is_on else "off"
        connection.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = {value}")
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()",
            [name],
        )


def test_a_webhook_gets_503_while_the_database_refuses_writes(stage: Stage) -> None:
    events = one_off(stage)
    refuse_writes(stage, is_on=True)

    refused = stage.send(*events)
    refuse_writes(stage, is_on=False)
    stage.deliver(events)

    assert refused == [503] * len(events)
    assert stage.contributions == ONE_OFF
    stage.check()


def test_events_are_applied_after_the_database_refused_writes(stage: Stage) -> None:
    events = one_off(stage)
    stage.send(*events)
    refuse_writes(stage, is_on=True)

    failed = stage.app.test_cli_runner().invoke(args=["worker", "--drain"])
    refuse_writes(stage, is_on=False)
    stage.clock.advance(minutes=1)
    stage.run("worker", "--drain")

    assert failed.exit_code != 0
    assert stage.contributions == ONE_OFF
    stage.check()


@pytest.mark.parametrize("number", [1, 3, 6, 9])
def test_a_killed_worker_leaves_nothing_half_done(stage: Stage, number: int) -> None:
    """The worker is killed during Stripe's n-th answer, with some objects committed and one in progress."""
    stage.send(*subscription_events.subscribed(stage.stripe, stage.checkout("month"), stage.at))
    settings = stage.services.settings
    environment = {
        **os.environ,
        "DATABASE_URL": database_address(settings),
        "STRIPE_API_BASE": settings.stripe_api_base or "",
        "STRIPE_API_KEY": settings.stripe_api_key,
        "STRIPE_WEBHOOK_SECRETS": ",".join(settings.stripe_webhook_secrets),
        "PUBLIC_URL": settings.public_url,
        "MAIL_TO_FILES": "1",
        "SECRET_KEYS": ",".join(settings.secret_keys),
        "VAR_DIR": str(settings.var_dir),
        "ACCOUNTING_TIMEZONE": settings.accounting_timezone,
    }
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "worker", "--drain"]
    worker = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    asked = len(stage.stripe.asked)

    def kill(_path: str) -> None:
        if len(stage.stripe.asked) == asked + number:
            os.kill(worker.pid, signal.SIGKILL)

    stage.stripe.before_answer = kill
    assert worker.wait(60) == -signal.SIGKILL
    stage.run("worker", "--drain")

    assert stage.contributions == [("active", 1000, 0, 1, None)]
    assert stage.balances == {"1100": 965, "4110": -1000, "5100": 35}
    stage.check()
