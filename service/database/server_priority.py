"""Lower the priority of the server process behind a connection, so that decisions go first.

This needs Linux, a server on this machine that listens on a Unix socket, and the right to change its processes, as
there is for the embedded server. Elsewhere nothing happens.
"""

import os
import socket
import struct
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil

from service.database.transaction import DriverConnection
from service.waiting_limits import SESSION_PRIORITY_PAUSE_SECONDS, SESSION_PRIORITY_TRIES

_CREDENTIALS = struct.Struct("3i")  # numbers of a process, a user and a group


def lower_server_priority(connection: DriverConnection, niceness: int) -> bool:
    """Let the server process of a connection wait for more urgent processes. Return whether anything was changed.

    Its priority cannot be raised again, so do nothing urgent on the connection afterwards.
    """
    with suppress(OSError, psutil.Error):
        process = connection.info.backend_pid
        if _is_ours(connection, process):
            os.setpriority(os.PRIO_PROCESS, process, niceness)
            with suppress(OSError):
                _lower_session(process, niceness)
            return True
    return False


def _lower_session(process: int, niceness: int) -> None:
    """Lower the priority of a process's session, if Linux divides the processor between sessions first.

    PostgreSQL gives each of its processes a session of its own. Linux changes ten sessions a second for all users of a
    machine together and refuses more, so a refused change is tried again for a second. See sched(7), autogroup.
    """
    group = Path(f"/proc/{process}/autogroup")
    for _ in range(SESSION_PRIORITY_TRIES if group.exists() else 0):
        with suppress(BlockingIOError):
            group.write_text(str(niceness), encoding="ascii")
            return
        time.sleep(SESSION_PRIORITY_PAUSE_SECONDS)


def _is_ours(connection: DriverConnection, process: int) -> bool:
    """Return whether a process number that the server told means a process of this machine.

    In a container of its own, a server has other numbers. So the process must be a child of the one that listens on the
    socket, as the kernel tells it.
    """
    if sys.platform != "linux":
        return False
    with socket.socket(fileno=os.dup(connection.fileno())) as link:
        if link.family is not socket.AF_UNIX:
            return False
        credentials = link.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    listener, _, _ = _CREDENTIALS.unpack(credentials)
    return bool(listener) and listener == psutil.Process(process).ppid()
