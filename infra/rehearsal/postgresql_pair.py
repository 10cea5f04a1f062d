"""A PostgreSQL and its standby on loopback. Every commit is on both before it is answered, so that no commit is lost.

Every user of this machine may sign in while the rehearsal runs: its data are invented.
"""

import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from infra.rehearsal.parts import HOST, Parts, free_port, wait_until
from service.database.embedded_server import ENVIRONMENT, EmbeddedServer

OWNER, LOGIN, DATABASE = "keepopen_owner", "keepopen_web", "keepopen"
ROLES = Path(__file__).parents[1] / "database" / "roles.sql"
SETTINGS = {"listen_addresses": HOST, "unix_socket_directories": "", "max_connections": "250"}
PASSWORDS = {"OWNER_PASSWORD": "-", "WEB_PASSWORD": "-"}  # they are never asked for
PRIMARY, STANDBY = "primary", "standby"


@dataclass(slots=True)
class Pair:
    """The two servers. `prepared` makes their folders; `start` makes and starts both."""

    server: EmbeddedServer
    parts: Parts
    ports: dict[str, int] = field(default_factory=lambda: {PRIMARY: free_port(), STANDBY: free_port()})

    @classmethod
    def prepared(cls, folder: Path, parts: Parts) -> "Pair":
        """Return a pair whose data will be in a folder. As root, the servers run as another user, as they must."""
        return cls(EmbeddedServer.prepared(folder), parts)

    def address(self, login: str = LOGIN) -> str:
        """Return an address that names both servers and leads to the one that can be written to."""
        hosts, ports = f"{HOST},{HOST}", ",".join(map(str, self.ports.values()))
        return f"postgresql://{login}@/{DATABASE}?host={hosts}&port={ports}&target_session_attrs=read-write"

    def start(self) -> None:
        """Make the primary with the database and its roles, then the standby, and let commits wait for it."""
        self._run("initdb", "-D", self._folder(PRIMARY), "--username=postgres", "--auth=trust", "--encoding=UTF8")
        self._serve(PRIMARY)
        self._run("psql", *self._at(PRIMARY), "-q", "-v", "ON_ERROR_STOP=1", "-f", str(ROLES))
        copy = ("-D", self._folder(STANDBY), "-R", "-X", "stream", "-c", "fast", "-C", "-S", STANDBY)
        self._run("pg_basebackup", *self._at(PRIMARY, database=False), *copy)
        self._serve(STANDBY)
        self._execute(PRIMARY, "ALTER SYSTEM SET synchronous_standby_names = '*'")
        self._execute(PRIMARY, "SELECT pg_reload_conf()")
        wait_until(lambda: self._first("SELECT count(*) FROM pg_stat_replication") == 1, "replication")

    def kill_primary(self) -> None:
        """Kill the primary's processes at once, as a lost machine does."""
        self.parts.kill(PRIMARY)

    def promote_standby(self) -> float:
        """Make the standby the primary. Return the seconds until it can be written to."""
        began = time.monotonic()
        self._run("pg_ctl", "-D", self._folder(STANDBY), "promote")
        return time.monotonic() - began

    def stop(self) -> None:
        """Stop both servers, if they run."""
        for name in (STANDBY, PRIMARY):
            if name in self.parts.running:
                self.parts.stop(name, signal.SIGINT)

    def _folder(self, name: str) -> str:
        return str(self.server.data / name)

    def _at(self, name: str, *, database: bool = True) -> tuple[str, ...]:
        place = ("-h", HOST, "-p", str(self.ports[name]), "-U", "postgres")
        return (*place, "-d", "postgres") if database else place

    def _serve(self, name: str) -> None:
        options = [word for key, value in SETTINGS.items() for word in ("-c", f"{key}={value}")]
        command = [str(self.server.programs / "postgres"), "-D", self._folder(name), "-p", str(self.ports[name])]
        self.parts.start(name, [*command, *options], ENVIRONMENT, cwd="/", **self.server.process_options)
        wait_until(lambda: self._accepts(name), f"the start of the {name}")

    def _accepts(self, name: str) -> bool:
        try:
            self._execute(name, "SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def _execute(self, name: str, statement: str) -> list[tuple[object, ...]]:
        address = f"postgresql://postgres@{HOST}:{self.ports[name]}/postgres"
        with psycopg.connect(address, autocommit=True, connect_timeout=2) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def _first(self, query: str) -> object:
        return self._execute(PRIMARY, query)[0][0]

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self.server.programs / program), *arguments]
        options = {"cwd": "/", "stdout": subprocess.DEVNULL, **self.server.process_options}
        subprocess.run(command, env={**ENVIRONMENT, **PASSWORDS}, check=True, **options)
