"""A migrated embedded PostgreSQL that tests may kill, and the service's own processes on it."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from service.database.embedded import embedded_postgresql
from service.database.embedded_server import EmbeddedServer
from service.database.migrate import migrate

WAIT_SECONDS = 90.0
ROOT = Path(__file__).parents[2]


def wait_until(is_so: Callable[[], bool]) -> None:
    """Return when the function returns true. Fail if it does not within WAIT_SECONDS."""
    deadline = time.monotonic() + WAIT_SECONDS
    while not is_so():
        assert time.monotonic() < deadline, "this did not happen in time"
        time.sleep(0.05)


@dataclass(frozen=True)
class Installation:
    """The folder of an installation that uses the embedded PostgreSQL, and the server's address."""

    var_dir: Path
    address: str

    def kill_server(self) -> None:
        """Kill the server's first process, as the system does if memory runs out."""
        process = EmbeddedServer.prepared(self.var_dir).postmaster()
        assert process is not None
        process.send_signal(signal.SIGKILL)

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """Return the rows of an SQL query, or an empty list if the server does not answer."""
        try:
            with psycopg.connect(self.address, autocommit=True) as connection:
                cursor = connection.execute(query.encode())
                return cursor.fetchall() if cursor.description else []
        except psycopg.OperationalError:
            return []

    def is_answering(self) -> bool:
        return self.rows("SELECT 1") == [(1,)]

    @contextmanager
    def running(self, arguments: Sequence[str], **settings: str) -> Iterator[subprocess.Popen[bytes]]:
        """Run `python` with these arguments as the service does. Its log is `output` in the folder."""
        with self.output.open("wb") as output:
            command, environment = [sys.executable, *arguments], self.environment(**settings)
            process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    def command(self, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the service to its end."""
        command = [sys.executable, "-m", "flask", "--app", "wsgi", *arguments]
        environment = self.environment(LOG_LEVEL="ERROR", **settings)
        return subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=WAIT_SECONDS
        )

    def environment(self, **settings: str) -> dict[str, str]:
        return {
            **os.environ,
            "PUBLIC_URL": "https://support.courier.example",
            "MAIL_TO_FILES": "1",
            "SECRET_KEYS": "a-key-of-the-tests-a-key-of-the-tests",
            "STRIPE_API_KEY": "sk_test_of_the_tests",
            "STRIPE_API_BASE": "http://127.0.0.1:9",
            "STRIPE_WEBHOOK_SECRETS": "whsec_of_the_tests",
            "VAR_DIR": str(self.var_dir),
            **settings,
        }

    @property
    def output(self) -> Path:
        return self.var_dir / "output"


@pytest.fixture
def installation() -> Iterator[Installation]:
    with installed() as installation:
        yield installation


@contextmanager
def installed(*, is_migrated: bool = True) -> Iterator[Installation]:
    """Make an installation in a folder of its own."""
    # Not `tmp_path`: pytest closes it to other users, and PostgreSQL may run as one.
    with tempfile.TemporaryDirectory(prefix="keepopen-test-") as folder, embedded_postgresql(Path(folder)) as address:
        if is_migrated:
            migrate(address)
        yield Installation(Path(folder), address)
