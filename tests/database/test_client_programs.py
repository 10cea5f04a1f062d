"""Dumps are written and read by programs that are as new as the server."""

from pathlib import Path

import pytest

from service.database import client_programs
from service.database.client_programs import ProgramFailedError, dump_database


def test_the_programs_of_the_servers_own_version_are_used(
    database_address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "18" / "bin"
    folder.mkdir(parents=True)
    (folder / "pg_dump").write_text("#!/bin/sh\necho this one >&2\nexit 1\n", encoding="ascii")
    (folder / "pg_dump").chmod(0o755)
    monkeypatch.setattr(client_programs, "SYSTEM_PROGRAMS", f"{tmp_path}/{{major}}/bin")

    with pytest.raises(ProgramFailedError, match="this one"):
        dump_database(database_address, "snapshot", tmp_path / "dump")


def test_without_them_the_packages_own_programs_are_used(
    database_address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_programs, "SYSTEM_PROGRAMS", f"{tmp_path}/{{major}}/bin")

    with pytest.raises(ProgramFailedError, match="invalid snapshot identifier"):
        dump_database(database_address, "snapshot", tmp_path / "dump")


def test_a_server_that_is_away_is_named(tmp_path: Path) -> None:
    with pytest.raises(ProgramFailedError, match="does not answer"):
        dump_database("postgresql://nobody@127.0.0.1:9/nothing", "snapshot", tmp_path / "dump")
