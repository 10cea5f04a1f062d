"""The demo's processes: on which ports, started in order, waited for, and stopped together."""

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

from service.errors import DomainError

HOST = "127.0.0.1"
READY_SECONDS = 30.0
STOP_SECONDS = 8.0
POLL_SECONDS = 0.1


class DemoError(DomainError):
    """The demo cannot start or go on; the message says what to do."""

    code = "demo"


@dataclass(frozen=True, slots=True)
class Ports:
    """Where each server listens on loopback."""

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
    """Three ports nobody listens on at this moment."""
    sockets = [socket.socket() for _ in range(3)]
    try:
        for each in sockets:
            each.bind((HOST, 0))
        return Ports(*(each.getsockname()[1] for each in sockets))
    finally:
        for each in sockets:
            each.close()


def refuse_busy_ports(ports: Ports) -> None:
    """Raise DemoError, in words, when something else already listens on a port the demo needs."""
    wanted = {"PORT_SERVICE": ports.service, "PORT_SANDBOX": ports.sandbox, "PORT_NEWSPAPER": ports.newspaper}
    busy = [f"{port} (set {name} to another)" for name, port in wanted.items() if not _can_listen(port)]
    if busy:
        raise DemoError("Something already listens on port " + ", ".join(busy) + ". Is another demo running?")


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
    """Child processes by name, each writing to its own file in `log_dir`, all stopped by `stop`."""

    log_dir: Path
    environment: Mapping[str, str]
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str, arguments: Sequence[str]) -> None:
        """Start `python <arguments>` in a session of its own, so that Ctrl-C reaches it only through `stop`."""
        self.log_dir.mkdir(parents=True, exist_ok=True)
        with (self.log_dir / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                [sys.executable, *arguments],
                env={**os.environ, **self.environment},
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    def wait_until_ready(self, name: str, url: str) -> None:
        """Wait for an answer below 500 from `url`; raises DemoError when the process ends or takes too long."""
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            self.check(name)
            if _answers(url):
                return
            time.sleep(POLL_SECONDS)
        raise DemoError(f"The {name} did not become ready within {READY_SECONDS:.0f} s; see {self.log_dir}/{name}.log")

    def check(self, name: str) -> None:
        """Raise DemoError if this process has ended by itself."""
        status = self.running[name].poll()
        if status is not None:
            raise DemoError(f"The {name} ended with status {status}; see {self.log_dir}/{name}.log")

    def check_all(self) -> None:
        for name in self.running:
            self.check(name)

    def stop(self) -> None:
        """Ask all to end, newest first, and end those that do not."""
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
