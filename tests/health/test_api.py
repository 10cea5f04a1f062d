"""The probes of operators: liveness, readiness, version, and the metrics that come from the database."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import text

from service import __version__
from service.app import create_app
from service.database.engine import owner_engine
from service.operations.build import build_id
from service.reconciliation.checking import check_books
from service.reconciliation.pull_store import set_pulled_through
from service.services import EXTENSION, Services
from service.settings import Settings
from service.stripe_gateway import API_VERSION
from tests.conftest import SettableClock

ADD_EVENTS = """
    INSERT INTO stripe_events (id, type, is_livemode, status, received_at, attempt_count, next_attempt_at)
    VALUES ('evt_1', 'charge.updated', false, 'received', now(), 0, now()),
           ('evt_2', 'charge.updated', false, 'failing', now(), 1, now()),
           ('evt_3', 'charge.updated', false, 'dead', now(), 5, now()),
           ('evt_4', 'charge.updated', false, 'done', now(), 0, now())
"""


def test_a_service_with_campaigns_in_memory_is_alive_and_ready(app: Flask) -> None:
    client = app.test_client()

    assert client.get("/livez").json == {"status": "alive"}
    assert client.get("/readyz").json == {"status": "ready", "config_age_seconds": 0.0}


def test_the_version_names_the_service_and_the_stripe_api(app: Flask) -> None:
    shown = app.test_client().get("/version").json

    assert shown == {"service": __version__, "build": build_id(), "stripe_api_version": API_VERSION}
    assert re.fullmatch("[0-9a-f]{12}", build_id())


TOKEN = "a-token-of-the-operators"


@pytest.mark.parametrize(
    ("headers", "address", "status"),
    [
        ({}, "127.0.0.1", 200),
        ({}, "10.1.2.3", 200),
        ({}, "fd00::1", 200),
        ({}, "8.8.8.8", 403),
        ({}, "2606:4700::1111", 403),
        ({"X-Forwarded-For": "10.1.2.3"}, "127.0.0.1", 403),
        ({"x-real-ip": "10.1.2.3"}, "127.0.0.1", 403),
        ({"Forwarded": "for=10.1.2.3"}, "127.0.0.1", 403),
        ({"Via": "1.1 proxy"}, "127.0.0.1", 403),
        ({"Authorization": f"Bearer {TOKEN}"}, "8.8.8.8", 403),
    ],
)
def test_without_a_token_metrics_are_for_the_own_network(
    app: Flask, headers: dict[str, str], address: str, status: int
) -> None:
    answer = app.test_client().get("/metrics", headers=headers, environ_overrides={"REMOTE_ADDR": address})

    assert answer.status_code == status
    assert ("keepopen_" in answer.text) == (status == 200)


@pytest.mark.parametrize(
    ("header", "status"),
    [
        (f"Bearer {TOKEN}", 200),
        (f"bearer {TOKEN}", 200),
        (f"Bearer {TOKEN}x", 401),
        (f"Bearer {TOKEN[:-1]}", 401),
        (f"Basic {TOKEN}", 401),
        ("Bearer ", 401),
        ("Bearer é", 401),
        (None, 401),
    ],
)
def test_with_a_token_metrics_are_for_its_holder(
    settings: Settings, clock: SettableClock, header: str | None, status: int
) -> None:
    app = create_app(replace(settings, metrics_token=TOKEN), clock=clock, has_background=False)
    headers = {"Authorization": header, "X-Forwarded-For": "8.8.8.8"} if header else {}

    answer = app.test_client().get("/metrics", headers=headers)

    assert (answer.status_code, "keepopen_" in answer.text) == (status, status == 200)
    app.extensions[EXTENSION].close()


def test_metrics_count_waiting_and_dead_events(app: Flask, app_services: Services) -> None:
    with app_services.engine.begin() as connection:
        connection.execute(text(ADD_EVENTS))

    shown = app.test_client().get("/metrics").text

    assert 'keepopen_events{state="waiting"} 2.0' in shown
    assert 'keepopen_events{state="dead"} 1.0' in shown


def test_metrics_count_mail_that_waits_and_mail_that_could_not_be_sent(app: Flask, app_services: Services) -> None:
    columns = "key, kind, contribution_id, caused_at, status, attempt_count, next_attempt_at"
    with app_services.engine.begin() as connection:
        connection.execute(
            text(f"INSERT INTO mail_outbox ({columns}) VALUES ('a', 'ended', 'c', now(), 'dead', 5, now())")
        )

    shown = app.test_client().get("/metrics").text

    assert 'keepopen_mail{state="waiting"} 0.0' in shown
    assert 'keepopen_mail{state="dead"} 1.0' in shown


def test_metrics_say_how_long_ago_a_worker_was_alive(app: Flask, app_services: Services) -> None:
    client = app.test_client()
    without = client.get("/metrics").text
    with app_services.engine.begin() as connection:
        connection.execute(
            text("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour')")
        )

    shown = client.get("/metrics").text

    assert "keepopen_worker_seen_seconds +Inf" in without
    assert "keepopen_worker_seen_seconds 360" in shown


def test_metrics_say_that_the_database_cannot_be_read_and_leave_out_what_is_in_it(
    app: Flask, app_services: Services, database_address: str
) -> None:
    with app_services.engine.begin() as connection:
        connection.execute(text(ADD_EVENTS))
    before = app.test_client().get("/metrics").text
    owner = owner_engine(database_address)
    with owner.begin() as connection:
        connection.execute(text("ALTER TABLE stripe_events RENAME TO renamed"))
    owner.dispose()

    answer = app.test_client().get("/metrics")

    assert answer.status_code == 200
    assert 'keepopen_events{state="dead"} 1.0' in before
    assert "keepopen_database_up 1.0" in before
    assert "keepopen_database_up 0.0" in answer.text
    assert "keepopen_events" not in answer.text


def test_metrics_say_how_long_work_has_waited_and_infinity_for_what_never_happened(
    app: Flask, app_services: Services, clock: SettableClock
) -> None:
    client = app.test_client()
    without = client.get("/metrics").text
    with app_services.engine.begin() as connection:
        connection.execute(text(ADD_EVENTS))
        connection.execute(text("UPDATE stripe_events SET received_at = :at"), {"at": clock() - timedelta(minutes=5)})
        set_pulled_through(connection, clock() - timedelta(hours=1))
        columns = "queue_name, task_name, scheduled_at"
        connection.execute(
            text(f"INSERT INTO procrastinate_jobs ({columns}) VALUES ('q', 't', now() - '1 h'::interval)")
        )

    shown = client.get("/metrics").text

    assert 'keepopen_queue_age_seconds{queue="events"} 0.0' in without
    assert 'keepopen_queue_age_seconds{queue="jobs"} 0.0' in without
    assert 'keepopen_queue_age_seconds{queue="events"} 300.0' in shown
    assert 'keepopen_queue_age_seconds{queue="jobs"} 360' in shown
    assert "keepopen_pull_age_seconds +Inf" in without
    assert "keepopen_pull_age_seconds 3600.0" in shown
    assert "keepopen_ledger_check_age_seconds +Inf" in shown


def test_metrics_show_the_last_check_of_the_books(app: Flask, app_services: Services) -> None:
    check_books(app_services)

    shown = app.test_client().get("/metrics").text

    assert 'keepopen_ledger_check{name="contributions are what their facts say",number="8"} 1.0' in shown
    assert 'keepopen_ledger_check{name="refunds sum to their accounts",number="10"} 1.0' in shown
