"""The bridge between granian's interface and WSGI."""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from service.serving import rsgi
from service.serving.messages import Fields
from service.serving.rsgi import DirectReply, Headers, answer, environ_of
from service.web.requests import Environ, StartResponse
from tests.serving.asked import Asked


class Taken:
    """Takes an answer as granian does. A download is read in a thread, up to `most_bytes`."""

    def __init__(self, most_bytes: int | None = None) -> None:
        self._most_bytes = most_bytes
        self.status, self.body = 0, b""
        self.headers: Headers = []
        self.thread: threading.Thread | None = None
        self.is_cut = False

    def response_bytes(self, status: int, headers: Headers, body: bytes) -> None:
        self.status, self.headers, self.body = status, headers, body

    def response_file(self, status: int, headers: Headers, file: str) -> None:
        self.status, self.headers = status, headers
        self.thread = threading.Thread(target=self._read, args=(os.open(file, os.O_RDONLY | os.O_NONBLOCK),))
        self.thread.start()

    def pipe_opened(self, file: str) -> None:
        pass

    def cut(self) -> None:
        self.is_cut = True

    def _read(self, pipe: int) -> None:
        os.set_blocking(pipe, True)
        with os.fdopen(pipe, "rb") as found:
            threading.Event().wait(0.2)  # the writer opens the pipe meanwhile
            self.body = found.read(self._most_bytes if self._most_bytes is not None else -1)


def test_headers_become_an_environ_and_repeated_ones_are_joined() -> None:
    headers = Fields(
        [
            ("host", "support.example"),
            ("content-type", "application/json"),
            ("content-length", "2"),
            ("cookie", "a=1"),
            ("cookie", "b=2"),
            ("x-forwarded-for", "203.0.113.1"),
            ("x-forwarded-for", "203.0.113.2"),
        ]
    )

    environ = environ_of(Asked(headers, path="/a é", query_string="x=1%20"), b"{}")

    assert environ["HTTP_HOST"] == "support.example"
    assert (environ["CONTENT_TYPE"], environ["CONTENT_LENGTH"]) == ("application/json", "2")
    assert environ["HTTP_COOKIE"] == "a=1; b=2"
    assert environ["HTTP_X_FORWARDED_FOR"] == "203.0.113.1,203.0.113.2"
    assert environ["PATH_INFO"].encode("latin-1").decode() == "/a é"
    assert (environ["REMOTE_ADDR"], environ["QUERY_STRING"]) == ("203.0.113.7", "x=1%20")
    assert environ["wsgi.input"].read() == b"{}"


def test_a_header_that_only_looks_like_one_of_our_proxies_is_left_out() -> None:
    environ = environ_of(Asked(Fields([("x_forwarded_for", "198.51.100.9")])), b"")

    assert not [name for name in environ if "FORWARDED" in name]


def test_a_chunked_body_is_a_plain_one_with_a_length() -> None:
    environ = environ_of(Asked(Fields([("transfer-encoding", "chunked")])), b"abc")

    assert environ["CONTENT_LENGTH"] == "3"
    assert "HTTP_TRANSFER_ENCODING" not in environ


def test_the_address_of_a_caller_may_be_of_version_6() -> None:
    assert environ_of(Asked(client="[2001:db8::1]:443"), b"")["REMOTE_ADDR"] == "2001:db8::1"


class Parts:
    """A WSGI application whose answer has these parts. `is_closed`: whether its answer was closed."""

    def __init__(self, *parts: bytes) -> None:
        self._parts = parts
        self.is_closed = False

    def __call__(self, _: Environ, start_response: StartResponse) -> "Parts":
        start_response("201 CREATED", [("X-Test", "yes")])
        return self

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._parts)

    def close(self) -> None:
        self.is_closed = True


@pytest.mark.parametrize("parts", [(), (b"whole",), (b"", b"whole"), (b"whole", b"")])
def test_an_answer_of_one_part_is_given_whole(parts: tuple[bytes, ...]) -> None:
    wsgi, taken = Parts(*parts), Taken()

    answer(wsgi, {}, taken)

    assert (taken.status, taken.headers, taken.body) == (201, [("X-Test", "yes")], b"".join(parts))
    assert wsgi.is_closed


def test_an_answer_of_many_parts_arrives_in_order() -> None:
    parts = [bytes([number % 256]) * 5000 for number in range(100)]
    wsgi, taken = Parts(*parts), Taken()

    answer(wsgi, {}, taken)

    assert taken.thread is not None
    taken.thread.join()
    assert taken.body == b"".join(parts)
    assert wsgi.is_closed


def test_a_reader_who_goes_away_ends_the_answer_without_an_error() -> None:
    wsgi, taken = Parts(*[b"x" * 65_536] * 10), Taken(most_bytes=10)

    answer(wsgi, {}, taken)

    assert wsgi.is_closed


def test_a_reader_who_takes_nothing_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rsgi, "STALLED_READER_SECONDS", 0.2)
    wsgi, taken = Parts(*[b"x" * 65_536] * 10), Held()

    with pytest.raises(TimeoutError):
        answer(wsgi, {}, taken)

    taken.close()
    assert taken.is_cut
    assert wsgi.is_closed


class Held(Taken):
    """Opens a download and reads nothing of it."""

    def response_file(self, _: int, __: Headers, file: str) -> None:
        self._pipe = os.open(file, os.O_RDONLY | os.O_NONBLOCK)

    def close(self) -> None:
        os.close(self._pipe)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_a_cut_ends_the_connection_of_that_client_only(host: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, 0), family=family) as listener, ExitStack() as stack:
        clients = [stack.enter_context(socket.create_connection(listener.getsockname()[:2], 5)) for _ in range(2)]
        served = [stack.enter_context(listener.accept()[0]) for _ in clients]
        port = clients[0].getsockname()[1]

        DirectReply(Taken(), f"[{host}]:{port}" if ":" in host else f"{host}:{port}").cut()

        assert clients[0].recv(1) == b""
        served[1].send(b"x")
        assert clients[1].recv(1) == b"x"
