"""Lower the priority of the server process behind a connection, so that decisions go first.

This needs Linux, a server on this machine that listens on a Unix socket, and the right to change its processes, as
there is for the embedded server. Elsewhere nothing happens.
"""

import os
import socket
import struct
import sys
from contextlib import suppress
from pathlib import Path

import psutil

from service.database.transaction import DriverConnection

_CREDENTIALS = struct.Struct("3i")  # numbers of a process, a user and a group


def lower_server_priority(connection: DriverConnection, niceness: int) -> bool:
    """Let the server process of a connection wait for more urgent processes. Return whether that was possible.

    Its priority cannot be raised again, so do nothing urgent on the connection afterwards.
    """
    with suppress(OSError, psutil.Error):
        process = connection.info.backend_pid
        if not _is_ours(connection, process):
            return False
        os.setpriority(os.PRIO_PROCESS, process, niceness)
        # Linux may divide the processor between sessions first, and PostgreSQL gives each of its processes its own.
        group = Path(f"/proc/{process}/autogroup")
        if group.exists():
            group.write_text(str(niceness), encoding="ascii")
        return True
    return False


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
