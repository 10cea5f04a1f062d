"""The demo's server processes: their ports, and how they are started, waited for and stopped."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from service.demo.guard import Guard
from service.errors import DomainError
from service.private_folders import make_private_folder

HOST = "127.0.0.1"
READY_SECONDS = 30.0
STOP_SECONDS = 8.0
POLL_SECONDS = 0.1


class DemoError(DomainError):
    """The demo cannot start, or a step of it failed. The message says what to do."""

    code = "demo"


@dataclass(frozen=True, slots=True)
class Ports:
    """The port of each server on loopback."""

    service: int = 8000
    sandbox: int = 8001
    newspaper: int = 8002

    @property
    def service_url(self) -> str:
        return f"http://{HOST}:{self.service}"

    @property
    def sandbox_url(self) -> str:
        return f"http://{HOST}:{self.sandbox}"

    @property
    def newspaper_url(self) -> str:
        return f"http://{HOST}:{self.newspaper}"


def free_ports() -> Ports:
    """Return three ports that are free at this moment."""
    probes = [socket.socket() for _ in range(3)]
    try:
        for probe in probes:
            probe.bind((HOST, 0))
        return Ports(*(probe.getsockname()[1] for probe in probes))
    finally:
        for probe in probes:
            probe.close()


def refuse_busy_ports(ports: Ports) -> None:
    """Raise DemoError if another program listens on a port that the demo needs."""
    wanted = {"PORT_SERVICE": ports.service, "PORT_SANDBOX": ports.sandbox, "PORT_NEWSPAPER": ports.newspaper}
    busy = [f"{port} (or set {name} to a free one)" for name, port in wanted.items() if not _can_listen(port)]
    if busy:
        raise DemoError(f"Another program, perhaps another demo, uses port {', '.join(busy)}. Stop it, then try again.")


def _can_listen(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


@dataclass(slots=True)
class Processes:
    """The child processes by name. Each writes its output to its own file in `log_dir`.

    If there is a guard, it ends the processes if this process is killed.
    """

    log_dir: Path
    environment: Mapping[str, str]
    guard: Guard | None = None
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str, arguments: Sequence[str]) -> None:
        """Start `python <arguments>` in its own session, so that Ctrl-C does not reach it and `stop` ends it."""
        make_private_folder(self.log_dir)
        path = self.log_dir / f"{name}.log"
        path.touch(mode=0o600)
        with path.open("ab") as log:
            self.running[name] = subprocess.Popen(
                [sys.executable, *arguments],
                env={**os.environ, **self.environment},
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        if self.guard:
            self.guard.watch(self.running[name].pid)

    def wait_until_ready(self, name: str, url: str) -> None:
        """Wait until `url` answers with a status below 500. Raise DemoError if the process ends or takes too long."""
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            self.check(name)
            if _answers(url):
                return
            time.sleep(POLL_SECONDS)
        raise DemoError(f"The {name} did not become ready within {READY_SECONDS:.0f} s; see {self.log_dir}/{name}.log")

    def wait_until_ended(self, name: str) -> None:
        """Wait until the process has ended by itself. Raise DemoError if it failed."""
        status = self.running[name].wait()
        del self.running[name]
        if status:
            raise DemoError(f"The {name} ended with status {status}; see {self.log_dir}/{name}.log")

    def check(self, name: str) -> None:
        """Raise DemoError if this process has ended by itself."""
        status = self.running[name].poll()
        if status is not None:
            raise DemoError(f"The {name} ended with status {status}; see {self.log_dir}/{name}.log")

    def check_all(self) -> None:
        """Raise DemoError if any process has ended by itself."""
        for name in self.running:
            self.check(name)

    def stop(self) -> None:
        """Ask all processes to end, newest first, and kill those that do not end in time."""
        for process in reversed(self.running.values()):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        for process in reversed(self.running.values()):
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.running.clear()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2):  # noqa: S310 our own loopback address
            return True
    except urllib.error.HTTPError as error:
        return error.code < 500
    except OSError:
        return False
