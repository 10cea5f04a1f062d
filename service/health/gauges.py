"""The metrics that come from the database: queues, workers, mail, the last pull and the last check of the books."""

from collections.abc import Iterator
from datetime import datetime
from math import inf

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from sqlalchemy import Connection

from service.contributions.mail.outbox_store import mail_counts, oldest_due_mail
from service.database.transaction import committed
from service.errors import StoreUnavailableError
from service.jobs.worker_store import oldest_due_job, worker_silence
from service.ledger.invariants.check_store import checked_at, latest_checks
from service.operations.backups_store import last_backups
from service.reconciliation.pull_store import pulled_through
from service.services import Services
from service.stripe_events.backlog_store import oldest_waiting_event, unfinished_counts
from service.waiting_limits import within

SCRAPE_SECONDS = 3.0  # Prometheus gives up after ten seconds, and then misses the other metrics too


def stored_gauges(services: Services) -> list[Metric]:
    """Return the metrics from the database. If it cannot be read in time, return only that it is away."""
    up = GaugeMetricFamily("keepopen_database_up", "1 if the database could be read, else 0")
    try:
        with within(SCRAPE_SECONDS), committed(services.engine) as connection:
            now = services.clock()
            found = [*_work(connection, now), *_books(connection, now), _backups(connection, now)]
    except StoreUnavailableError:
        up.add_metric((), 0)
        return [up]
    up.add_metric((), 1)
    return [up, *found]


def _backups(connection: Connection, now: datetime) -> Metric:
    last = last_backups(connection)
    ages = {"made": _age(last.made_at, now), "verified": _age(last.verified_made_at, now)}
    return _by("keepopen_backup_age_seconds", "Age of the newest backup, and of the newest verified one", "state", ages)


def _work(connection: Connection, now: datetime) -> Iterator[Metric]:
    events = unfinished_counts(connection)
    yield _by("keepopen_events", "Stripe events that wait or have failed for good", "state", events)
    mail = mail_counts(connection)
    yield _by("keepopen_mail", "Mail that waits to be sent, or could not be sent", "state", mail)
    ages = {
        "events": _age(oldest_waiting_event(connection) or now, now),
        "jobs": oldest_due_job(connection).total_seconds(),
        "mail": _age(oldest_due_mail(connection, now) or now, now),
    }
    yield _by("keepopen_queue_age_seconds", "How long the oldest work that is due has waited", "queue", ages)
    silence = worker_silence(connection)
    seconds = inf if silence is None else silence.total_seconds()
    yield GaugeMetricFamily("keepopen_worker_seen_seconds", "Time since a worker was last alive", seconds)


def _books(connection: Connection, now: datetime) -> Iterator[Metric]:
    pulled = _age(pulled_through(connection), now)
    yield GaugeMetricFamily(
        "keepopen_pull_age_seconds", "Time since the last complete pull of the balance began", pulled
    )
    checked = _age(checked_at(connection), now)
    yield GaugeMetricFamily("keepopen_ledger_check_age_seconds", "Time since the books were last checked", checked)
    about = "1 if an invariant of the books held at the last check, else 0"
    checks = GaugeMetricFamily("keepopen_ledger_check", about, labels=("number", "name"))
    for check in latest_checks(connection):
        checks.add_metric((str(check.number), check.name), check.is_green)
    yield checks


def _by(name: str, about: str, label: str, values: dict[str, int] | dict[str, float]) -> Metric:
    family = GaugeMetricFamily(name, about, labels=(label,))
    for key, value in values.items():
        family.add_metric((key,), value)
    return family


def _age(instant: datetime | None, now: datetime) -> float:
    """Return the seconds since an instant; infinite if it never came."""
    return inf if instant is None else max(0.0, (now - instant).total_seconds())
