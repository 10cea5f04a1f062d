"""Start the service: `python -m service [--host HOST] [--port PORT] [--workers COUNT] …`, with granian's options.

This starts granian with the options that keep slow callers from using up connections. An option that is given here
replaces ours.
"""

import os
import resource
import signal
import sys
from pathlib import Path

from granian.cli import entrypoint

from service.settings import SettingsError, read_settings
from service.waiting_limits import CONNECTIONS, HEADER_SECONDS, STOP_SECONDS

BACKLOG = 2048  # connections that the system keeps until we accept them
OTHER_FILES = 512  # open files that are no connections of callers
TARGET = "service.server:SERVER"
LOGS = Path(__file__).parent / "web" / "granian_logs.json"


def options(connections: int) -> tuple[str, ...]:
    """Return granian's options for a process that may have this many connections."""
    return (
        *("--interface", "rsgi", "--loop", "uvloop", "--no-ws"),
        *("--http", "1"),  # the time-out for headers then begins with the connection, and not with its first byte
        *("--http1-header-read-timeout", str(int(HEADER_SECONDS * 1000))),
        *("--backlog", str(BACKLOG), "--backpressure", str(connections)),
        *("--workers-kill-timeout", str(int(STOP_SECONDS))),
        *("--log-config", str(LOGS)),
        "--respawn-failed-workers",
    )


def main() -> None:
    """Allow as many open files as we need, if the system lets us, then run granian.

    Exit with a list of the problems if the settings are not usable.
    """
    try:
        read_settings()
    except SettingsError as error:
        sys.exit(str(error))
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS + OTHER_FILES
    files = max(soft, wanted if hard == resource.RLIM_INFINITY else min(hard, wanted))
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, hard))
    connections = max(1, min(CONNECTIONS, files - OTHER_FILES))
    # A process that granian has just forked still has granian's own handlers, which would ignore a stop.
    os.register_at_fork(after_in_child=_end_when_stopped)
    sys.argv[1:] = [*options(connections), *sys.argv[1:], TARGET]
    entrypoint()  # type: ignore[no-untyped-call]


def _end_when_stopped() -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)


if __name__ == "__main__":
    main()
