"""The check's browser, which has no sandbox as root, cannot be sent to another machine by a page of this one."""

import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from service.widget.install.browser import chromium
from service.widget.install.page.fetch import PageUnreachableError
from tests.chromium import CHROMIUM

FOREIGN = "foreign.localhost"  # this machine by another name, in the place of another machine
PAGES = {
    "/frame": '<iframe src="http://{foreign}/framed"></iframe>',
    "/image": '<img src="http://{foreign}/seen">',
    "/script": '<script src="http://{foreign}/run"></script>',
    "/own": '<script src="http://{own}/run"></script>',
}


class Newspaper(ThreadingHTTPServer):
    """A server of pages and of a redirect. It notes the hosts for which it was asked."""

    def __init__(self) -> None:
        self.hosts: set[str] = set()
        super().__init__(("127.0.0.1", 0), Answer)

    def address(self, host: str) -> str:
        return f"{host}:{self.server_port}"


class Answer(BaseHTTPRequestHandler):
    server: Newspaper

    def do_GET(self) -> None:
        self.server.hosts.add(self.headers["Host"].partition(":")[0])
        foreign, own = self.server.address(FOREIGN), self.server.address("localhost")
        if self.path == "/redirect":
            self.send_response(302)
            self.send_header("Location", f"http://{foreign}/frame")
            self.end_headers()
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(PAGES.get(self.path, "").format(foreign=foreign, own=own).encode())

    def log_message(self, *_: object) -> None:
        """Log nothing."""


@pytest.fixture
def newspaper() -> Iterator[Newspaper]:
    """The server, or skip the test if there is no Chromium."""
    if not Path(CHROMIUM).exists():
        pytest.skip(f"no Chromium at {CHROMIUM}")
    with Newspaper() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def hosts_asked(newspaper: Newspaper, path: str) -> set[str]:
    """Visit a page in a thread of its own, because Playwright allows one browser in a thread. Return the hosts."""

    def run() -> None:
        try:
            chromium.visit(f"http://{newspaper.address('127.0.0.1')}{path}", CHROMIUM, 0.5)
        except PageUnreachableError:
            newspaper.hosts.add("unreachable")

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(60)
    return newspaper.hosts


@pytest.mark.parametrize(
    ("path", "hosts"),
    [
        ("/frame", {"127.0.0.1"}),
        ("/image", {"127.0.0.1"}),
        ("/script", {"127.0.0.1"}),
        ("/own", {"127.0.0.1", "localhost"}),
        ("/redirect", {"127.0.0.1", "unreachable"}),
    ],
)
def test_as_root_a_page_leads_to_no_other_machine(
    newspaper: Newspaper, monkeypatch: pytest.MonkeyPatch, path: str, hosts: set[str]
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)

    assert hosts_asked(newspaper, path) == hosts


@pytest.mark.parametrize("path", ["/frame", "/redirect"])
def test_that_is_the_work_of_the_flag(newspaper: Newspaper, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(chromium, "THIS_MACHINE_ONLY", "--no-first-run")

    assert hosts_asked(newspaper, path) == {"127.0.0.1", FOREIGN}
