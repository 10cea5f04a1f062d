"""A server of its own, started under the worst conditions, for the tests of the embedded PostgreSQL."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from service.database.embedded import embedded_postgresql
from tests.database.embedded_world import SECRET

# Only root starts PostgreSQL as another user, and only root can try to connect as one.
collect_ignore = [] if os.geteuid() == 0 else ["test_embedded_as_root.py"]


@pytest.fixture(scope="module")
def parent() -> Iterator[Path]:
    """A folder that other users can pass through. Not `tmp_path`: pytest closes it to them."""
    with tempfile.TemporaryDirectory(prefix="keepopen-test-") as folder:
        Path(folder).chmod(0o711)
        yield Path(folder)


@pytest.fixture(scope="module")
def var_dir(parent: Path) -> Iterator[Path]:
    """The VAR_DIR of a server that was started with a secret in the environment and with an open umask."""
    var_dir = parent / "var"
    before = os.umask(0)
    os.environ["STRIPE_API_KEY"] = SECRET
    try:
        with embedded_postgresql(var_dir) as address:
            with psycopg.connect(address, autocommit=True) as connection:
                connection.execute("ALTER SYSTEM SET fsync = off")
            yield var_dir
    finally:
        del os.environ["STRIPE_API_KEY"]
        os.umask(before)
