"""A worker outlives its database: it works again soon after the database is back, whatever happened to it."""

import json
import signal

from service.database.embedded import start_embedded, stop_embedded
from tests.recovery.conftest import Installation, wait_until

WORKER = ("-m", "flask", "--app", "wsgi", "worker")
HEARTBEATS = "SELECT id FROM procrastinate_workers WHERE last_heartbeat > now() - interval '3 seconds'"
READ_ONLY = "ALTER SYSTEM SET default_transaction_read_only = on"
WRITABLE = "ALTER SYSTEM RESET default_transaction_read_only"


def workers(installation: Installation) -> set[object]:
    """Return the ids of the workers that were seen in the last seconds."""
    return {row[0] for row in installation.rows(HEARTBEATS)}


def lost(installation: Installation) -> list[dict[str, object]]:
    """Return the log lines about a lost database. Every line of the log is JSON."""
    lines = map(json.loads, installation.output.read_text().splitlines())
    return [line for line in lines if line["event"] == "worker_lost_database"]


def wait_for_new_worker(installation: Installation, known: set[object]) -> None:
    wait_until(lambda: bool(workers(installation) - known))


def test_a_worker_works_again_after_its_server_was_killed_stopped_or_read_only(installation: Installation) -> None:
    with installation.running(WORKER) as worker:
        wait_until(lambda: bool(workers(installation)))

        known = workers(installation)
        installation.kill_server()
        wait_for_new_worker(installation, known)  # the worker has started the server again

        known = workers(installation)
        stop_embedded(installation.var_dir)
        count = len(lost(installation))
        wait_until(lambda: len(lost(installation)) > count + 1)
        assert not installation.is_answering()
        start_embedded(installation.var_dir)
        wait_for_new_worker(installation, known)

        known = workers(installation)
        installation.rows(READ_ONLY)
        installation.rows("SELECT pg_reload_conf()")
        wait_until(lambda: not workers(installation))
        installation.rows(WRITABLE)
        installation.rows("SELECT pg_reload_conf()")
        wait_for_new_worker(installation, known)

        worker.send_signal(signal.SIGTERM)
        assert worker.wait(30) == 0

    assert "OperationalError" in {line["error_type"] for line in lost(installation)}
    assert lost(installation)[0]["retry_seconds"] == 1.0


def test_a_worker_that_waits_for_its_database_can_be_stopped(installation: Installation) -> None:
    with installation.running(WORKER) as worker:
        wait_until(lambda: bool(workers(installation)))
        stop_embedded(installation.var_dir)
        wait_until(lambda: bool(lost(installation)))

        worker.send_signal(signal.SIGTERM)

        assert worker.wait(30) == 0
