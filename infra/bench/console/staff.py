"""Write the people of an invented newsroom, their sessions, what they agreed to, and the record of what they did."""

import json
from datetime import datetime, timedelta

import psycopg

from infra.bench.console.copying import TableWriter
from infra.bench.console.life import DAYS
from service.database.transaction import committed
from service.services import Services
from service.staff.people import Person, Role
from service.staff.record import Deed, RecordRow, row_after
from service.staff.sessions import Proof, SignIn
from service.staff.signing_in import begin_session
from service.staff.store import insert_person

PEOPLE = 60
SESSIONS = 3
REQUESTS = 400
ACTS = ("publish_campaign", "sign_in", "pause_campaign", "move_campaign", "refund", "prepare_export", "sign_out")
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
ROLES = (Role.EDITOR, Role.PUBLISHER, Role.FINANCE, Role.VIEWER, Role.EDITOR)
_RUNS = """
INSERT INTO export_runs
    (id, name, format, asked_by, asked_at, parameters, as_of, outcome, row_count, sha256, finished_at)
SELECT 'run_' || n, 'contributions', 'csv', 'Nora', %(now)s - n * interval '9 hours',
    '{"from": "2026-10-01", "to": "2026-10-31"}', n, 'completed', n, repeat('a', 64), %(now)s
FROM generate_series(1, 2000) n
"""
_DEAD_EVENTS = """
INSERT INTO stripe_events (id, type, is_livemode, created_at, object_type, object_id, received_at, status,
    attempt_count, next_attempt_at, finished_at, last_error)
SELECT 'evt_dead_' || n, 'charge.updated', true, %(now)s, 'charge', 'ch_dead_' || n, %(now)s, 'dead', 5, %(now)s,
    %(now)s, 'Stripe does not know this object' FROM generate_series(1, 120) n
"""


def write_people(services: Services) -> tuple[Person, ...]:
    """Save people with sessions. The first is an admin of all sites."""
    now, people = services.clock(), []
    with committed(services.engine) as connection:
        for number in range(PEOPLE):
            roles = frozenset({Role.ADMIN if number == 0 else ROLES[number % len(ROLES)]})
            person = Person(f"per_{number}", f"Person {number}", f"person{number}@courier.example", roles)
            insert_person(connection, person, now)
            for _ in range(SESSIONS):
                begin_session(connection, person, SignIn(Proof.PASSKEY, BROWSER), now)
            people.append(person)
    return tuple(people)


def write_record_rows(connection: psycopg.Connection, count: int, people: tuple[Person, ...], now: datetime) -> None:
    """Write the record of two years as a chain of rows, after the rows that it has."""
    connection.execute("ALTER TABLE staff_record DISABLE TRIGGER ALL")
    connection.execute("DELETE FROM staff_record")
    writer, row = TableWriter(connection), None
    for number in range(count):
        row = row_after(row, _deed(number, now - timedelta(days=DAYS) * (count - number) / count, people))
        writer.add("staff_record", **_columns(row))
    writer.finish()
    connection.execute("ALTER TABLE staff_record ENABLE TRIGGER ALL")


def write_requests(connection: psycopg.Connection, people: tuple[Person, ...], now: datetime) -> None:
    """Write requests for a second person (a tenth of them wait), earlier exports, and events that were given up."""
    writer = TableWriter(connection)
    for number in range(REQUESTS):
        is_open = number % 10 == 0
        writer.add(
            "staff_agreements",
            request_id=f"agr_{number}",
            act="refund",
            subject=f"ctb_{number}",
            details=json.dumps({"amount": "50.00", "currency": "EUR", "why": "the supporter asked for it"}),
            requested_by=people[1].id,
            requested_at=now - timedelta(hours=number // 10 if is_open else number),
            expires_at=now + timedelta(days=3),
            state="open" if is_open else "agreed",
            decided_by=None if is_open else people[2].id,
            decided_at=None if is_open else now,
            note="",
        )
    writer.finish()
    connection.execute(_RUNS, {"now": now})
    connection.execute(_DEAD_EVENTS, {"now": now})


def _deed(number: int, at: datetime, people: tuple[Person, ...]) -> Deed:
    person = people[number * 7 % len(people)]
    details = {"site": "courier", "version": number % 40, "before": {"share": 1}, "after": {"share": number % 7}}
    return Deed(at, person.id, person.name, ACTS[number % len(ACTS)], f"campaign-{number % 200}", details)


def _columns(row: RecordRow) -> dict[str, object]:
    deed = row.deed
    return {
        "number": row.number,
        "done_at": deed.done_at,
        "person_id": deed.person_id,
        "person_name": deed.person_name,
        "act": deed.act,
        "subject": deed.subject,
        "details": json.dumps(deed.details),
        "previous_hash": row.previous_hash,
        "hash": row.hash,
    }
