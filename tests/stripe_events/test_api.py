"""POST /webhooks/stripe: the answers, and that a 2xx means a committed row."""

import json
import threading
from typing import Any

import pytest
from sqlalchemy import Engine, text

from service.database.engine import owner_engine
from service.reconciliation.refresh import drain
from tests.contributions.world import Newsroom
from tests.stripe_events.webhook import event, send, signed


def inbox(newsroom: Newsroom) -> list[tuple[Any, ...]]:
    return newsroom.rows("SELECT id, status FROM stripe_events ORDER BY id")


def test_a_signed_event_is_committed_and_its_job_with_it(newsroom: Newsroom) -> None:
    answer = send(newsroom, event())

    assert answer.status_code == 200
    assert inbox(newsroom) == [("evt_1", "received")]
    assert newsroom.rows("SELECT task_name, status FROM procrastinate_jobs") == [("reconciliation:refresh", "todo")]


def test_a_waiting_job_serves_many_events_but_a_running_job_does_not(newsroom: Newsroom, engine: Engine) -> None:
    send(newsroom, event())
    send(newsroom, event("evt_2"))
    with engine.begin() as connection:
        connection.execute(text("UPDATE procrastinate_jobs SET status = 'doing'"))
    send(newsroom, event("evt_3"))

    assert newsroom.rows("SELECT status::text FROM procrastinate_jobs ORDER BY id") == [("doing",), ("todo",)]


def test_a_repeated_event_gets_200_and_is_saved_once(newsroom: Newsroom) -> None:
    answers = [send(newsroom, event()).status_code for _ in range(3)]

    assert answers == [200, 200, 200]
    assert inbox(newsroom) == [("evt_1", "received")]
    assert newsroom.rows("SELECT count(*) FROM procrastinate_jobs") == [(1,)]


def test_ten_concurrent_repeats_are_saved_once(newsroom: Newsroom) -> None:
    statuses: list[int] = []
    app = newsroom.client.application
    body = json.dumps(event())
    header = {"Stripe-Signature": signed(body, newsroom.clock().timestamp())}

    def deliver() -> None:
        statuses.append(app.test_client().post("/webhooks/stripe", data=body, headers=header).status_code)

    threads = [threading.Thread(target=deliver) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert statuses == [200] * 10
    assert inbox(newsroom) == [("evt_1", "received")]


def test_the_body_is_encrypted_at_rest(newsroom: Newsroom) -> None:
    send(newsroom, event(data={"object": {"id": "ch_1", "object": "charge", "receipt_email": "mary@reader.example"}}))

    sealed = newsroom.rows("SELECT sealed_body FROM stripe_events")[0][0]
    assert b"mary" not in bytes(sealed)


def test_events_of_every_type_are_saved(newsroom: Newsroom) -> None:
    types = ["charge.succeeded", "balance.available", "payment_method.attached", "invented.by_stripe.tomorrow"]

    statuses = [send(newsroom, event(f"evt_{kind}", kind)).status_code for kind in types]

    assert statuses == [200, 200, 200, 200]
    assert dict(inbox(newsroom)) == {
        "evt_charge.succeeded": "received",
        "evt_balance.available": "done",
        "evt_payment_method.attached": "ignored",
        "evt_invented.by_stripe.tomorrow": "ignored",
    }


def test_an_event_of_the_other_mode_is_saved_and_ignored(newsroom: Newsroom) -> None:
    assert send(newsroom, event(livemode=True)).status_code == 200
    assert inbox(newsroom) == [("evt_1", "ignored")]


THIN = {
    "id": "evt_1",
    "object": "v2.core.event",
    "type": "v1.charge.succeeded",
    "livemode": False,
    "created": "2026-11-18T10:30:00.000Z",
    "related_object": {"id": "ch_1", "type": "charge", "url": "/v1/charges/ch_1"},
}


@pytest.mark.parametrize(
    "content",
    [
        event(account="acct_other"),
        event(event_type="balance.available", account="acct_other"),
        event(event_type="customer.updated", account="acct_other", livemode=True),
        event(account="acct_other", data=None),
        THIN | {"context": "acct_other"},
    ],
    ids=["charge", "wake-up", "other mode", "no object", "thin"],
)
def test_an_event_of_another_account_is_saved_and_ignored_with_a_reason(
    newsroom: Newsroom, content: dict[str, Any]
) -> None:
    answer = send(newsroom, content)
    drain(newsroom.services)

    assert (answer.status_code, answer.json) == (200, {"status": "ignored"})
    reason = "sent by another Stripe account, acct_other"
    assert newsroom.rows("SELECT status, last_error, attempt_count FROM stripe_events") == [("ignored", reason, 0)]
    assert newsroom.rows("SELECT task_name FROM procrastinate_jobs") == []
    counted = newsroom.client.application.test_cli_runner().invoke(args=["events", "list", "--status", "ignored"])
    assert "1 ignored" in counted.output


def test_an_event_without_an_account_is_of_our_own(newsroom: Newsroom) -> None:
    for number, account in enumerate((None, "", {"id": "acct_other"})):
        send(newsroom, event(f"evt_{number}", account=account))

    assert newsroom.rows("SELECT DISTINCT status FROM stripe_events") == [("received",)]


def test_a_thin_event_is_saved_like_a_snapshot(newsroom: Newsroom) -> None:
    assert send(newsroom, THIN).status_code == 200
    assert newsroom.rows("SELECT type, object_id, status FROM stripe_events") == [
        ("charge.succeeded", "ch_1", "received")
    ]


def test_a_body_that_is_not_an_event_is_refused(newsroom: Newsroom) -> None:
    bodies = ["", "not json", "[]", "null", '"text"', "{}", '{"id": "evt_1"}', '{"type": "charge.succeeded"}']
    bodies += ['{"id": "", "type": "x"}', '{"id": 7, "type": "x"}', '{"id": "evt_\\u0000", "type": "x"}', "[" * 100_000]

    statuses = {body[:40]: send(newsroom, body).status_code for body in bodies}

    assert set(statuses.values()) == {400}, statuses
    assert inbox(newsroom) == []


def test_a_body_that_is_not_utf8_is_refused(newsroom: Newsroom) -> None:
    answer = newsroom.client.post("/webhooks/stripe", data=b"\xff\xfe{}", headers={"Stripe-Signature": "t=1,v1=a"})

    assert answer.status_code == 400


def test_an_event_that_names_no_object_is_dead_after_one_attempt(newsroom: Newsroom) -> None:
    objects = [None, {"object": None}, {"object": {"object": "charge"}}, {"object": {"id": "ch_\x00"}}]

    statuses = [send(newsroom, event(f"evt_{number}", data=data)).status_code for number, data in enumerate(objects)]

    assert statuses == [200] * 4
    drain(newsroom.services)
    dead = newsroom.rows("SELECT status, count(*), min(attempt_count) FROM stripe_events GROUP BY 1")
    assert dead == [("dead", 4, 1)]


def test_a_missing_or_malformed_signature_is_refused(newsroom: Newsroom) -> None:
    signatures = ["", "t=1", "v1=abc", "t=x,v1=abc", "t=,v1=", "nonsense", "t=1763461800,v0=abc", "t=9" + "9" * 40]

    statuses = {signature: send(newsroom, event(), signature=signature).status_code for signature in signatures}

    assert set(statuses.values()) == {400}, statuses
    assert inbox(newsroom) == []


def test_a_signature_by_another_secret_is_refused(newsroom: Newsroom) -> None:
    body = json.dumps(event())
    wrong = signed(body, newsroom.clock().timestamp(), "whsec_of_somebody_else")

    assert send(newsroom, body, signature=wrong).status_code == 400


def test_one_valid_signature_among_several_is_enough(newsroom: Newsroom) -> None:
    body, now = json.dumps(event()), newsroom.clock().timestamp()
    both = signed(body, now, "whsec_retired") + ",v1=" + signed(body, now).rpartition("v1=")[2]

    assert send(newsroom, body, signature=both).status_code == 200


def test_a_signature_is_valid_for_five_minutes_before_and_after(newsroom: Newsroom) -> None:
    body, now = json.dumps(event()), newsroom.clock().timestamp()

    statuses = {
        seconds: send(newsroom, body, signature=signed(body, now + seconds)).status_code
        for seconds in (-301, -300, 0, 300, 301)
    }

    assert statuses == {-301: 400, -300: 200, 0: 200, 300: 200, 301: 400}


def test_a_body_of_one_mebibyte_is_accepted_and_one_byte_more_gets_413(newsroom: Newsroom) -> None:
    largest = json.dumps(event()).ljust(1024 * 1024)

    assert send(newsroom, largest).status_code == 200
    assert send(newsroom, largest + " ").status_code == 413


def test_other_methods_get_405_with_the_allowed_method(newsroom: Newsroom) -> None:
    answer = newsroom.client.get("/webhooks/stripe")

    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


@pytest.mark.parametrize("refused", ["INSERT ON stripe_events", "INSERT ON procrastinate_jobs"])
def test_an_event_that_cannot_be_committed_gets_503(newsroom: Newsroom, database_address: str, refused: str) -> None:
    owner = owner_engine(database_address)
    with owner.begin() as connection:
        connection.execute(text(f"REVOKE {refused} FROM keepopen_app"))
    owner.dispose()

    answer = send(newsroom, event())

    assert answer.status_code == 503
    assert "Retry-After" in answer.headers
    assert inbox(newsroom) == []
