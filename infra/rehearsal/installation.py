"""What is rehearsed: web processes behind nginx, workers, two PostgreSQL, Redis and Stripe's sandbox."""

import os
import shutil
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from infra.rehearsal.parts import HOST, Parts, free_port, status_of, wait_until
from infra.rehearsal.postgresql_pair import OWNER, Pair
from infra.rehearsal.proxy import nginx_configuration, nginx_program
from service.database.migrate import migrate
from service.demo.guard import guarded
from service.demo.processes import Ports
from service.demo.seed import seed
from service.demo.settings import WEBHOOK_SECRET, environment

WEB = ("web-1", "web-2", "web-3", "web-4")
WORKERS = ("worker-1", "worker-2")


@dataclass(slots=True)
class Installation:
    """A running installation. `service` in `ports` is nginx."""

    folder: Path
    parts: Parts
    database: Pair
    ports: Ports
    web_ports: dict[str, int]
    redis_port: int
    finance_token: str = ""

    @property
    def environment(self) -> dict[str, str]:
        """The environment of our processes."""
        redis = {"RATELIMIT_STORAGE_URI": f"redis://{HOST}:{self.redis_port}"} if self.redis_port else {}
        settings = environment(self.ports, self.database.address(), self.folder / "commands")
        more = {"DATABASE_URL": self.database.address(), "MIGRATION_DATABASE_URL": self.database.address(OWNER)}
        return {**os.environ, **settings, **more, **redis, "TRUSTED_PROXIES": "2"}

    def start_web(self, name: str) -> float:
        """Start a web process. Return the seconds until it is ready."""
        var_dir = {"VAR_DIR": str(self.folder / name)}  # as on a machine of its own
        port = self.web_ports[name]
        command = [sys.executable, "-m", "service", "--host", HOST, "--port", str(port)]
        self.parts.start(name, command, self.environment | var_dir)
        return wait_until(lambda: status_of(port, "/readyz") == 200, f"the start of {name}")

    def start_worker(self, name: str) -> None:
        """Start a worker."""
        command = [sys.executable, "-m", "flask", "--app", "wsgi", "worker"]
        self.parts.start(name, command, self.environment | {"VAR_DIR": str(self.folder / name)})

    def answers(self, beginning: str) -> Counter[int]:
        """Return how often nginx gave each status to requests whose method and path begin like this."""
        lines = (self.folder / "nginx" / "access.log").read_text(encoding="utf-8").splitlines()
        return Counter(int(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(beginning))


@contextmanager
def installed(folder: Path) -> Iterator[Installation]:
    """Start everything, and kill it at the end of the block or with this process."""
    (folder / "logs").mkdir()
    with guarded(folder) as guard:
        parts = Parts(folder / "logs", guard)
        try:
            yield _started(folder, parts)
        finally:
            parts.stop_all()


def _started(folder: Path, parts: Parts) -> Installation:
    database = Pair.prepared(folder / "database", parts)
    database.start()
    migrate(database.address(OWNER))
    ports = Ports(service=free_port(), sandbox=free_port(), newspaper=free_port())
    web_ports = {name: free_port() for name in WEB}
    installation = Installation(folder, parts, database, ports, web_ports, _start_redis(folder, parts))
    installation.finance_token = seed(database.address(), ports, folder)
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


def _start_redis(folder: Path, parts: Parts) -> int:
    """Start the store of rate limits. Return its port, or 0 if no server is installed."""
    program = shutil.which("valkey-server") or shutil.which("redis-server")
    if program is None:
        return 0
    port = free_port()
    options = ["--port", str(port), "--bind", HOST, "--save", "", "--appendonly", "no", "--dir", str(folder)]
    parts.start("redis", [program, *options], {})
    return port


def _start_nginx(installation: Installation) -> None:
    folder = installation.folder / "nginx"
    folder.mkdir()
    ports = list(installation.web_ports.values())
    text = nginx_configuration("nginx.conf", folder, installation.ports.service, ports)
    (folder / "nginx.conf").write_text(text, encoding="utf-8")
    command = [nginx_program(), "-c", str(folder / "nginx.conf"), "-g", "daemon off;"]
    installation.parts.start("nginx", command, {})
