"""The processes of a rehearsal. All end with it, also if it is killed."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from socket import socket
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

from service.demo.guard import Guard

HOST = "127.0.0.1"
WAIT_SECONDS = 180.0
STOP_SECONDS = 60.0
POLL_SECONDS = 0.1


class RehearsalError(Exception):
    """A part of the rehearsal did not do what it must. The message says which."""


@dataclass(slots=True)
class Parts:
    """Child processes by name. Each writes its output to a file of its name in `log_dir`."""

    log_dir: Path
    guard: Guard
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str, command: Sequence[str], environment: Mapping[str, str], **options: Any) -> None:
        """Start a command in a session of its own. The options are those of Popen."""
        with (self.log_dir / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                command,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **options,
            )
        self.guard.watch(self.running[name].pid)

    def kill(self, name: str) -> None:
        """Kill a process and all of its session, as a machine that loses its power does."""
        process = self.running.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def stop(self, name: str, number: int = signal.SIGTERM) -> None:
        """Ask a process to end, and wait for that. Raise RehearsalError if it does not end in time."""
        process = self.running.pop(name)
        process.send_signal(number)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise RehearsalError(f"{name} did not end within {STOP_SECONDS:.0f} s; see {self.log_dir}") from None

    def stop_all(self) -> None:
        """Kill all that still runs, newest first."""
        for name in reversed(list(self.running)):
            if self.running[name].poll() is None:
                self.kill(name)


def wait_until(is_so: Callable[[], bool], what: str) -> float:
    """Wait until a function returns true. Return the seconds that took; raise RehearsalError after WAIT_SECONDS."""
    began = time.monotonic()
    while not is_so():
        if time.monotonic() > began + WAIT_SECONDS:
            raise RehearsalError(f"{what} did not happen within {WAIT_SECONDS:.0f} s")
        time.sleep(POLL_SECONDS)
    return time.monotonic() - began


def status_of(port: int, path: str) -> int:
    """Return the status of a GET request, or 0 if no answer comes."""
    try:
        with urlopen(f"http://{HOST}:{port}{path}", timeout=5) as answer:
            return int(answer.status)
    except HTTPError as error:
        return error.code
    except OSError:
        return 0


def free_port() -> int:
    """Return a port of loopback that nothing listens on at this moment."""
    with socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    return port
