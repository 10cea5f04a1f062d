"""The screen System: the state of the service, its tables as files, requeueing, and a doctor that is bounded."""

import threading
from datetime import timedelta
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import text

from service.console.system import checkup
from service.console.system.checkup import check_up
from service.database.transaction import committed
from service.operations.backups_store import add_backup, set_verified
from service.reconciliation.doctor import SetupFinding
from service.services import Services
from service.staff.people import Role
from service.stripe_events.store import EventStatus
from tests.staff.signed_in import signed_in


@pytest.fixture
def dead_event(app_services: Services) -> str:
    """An event about a charge that was given up."""
    with committed(app_services.engine) as connection:
        connection.execute(
            text(
                "INSERT INTO stripe_events (id, type, status, received_at, next_attempt_at, attempt_count, object_type,"
                " is_livemode, object_id, last_error)"
                " VALUES ('evt_1', 'charge.updated', 'dead', :now, :now, 5, 'charge', false, 'ch_1',"
                " '=UnreadableObjectError')"
            ),
            {"now": app_services.clock()},
        )
    return "evt_1"


def test_the_state_is_said_in_words(app: Flask) -> None:
    page = unescape(signed_in(app, Role.VIEWER).get("/console/system").text)

    assert "No worker is running." in page
    assert "0 waiting, 0 failed" in page
    assert "The books have not been checked yet." in page
    assert "never pulled completely" in page
    for name in ("Keepopen", "Python", "PostgreSQL", "Database schema", "Stripe’s API"):
        assert f"<dt>{name}</dt>" in page
    assert "No backup was made with" in page


def test_backups_are_named_with_their_times(app: Flask, app_services: Services) -> None:
    now = app_services.clock()
    with committed(app_services.engine) as connection:
        add_backup(connection, "sunday", now - timedelta(days=3), 10)
        set_verified(connection, "sunday", now)
        add_backup(connection, "monday", now - timedelta(days=1), 10)

    page = unescape(signed_in(app, Role.VIEWER).get("/console/system").text)

    words = "The newest was made yesterday 10:30; the newest that was restored for a check, 15 November 10:30."
    assert words in page


def test_given_up_events_are_a_table_and_a_file(app: Flask, dead_event: str) -> None:
    client = signed_in(app, Role.VIEWER)

    page, file = client.get("/console/system/events"), client.get("/console/system/events?format=csv")

    assert dead_event in page.text
    assert "1 given up" in client.get("/console/system").text
    assert file.mimetype == "text/csv"
    assert file.text.splitlines()[1].startswith(f"{dead_event},charge.updated,ch_1,")
    assert "'=UnreadableObjectError" in file.text
    assert client.get("/console/system/events?format=json").get_json()["rows"][0]["attempts"] == 5


def test_an_admin_lets_the_worker_try_an_event_again(app: Flask, app_services: Services, dead_event: str) -> None:
    client = signed_in(app, Role.ADMIN)

    answer = client.post("/console/system/events/requeue", data={"event_id": dead_event})

    assert answer.status_code == 303
    assert "1 event waits for the worker again." in client.get("/console/system/events").text
    with app_services.engine.connect() as connection:
        assert connection.execute(text("SELECT status FROM stripe_events")).scalar() == EventStatus.RECEIVED
        assert connection.execute(
            text("SELECT act, details->'events' FROM staff_record WHERE act != 'sign_in'")
        ).one() == (
            "requeue_events",
            [dead_event],
        )


def test_an_unknown_event_changes_nothing(app: Flask, app_services: Services, dead_event: str) -> None:
    client = signed_in(app, Role.ADMIN)

    client.post("/console/system/events/requeue", data={"event_id": "evt_other"})

    assert "Nothing was queued" in client.get("/console/system/events").text
    with app_services.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM staff_record WHERE act != 'sign_in'")).scalar() == 0


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR, Role.PUBLISHER, Role.FINANCE])
def test_other_roles_see_events_but_cannot_requeue(app: Flask, dead_event: str, role: Role) -> None:
    client = signed_in(app, role)

    assert (
        "A person with the role admin can let the worker try them again." in client.get("/console/system/events").text
    )
    assert client.post("/console/system/events/requeue", data={"event_id": dead_event}).status_code == 403


def test_jobs_are_counted_by_kind(app: Flask, app_services: Services) -> None:
    with app_services.engine.begin() as connection:
        for status in ("todo", "failed", "failed"):
            connection.execute(
                text(
                    "INSERT INTO procrastinate_jobs (queue_name, task_name, status)"
                    " VALUES ('default', 'refresh', CAST(:status AS procrastinate_job_status))"
                ),
                {"status": status},
            )
    client = signed_in(app, Role.VIEWER)

    rows = client.get("/console/system/jobs?format=json").get_json()["rows"]

    assert rows == [{"job": "refresh", "waiting": 1, "running": 0, "failed": 2, "planned_at": None}]
    assert "1 waiting, 2 failed" in client.get("/console/system").text


def test_the_doctor_runs_on_demand(app: Flask) -> None:
    """No Stripe listens at the address of the tests."""
    page = unescape(signed_in(app, Role.VIEWER).get("/console/system/doctor").text)

    assert "What the doctor says" in page
    assert "Needs a person:" in page
    assert "and the network connection to Stripe." in page


def test_a_slow_doctor_keeps_nobody_waiting_and_runs_only_once(
    app_services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_end, fine = threading.Event(), SetupFinding(True, "all is well")

    def examine(_: Services) -> tuple[SetupFinding, ...]:
        may_end.wait(20)
        return (fine,)

    monkeypatch.setattr(checkup, "examine_everything", examine)

    assert "did not finish within 0.01 seconds" in check_up(app_services, 0.01).problem
    assert "at work already" in check_up(app_services, 0.01).problem
    may_end.set()
    while "at work already" in (ended := check_up(app_services, 10)).problem:
        pass
    assert ended.findings == (fine,)
