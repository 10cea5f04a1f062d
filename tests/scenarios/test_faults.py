"""What goes wrong: bodies that say nothing or lie, answers that fail, a database that refuses, a worker killed."""

import json
import os
import signal
import subprocess
import sys
from typing import Any

import psycopg
import pytest

from service.database.engine import database_address
from service.reconciliation.pull import sync
from service.reconciliation.refresh import sweep
from tests.conftest import plain_address
from tests.scenarios import lives, objects, stories
from tests.scenarios.conftest import Stage
from tests.scenarios.scripted import Fault, Json


def gift(stage: Stage) -> list[Json]:
    return stories.one_off_paid(stage.stripe, stage.checkout(), stage.at)


GIVEN = [("complete", 1000, 0, 1, None)]


def thin(of: Json) -> Json:
    """The same event as a notification that carries no more than an address."""
    about = of["data"]["object"]
    return {
        "id": of["id"],
        "object": "v2.core.event",
        "type": f"v1.{of['type']}",
        "livemode": False,
        "created": "2026-11-18T10:30:00.000Z",
        "related_object": {"id": about["id"], "type": about["object"], "url": f"/v1/{about['id']}"},
    }


def old(of: Json) -> Json:
    """As an account of 2015 would send it: other fields, other states."""
    about = {
        "id": of["data"]["object"]["id"],
        "object": of["data"]["object"]["object"],
        "invoice": "in_x",
        "paid": False,
    }
    return {**of, "api_version": "2015-10-16", "data": {"object": about}, "request": "iar_1"}


def future(of: Json) -> Json:
    about = {"id": of["data"]["object"]["id"], "object": "renamed.meanwhile", "status": {"is": "an object now"}}
    return {**of, "api_version": "2031-01-01.quinoa", "data": {"object": about}, "object": "event"}


def stale(of: Json) -> Json:
    about = {**of["data"]["object"], "status": "failed", "amount": 99_999_900, "metadata": {}}
    return {**of, "data": {"object": about, "previous_attributes": {"status": "succeeded"}}}


@pytest.mark.parametrize("change", [thin, old, future, stale], ids=lambda each: each.__name__)
def test_only_what_is_fetched_counts(stage: Stage, change: Any) -> None:
    stage.tell([change(each) for each in gift(stage)])

    assert stage.given == GIVEN
    stage.check()


@pytest.mark.parametrize("data", [None, {}, {"object": None}, {"object": {"object": "charge"}}], ids=json.dumps)
def test_an_event_that_lost_its_object_is_asked_for_at_stripe(stage: Stage, data: Any) -> None:
    events = gift(stage)
    stage.stripe.put(*events)

    stage.tell([{**each, "data": data} for each in events])

    assert stage.given == GIVEN
    stage.check()


def test_an_event_that_names_nothing_anywhere_is_parked_at_once_and_holds_nobody_up(stage: Stage) -> None:
    events = gift(stage)

    stage.tell([{**events[0], "id": "evt_empty", "data": {}}, *events])

    assert stage.given == GIVEN
    assert stage.rows("SELECT id FROM stripe_events WHERE status = 'dead'") == [("evt_empty",)]
    assert "evt_empty" in stage.run("export", "exceptions")


def test_unknown_types_and_the_other_mode_are_kept_and_left_alone(stage: Stage) -> None:
    (first, *_) = gift(stage)

    stage.tell(
        [{**first, "id": "evt_new", "type": "charge.reincarnated"}, {**first, "id": "evt_live", "livemode": True}]
    )

    assert stage.rows("SELECT id, status FROM stripe_events ORDER BY id") == [
        ("evt_live", "ignored"),
        ("evt_new", "ignored"),
    ]


def test_an_object_that_is_gone_is_tried_five_times_and_the_rest_flows(stage: Stage) -> None:
    events = gift(stage)
    gone = objects.event("charge.succeeded", {"id": "ch_gone", "object": "charge"}, stage.at)

    stage.tell([gone, *events])
    for _ in range(6):
        stage.clock.advance(hours=4)
        stage.run("worker", "--drain")

    assert stage.given == GIVEN
    assert stage.rows("SELECT object_id, attempt_count FROM stripe_events WHERE status = 'dead'") == [("ch_gone", 5)]


def test_what_hangs_on_an_object_may_be_gone(stage: Stage) -> None:
    stripe, session = stage.stripe, stage.checkout("month")
    lives.subscribed(stripe, session, stage.at)
    del stripe.objects["in_1"]

    stage.tell([objects.event("checkout.session.completed", session, stage.at)])

    assert stage.given == [("active", 0, 0, 0, None)]
    assert stage.rows("SELECT status FROM stripe_events") == [("done",)]


def test_lists_that_ignore_what_they_are_asked_mix_nothing_up(stage: Stage) -> None:
    stripe = stage.stripe
    events = lives.subscribed(stripe, stage.checkout("month"), stage.at)
    events += stories.one_off_paid(stripe, stage.checkout(), stage.at)
    other = objects.intent(stripe, "pi_other", "succeeded", 700, stage.at)
    foreign = objects.charge(stripe, "ch_other", other, "succeeded", stage.at)
    objects.settle(stripe, foreign, stage.at)
    events += [objects.event("charge.succeeded", foreign, stage.at), *stories.refunded(stripe, foreign, 200, stage.at)]
    stripe.does_filter = False

    stage.tell(events)

    assert sorted(stage.given) == [("active", 1000, 0, 1, None), ("complete", 1000, 0, 1, None)]
    assert stage.balances == {"1100": 2395, "4100": -1000, "4110": -1000, "4200": 200, "4900": -700, "5100": 105}
    stage.check()


def test_a_source_that_cannot_be_read_holds_no_pull_up_and_is_looked_at_again(stage: Stage) -> None:
    stripe = stage.stripe
    gift(stage)
    stories.one_off_paid(stripe, stage.checkout(amount="20"), stage.at)
    amount = stripe.objects["ch_1"].pop("amount")

    stage.run("sync")
    assert sorted(stage.given) == [("attempted", 0, 0, 0, None), ("complete", 2000, 0, 1, None)]

    stripe.objects["ch_1"]["amount"] = amount
    stage.run("sync")

    assert sorted(stage.given) == [*GIVEN, ("complete", 2000, 0, 1, None)]
    stage.check()


def test_a_source_stripe_fails_on_holds_no_pull_up_and_keeps_it_incomplete(stage: Stage) -> None:
    stripe = stage.stripe
    gift(stage)
    stories.one_off_paid(stripe, stage.checkout(amount="20"), stage.at)
    stripe.faults.append(Fault("/v1/charges/ch_1", 500, 1000))

    failed = stage.app.test_cli_runner().invoke(args=["sync"])

    assert (failed.exit_code, failed.output.splitlines()[-1]) == (
        1,
        "Error: Stripe could not answer for charge ch_1; everything else was saved",
    )
    assert sorted(stage.given) == [("attempted", 0, 0, 0, None), ("complete", 2000, 0, 1, None)]
    assert stage.rows("SELECT * FROM pull_cursors") == []
    stripe.faults.clear()
    stage.run("sync")
    assert sorted(stage.given) == [*GIVEN, ("complete", 2000, 0, 1, None)]
    stage.check()


def test_a_pull_gives_up_on_a_stripe_that_answers_for_nothing(stage: Stage) -> None:
    for _ in range(8):
        gift(stage)
    stage.stripe.faults.append(Fault("/v1/charges", 500, 1000, {"Stripe-Should-Retry": "false"}))

    failed = stage.app.test_cli_runner().invoke(args=["sync"])

    assert failed.exit_code == 1
    assert "Error: Stripe could not answer" in failed.output
    assert len([path for _, path in stage.stripe.asked if path.startswith("/v1/charges")]) == 4


def test_a_declined_card_leaves_the_page_open_and_a_second_click_on_it(stage: Stage) -> None:
    """Else two pages would be open for one gift, and both could be paid."""
    token = stage.token()
    session = stage.checkout(token=token)
    marks = session["_intent_metadata"]
    tried = objects.intent(stage.stripe, "pi_1", "requires_payment_method", 1000, stage.at, metadata=marks)
    refused = objects.charge(stage.stripe, "ch_no", tried, "failed", stage.at)
    events = [
        objects.event("charge.failed", refused, stage.at),
        objects.event("payment_intent.payment_failed", tried, stage.at),
    ]

    stage.tell(events)

    assert stage.given == [("attempted", 0, 0, 0, None)]
    assert stage.checkout(token=token)["id"] == session["id"]
    stage.tell([*stories.one_off_paid(stage.stripe, session, stage.at), *events])
    assert stage.given == GIVEN
    stage.check()


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_stripe_that_fails_for_a_while(stage: Stage, status: int) -> None:
    events = gift(stage)
    stage.stripe.faults.append(Fault("/v1/", status, 12, {"Retry-After": "0"}))

    stage.tell(events)
    for _ in range(4):
        stage.clock.advance(hours=4)
        stage.run("worker", "--drain")

    assert stage.given == GIVEN
    stage.check()


def test_secrets_may_be_rotated_and_a_foreign_one_is_refused(stage: Stage) -> None:
    events = gift(stage)

    assert stage.send(events[0], secret="whsec_of_somebody_else") == [400]
    assert stage.send(events[0], secret="whsec_before_last") == [200]
    assert stage.send(*events) == [200] * len(events)
    stage.run("worker", "--drain")

    assert stage.given == GIVEN


def test_no_transaction_is_open_while_stripe_answers(stage: Stage) -> None:
    events = gift(stage)
    open_ones: list[Any] = []
    query = "SELECT query FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'"
    with psycopg.connect(plain_address(database_address(stage.services.settings)), autocommit=True) as observer:
        stage.stripe.before_answer = lambda _: open_ones.extend(observer.execute(query).fetchall())
        stage.send(*events)
        sweep(stage.services)
        sync(stage.services)

    assert open_ones == []
    assert stage.given == GIVEN


def test_an_object_is_looked_at_by_one_worker_at_a_time_and_let_go_afterwards(stage: Stage) -> None:
    events = gift(stage)
    worked_meanwhile: list[int] = []

    def another_worker(_: str) -> None:
        stage.stripe.before_answer = str  # it is not met by a third
        worked_meanwhile.append(sweep(stage.services))

    stage.stripe.before_answer = another_worker
    stage.send(*events)

    assert sweep(stage.services) == len({each["data"]["object"]["id"] for each in events})
    assert worked_meanwhile == [0]
    assert stage.rows("SELECT DISTINCT status, attempt_count FROM stripe_events") == [("done", 0)]
    assert stage.rows("SELECT objid FROM pg_locks WHERE locktype = 'advisory'") == []


def refuse_writes(stage: Stage, *, is_on: bool) -> None:
    """The database goes read-only, as one does whose disk is full or that is no longer the primary."""
    name = stage.services.engine.url.database
    with psycopg.connect(plain_address(database_address(stage.services.settings)), autocommit=True) as connection:
        connection.execute("SET default_transaction_read_only = off")
        value = "on" if is_on else "off"
        connection.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = {value}")
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()",
            [name],
        )


def test_a_database_that_refuses_writes_is_not_answered_for(stage: Stage) -> None:
    events = gift(stage)
    refuse_writes(stage, is_on=True)

    refused = stage.send(*events)
    refuse_writes(stage, is_on=False)
    stage.tell(events)

    assert refused == [503] * len(events)
    assert stage.given == GIVEN
    stage.check()


def test_a_database_that_refuses_the_work_gets_it_later(stage: Stage) -> None:
    events = gift(stage)
    stage.send(*events)
    refuse_writes(stage, is_on=True)

    failed = stage.app.test_cli_runner().invoke(args=["worker", "--drain"])
    refuse_writes(stage, is_on=False)
    stage.clock.advance(minutes=1)
    stage.run("worker", "--drain")

    assert failed.exit_code != 0
    assert stage.given == GIVEN
    stage.check()


@pytest.mark.parametrize("number", [1, 3, 6, 9])
def test_a_worker_that_is_killed_leaves_nothing_half_done(stage: Stage, number: int) -> None:
    """Killed while Stripe answers its n-th question: with some objects committed, and one in mid-work."""
    stage.send(*lives.subscribed(stage.stripe, stage.checkout("month"), stage.at))
    settings = stage.services.settings
    environment = {
        **os.environ,
        "DATABASE_URL": database_address(settings),
        "STRIPE_API_BASE": settings.stripe_api_base or "",
        "STRIPE_API_KEY": settings.stripe_api_key,
        "STRIPE_WEBHOOK_SECRETS": ",".join(settings.stripe_webhook_secrets),
        "PUBLIC_URL": settings.public_url,
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

    assert stage.given == [("active", 1000, 0, 1, None)]
    assert stage.balances == {"1100": 965, "4110": -1000, "5100": 35}
    stage.check()
