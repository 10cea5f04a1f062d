"""A small run of the bench beside another server, which is a stub in this process."""

import os
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from infra.bench import beside
from infra.bench.beside import Address, Side, main, request_bytes


class _Other(BaseHTTPRequestHandler):
    """Answers each body with itself, and a body of `wrong` with status 400."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(400 if body == b"wrong" else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@pytest.fixture
def other() -> Iterator[Address]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Other)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Address(server.server_port, os.getpid())
    server.shutdown()
    thread.join()
    server.server_close()


def test_both_servers_are_measured_and_their_asks_are_counted(
    other: Address, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bodies = tmp_path / "bodies"
    bodies.write_bytes(b'{"ask": true}\n{}\n' * 20)
    places = ["--url", f"http://127.0.0.1:{other.port}/epic", "--pid", str(other.pid), "--bodies", str(bodies)]
    sizes = ["--ask", "true", "--rate", "100", "--seconds", "1", "--turns", "1"]
    monkeypatch.setattr(beside, "READERS", 50)
    monkeypatch.setattr(sys, "argv", ["beside", *places, *sizes])

    main()

    ours, others, every, asks = capsys.readouterr().out.splitlines()
    assert "% of answers hold an ask" in ours
    assert "  0% of answers" not in ours
    assert others.startswith("other   50% of answers hold an ask")
    assert [every[:4], asks[:5]] == ["all ", "only "]
    assert "ours     0 us" not in every


def test_an_answer_that_is_no_200_ends_the_bench(other: Address) -> None:
    side = Side(other, [request_bytes("/", b"wrong", {})])

    with pytest.raises(RuntimeError, match="refused=10"):
        side.turn(0, 100, 0.1)
