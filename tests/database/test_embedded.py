"""The embedded PostgreSQL: only the service's own user gets in, and a killed server starts again."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest

from service.database.embedded import revive_embedded, start_embedded, stop_embedded
from service.database.embedded_server import MAX_SOCKET_BYTES, SOCKET_NAME, EmbeddedServer
from service.errors import StoreUnavailableError
from service.settings import SettingsError
from tests.database.embedded_world import SECRET, mode, postmaster


def answers(address: str) -> bool:
    try:
        psycopg.connect(address).close()
    except psycopg.OperationalError:
        return False
    return True


def test_no_folder_is_open_to_other_users_whatever_the_umask(var_dir: Path) -> None:
    private = {mode(path) for path in (var_dir / "postgresql", var_dir / "run", var_dir / "run" / ".s.PGSQL.5432")}

    assert private == {0o700}
    assert mode(var_dir) in {0o700, 0o710}
    assert mode(var_dir / "postgresql" / "log") == 0o600


def test_the_server_has_no_secret_in_its_environment(var_dir: Path) -> None:
    environment = postmaster(var_dir).environ()

    assert SECRET not in environment.values()
    assert not [name for name in environment if not name.startswith(("PG", "PWD", "PATH", "LANG", "LC_"))]


def test_a_killed_server_starts_again_although_its_parent_has_not_noticed(var_dir: Path) -> None:
    for pause in (0.0, 0.3):
        killed = postmaster(var_dir)
        killed.send_signal(signal.SIGKILL)
        time.sleep(pause)

        address = start_embedded(var_dir)

        assert answers(address)
        assert postmaster(var_dir).pid != killed.pid


def test_a_number_that_another_process_has_now_is_not_the_server(var_dir: Path) -> None:
    stop_embedded(var_dir)
    lines = [str(os.getpid()), str(var_dir / "postgresql"), "1", "5432", str(var_dir / "run"), "", "1 1", "ready"]
    (var_dir / "postgresql" / "postmaster.pid").write_text("\n".join(lines) + "\n")

    assert answers(start_embedded(var_dir))


def test_a_killed_server_is_revived_but_one_that_was_stopped_is_not(var_dir: Path) -> None:
    address = start_embedded(var_dir)
    postmaster(var_dir).send_signal(signal.SIGKILL)
    revive_embedded(var_dir)
    assert answers(address)

    stop_embedded(var_dir)
    revive_embedded(var_dir)
    assert not answers(address)

    start_embedded(var_dir)
    assert answers(address)


def delete_socket(var_dir: Path) -> None:
    (EmbeddedServer.prepared(var_dir).socket_folder / SOCKET_NAME).unlink()


def ask_to_stop_when_all_have_left(var_dir: Path) -> None:
    postmaster(var_dir).send_signal(signal.SIGTERM)


@pytest.mark.parametrize("lose", [delete_socket, ask_to_stop_when_all_have_left])
def test_a_server_that_takes_no_new_connections_is_started_again(var_dir: Path, lose: Callable[[Path], None]) -> None:
    """A connection that never ends would keep it in this state."""
    address = start_embedded(var_dir)
    with psycopg.connect(address) as held:
        lose(var_dir)
        while answers(address):
            time.sleep(0.02)

        revive_embedded(var_dir)

        with psycopg.connect(address) as connection:
            connection.execute("SELECT 1")
        with pytest.raises(psycopg.OperationalError):
            held.execute("SELECT 1")


def test_a_path_too_long_for_a_socket_is_refused_in_words(parent: Path) -> None:
    longest = MAX_SOCKET_BYTES - len("/run/.s.PGSQL.5432")
    folder = parent / ("x" * (longest - len(str(parent.resolve()))))

    with pytest.raises(SettingsError, match="1 bytes too long"):
        start_embedded(folder)

    assert not folder.exists()


def test_a_folder_that_others_can_open_is_refused_unless_it_holds_only_our_database(parent: Path) -> None:
    shared = parent / "shared"
    shared.mkdir()
    shared.chmod(0o755)
    (shared / "of-somebody-else").touch()

    with pytest.raises(SettingsError, match="chmod 700"):
        start_embedded(shared)

    assert mode(shared) == 0o755


def test_folders_above_are_not_changed(parent: Path, var_dir: Path) -> None:
    assert mode(parent) == 0o711


def test_a_server_that_a_full_disk_keeps_from_starting_says_so(var_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stop_embedded(var_dir)
    monkeypatch.setattr("service.database.embedded_server.START_SECONDS", 0.0)
    monkeypatch.setattr(EmbeddedServer, "_launch", lambda _: None)
    for free, words in {0: "is full", 64 * 1024**2: "says why"}.items():
        monkeypatch.setattr("shutil.disk_usage", lambda _, free=free: SimpleNamespace(free=free))

        with pytest.raises(StoreUnavailableError, match=words):
            start_embedded(var_dir)
