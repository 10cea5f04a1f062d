"""The next release of a rehearsal is a whole release: it expands, lets the old code write, and then contracts."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from infra.rehearsal.next_release import NextRelease
from service.database.migrate import UnknownRevisionError, migrate
from tests.conftest import address_of, plain_address

OLD_INSERT = """
    INSERT INTO charges (id, status, amount_minor, amount_captured_minor, amount_refunded_minor, currency, created_at,
        is_livemode, is_paid, is_captured, is_refunded, is_disputed, status_rank, recorded_at)
    VALUES (%s, 'failed', 100, 0, 0, 'EUR', now(), false, false, false, false, false, 2, now())
"""


@pytest.fixture
def address(postgresql: str) -> Iterator[str]:
    """The address of a database of the old release."""
    name = f"keepopen_release_{uuid4().hex[:8]}"
    with psycopg.connect(plain_address(postgresql), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
        migrate(address_of(postgresql, name))
        yield address_of(postgresql, name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def migrate_to(release: NextRelease, address: str) -> None:
    """Run the migrations of a release in a process of its own, because it is other code."""
    code = "import sys; from service.database.migrate import migrate; migrate(sys.argv[1])"
    environment = {"PATH": os.environ["PATH"]}
    subprocess.run([sys.executable, "-c", code, address], cwd=release.root, env=environment, check=True, timeout=120)


def test_old_code_can_write_after_the_expansion_and_no_longer_after_the_contraction(
    address: str, tmp_path: Path
) -> None:
    release = NextRelease.written(tmp_path / "next")
    with psycopg.connect(plain_address(address), autocommit=True) as connection:
        connection.execute(OLD_INSERT, ["ch_before"])

        migrate_to(release, address)
        connection.execute(OLD_INSERT, ["ch_between"])
        release.add_contraction()
        migrate_to(release, address)

        written = connection.execute("SELECT DISTINCT written_by FROM charges").fetchall()
        assert written == [("the release before",)]
        with pytest.raises(psycopg.errors.NotNullViolation):
            connection.execute(OLD_INSERT, ["ch_after"])
    with pytest.raises(UnknownRevisionError, match="run that version"):
        migrate(address)
