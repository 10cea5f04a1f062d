"""The priority of a server process is lowered only if it is known to be the one behind the connection."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from types import SimpleNamespace
from typing import cast

import pytest

from service.database.server_priority import lower_server_priority
from service.database.transaction import DriverConnection
from service.waiting_limits import SESSION_PRIORITY_TRIES

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells who listens on a socket")
NICENESS = 7


class Session:
    """The file of a session's priority, which refuses the first changes."""

    def __init__(self, refusal: type[OSError], refusals: int) -> None:
        self.refusal, self.refusals = refusal, refusals
        self.written: list[str] = []

    def exists(self) -> bool:
        return True

    def write_text(self, niceness: str, encoding: str) -> None:
        self.written.append(niceness)
        if len(self.written) <= self.refusals:
            raise self.refusal(f"refused, in {encoding}")


@pytest.fixture
def child() -> Iterator[int]:
    """The number of a child process, as a connection's server process is a child of the server that listens."""
    with subprocess.Popen(["sleep", "60"]) as process:
        yield process.pid
        process.kill()


def lowered(link: socket.socket, process: int) -> bool:
    """Return whether the process behind a connection on this socket, by its own account, was lowered."""
    connection = SimpleNamespace(info=SimpleNamespace(backend_pid=process), fileno=link.fileno)
    return lower_server_priority(cast("DriverConnection", connection), NICENESS)


def test_a_child_of_the_process_that_listens_is_lowered(child: int) -> None:
    link, peer = socket.socketpair()
    with closing(link), closing(peer):
        assert lowered(link, child)

    assert os.getpriority(os.PRIO_PROCESS, child) == NICENESS


@pytest.mark.parametrize(
    ("refusal", "refusals", "asked"),
    [
        (BlockingIOError, 0, 1),
        (BlockingIOError, 2, 3),
        (BlockingIOError, 1000, SESSION_PRIORITY_TRIES),
        (PermissionError, 1, 1),
    ],
)
def test_a_change_of_the_session_that_linux_refuses_for_now_is_tried_again(
    child: int, monkeypatch: pytest.MonkeyPatch, refusal: type[OSError], refusals: int, asked: int
) -> None:
    """Linux refuses when any user of the machine changed a session within the last tenth of a second."""
    session = Session(refusal, refusals)
    monkeypatch.setattr("service.database.server_priority.Path", lambda _: session)
    monkeypatch.setattr("service.database.server_priority.SESSION_PRIORITY_PAUSE_SECONDS", 0)
    link, peer = socket.socketpair()
    with closing(link), closing(peer):
        assert lowered(link, child), "the process was lowered, so its connection must not be used for urgent work"

    assert len(session.written) == asked
    assert set(session.written) == {str(NICENESS)}


def test_a_process_of_another_parent_is_left_alone() -> None:
    usual = os.getpriority(os.PRIO_PROCESS, 0)
    link, peer = socket.socketpair()
    with closing(link), closing(peer):
        assert not lowered(link, os.getpid())

    assert os.getpriority(os.PRIO_PROCESS, 0) == usual


def test_a_process_that_is_gone_is_no_error(child: int) -> None:
    os.kill(child, 9)
    os.waitpid(child, 0)
    link, peer = socket.socketpair()
    with closing(link), closing(peer):
        assert not lowered(link, child)


def test_a_server_behind_a_network_connection_is_left_alone(child: int) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        socket.create_connection(listener.getsockname()) as link,
    ):
        assert not lowered(link, child)

    assert os.getpriority(os.PRIO_PROCESS, child) == os.getpriority(os.PRIO_PROCESS, 0)
