"""A server that answers every request with what arrived, and proxies in front of it or of the service."""

import json
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import create_connection
from threading import Thread

from infra.rehearsal.parts import HOST, free_port
from infra.rehearsal.proxy import nginx_configuration
from tests.infra.programs import INFRA, program

START_SECONDS = 30.0


class _Echo(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        body = json.dumps({"path": self.path, "headers": {name.lower(): value for name, value in self.headers.items()}})
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    do_GET = do_POST = _answer  # noqa: N815  http.server looks for these names

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Log nothing."""


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore requests that a proxy gave up."""


@contextmanager
def echo(*, dies: bool = False) -> Iterator[int]:
    """Run the server until the end of the block. Yield its port. If it `dies`, it answers nothing."""
    server = _Server((HOST, 0), _Dying if dies else _Echo)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


class _Dying(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        """End the connection without an answer, as a killed process does."""
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Log nothing."""


@dataclass(frozen=True)
class Proxy:
    """A running proxy with one of the files of infra/proxy. `prefix` is the path below which the service is."""

    port: int
    prefix: str

    def ask(self, path: str, body: bytes | None = None, **headers: str) -> tuple[int, dict[str, str], bytes]:
        """Send a request. Return status, headers and body of the answer."""
        connection = HTTPConnection(HOST, self.port, timeout=30)
        try:
            connection.request("GET" if body is None else "POST", path, body, headers)
            response = connection.getresponse()
            return response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()
        finally:
            connection.close()


@contextmanager
def proxied(file: str, upstreams: Sequence[int], folder: Path) -> Iterator[Proxy]:
    """Run the proxy of a file, without TLS and on a free port of loopback, until the end of the block."""
    port = free_port()
    if file.endswith(".Caddyfile"):
        settings = {
            "KEEPOPEN_HOST": f"http://{HOST}:{port}",
            "KEEPOPEN_UPSTREAM": " ".join(f"{HOST}:{upstream}" for upstream in upstreams),
        }
        options = f"{{\n\tadmin off\n\tstorage file_system {folder}\n}}\n"
        text = options + (INFRA / "proxy" / file).read_text(encoding="utf-8")
        command = [program("caddy"), "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]
        (folder / "Caddyfile").write_text(text, encoding="utf-8")
    else:
        settings = {}
        whole = nginx_configuration(file, folder, port, upstreams)
        (folder / "nginx.conf").write_text(whole, encoding="utf-8")
        command = [program("nginx"), "-c", str(folder / "nginx.conf"), "-g", "daemon off;"]
    process = subprocess.Popen(
        command, env={"HOME": str(folder), **settings}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait_for(port)
        yield Proxy(port, "/support-api" if "path" in file else "")
    finally:
        process.terminate()
        process.wait()


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            create_connection((HOST, port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the proxy did not start")
