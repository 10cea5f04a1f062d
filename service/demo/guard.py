"""A process that ends the demo's servers if the demo itself was killed and could not stop them.

The demo writes the numbers of its processes to the guard's standard input. That ends when the demo ends, however it
ends. If the demo has not dismissed the guard by then, the guard ends the processes and the database.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, cast

import psutil

from service.database.embedded import stop_embedded

GRACE_SECONDS = 8.0
POLL_SECONDS = 0.1
DISMISSED = "dismissed"


class Guard:
    """The demo's side of its guard."""

    def __init__(self, orders: IO[str]) -> None:
        self._orders = orders

    def watch(self, process_id: int) -> None:
        """Let the guard end this process, which leads a session of its own, if the demo is killed."""
        self._say(str(process_id))

    def dismiss(self) -> None:
        """Let the guard end without doing anything."""
        self._say(DISMISSED)

    def _say(self, order: str) -> None:
        with suppress(BrokenPipeError):  # somebody ended the guard
            self._orders.write(f"{order}\n")
            self._orders.flush()


@contextmanager
def guarded(var_dir: Path) -> Iterator[Guard]:
    """Start a guard for the demo in `var_dir`, and dismiss it at the end of the block."""
    command = [sys.executable, "-m", "service.demo.guard", str(var_dir.resolve())]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, start_new_session=True, text=True
    ) as process:
        guard = Guard(cast("IO[str]", process.stdin))
        try:
            yield guard
        finally:
            guard.dismiss()


def stand_guard(var_dir: Path, orders: Iterable[str]) -> None:
    """Read the demo's orders until they end, then end what it left behind unless it has dismissed the guard."""
    process_ids = []
    for order in orders:
        if order.strip() == DISMISSED:
            return
        process_ids.append(int(order))
    _end(process_ids)
    stop_embedded(var_dir)


def _end(process_ids: Sequence[int]) -> None:
    """Ask processes to end, wait for at most GRACE_SECONDS, then kill all that is left of their sessions."""
    for process_id in process_ids:
        with suppress(ProcessLookupError):
            os.kill(process_id, signal.SIGTERM)
    deadline = time.monotonic() + GRACE_SECONDS
    while any(map(_is_running, process_ids)) and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
    for process_id in process_ids:
        with suppress(ProcessLookupError, PermissionError):  # macOS refuses a group that has only zombies
            os.killpg(process_id, signal.SIGKILL)


def _is_running(process_id: int) -> bool:
    try:
        return bool(psutil.Process(process_id).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


if __name__ == "__main__":
    stand_guard(Path(sys.argv[1]), sys.stdin)
