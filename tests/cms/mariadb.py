"""A private MariaDB: its data and socket in a folder of its own, no port, and never the system's service."""

import contextlib
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

START_SECONDS = 60.0
DATABASE = "cms"


@contextlib.contextmanager
def private_mariadb(folder: Path) -> Iterator[Path]:
    """Run a server with an empty database. Yields its socket, and stops the server at the end.

    The socket's path must be short: Linux allows 107 characters.
    """
    data, socket = folder / "data", folder / "s"
    as_root = ["--user=root"] if os.geteuid() == 0 else []
    subprocess.run(
        ["mariadb-install-db", "--no-defaults", f"--datadir={data}", "--auth-root-authentication-method=normal",
         "--skip-test-db", *as_root],
        check=True, capture_output=True,
    )  # fmt: skip
    server = shutil.which("mariadbd", path="/usr/sbin:/usr/bin") or "mariadbd"
    with (folder / "mariadb.log").open("wb") as log:
        process = subprocess.Popen(
            [server, "--no-defaults", f"--datadir={data}", f"--socket={socket}", f"--pid-file={folder / 'pid'}",
             "--skip-networking", "--skip-log-bin", "--innodb-flush-log-at-trx-commit=0", *as_root],
            stdout=log, stderr=log,
        )  # fmt: skip
    try:
        _create_database(process, socket)
        yield socket
    finally:
        process.terminate()
        process.wait(30)


def _create_database(process: subprocess.Popen[bytes], socket: Path) -> None:
    """Wait until the server answers, then create the database. Raises RuntimeError if the server ends first."""
    client = ["mariadb", "--no-defaults", f"--socket={socket}", "--user=root", "--execute"]
    deadline = time.monotonic() + START_SECONDS
    while subprocess.run([*client, f"CREATE DATABASE {DATABASE}"], capture_output=True, check=False).returncode:
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"MariaDB did not start; see {socket.parent}/mariadb.log")
        time.sleep(0.2)
