"""The server answers plain decisions itself, and gives every other request to the lane that it belongs to."""

import asyncio
import json
from collections.abc import Iterator

import pytest
from flask import Flask

from infra.bench.newsroom import NOW, SITE, compiled_newsroom, heavy_reader, page_view, snapshot_of
from service.campaigns.snapshot.holder import SnapshotHolder
from service.readers.passports.passport import PassportSealer
from service.readers.passports.passport_cookie import passport_cookies
from service.server import Server
from service.services import EXTENSION, Services
from service.serving.rsgi import Headers, Reply, Request
from service.waiting_limits import READERS
from tests.contract.snapshot import contract_app
from tests.serving.asked import Asked, SentHeaders

JSON = ("content-type", "application/json")
BODY = json.dumps(page_view(1)).encode()


class Wire:
    """A request's body, and what is answered."""

    def __init__(self, body: bytes) -> None:
        self._sent = body
        self.status, self.body = 0, b""
        self.headers: Headers = []

    async def __call__(self) -> bytes:
        return self._sent

    def response_bytes(self, status: int, headers: Headers, body: bytes) -> None:
        self.status, self.headers, self.body = status, headers, body

    def response_file(self, status: int, headers: Headers, file: str) -> None:
        raise AssertionError(f"{status} with {headers} from {file}")


@pytest.fixture(scope="module")
def app() -> Iterator[Flask]:
    """Start the application with a newsroom's campaigns and a fixed clock."""
    app = contract_app(clock=lambda: NOW)
    services: Services = app.extensions[EXTENSION]
    services.part(SnapshotHolder)._replace(snapshot_of(20))
    yield app
    services.close()


def asked(app: Flask, body: bytes, *headers: tuple[str, str], path: str = "/v1/decide") -> tuple[Wire, list[str]]:
    """Send a request. Return its answer, and the paths of the requests that went to a lane."""
    in_lanes: list[str] = []

    async def run(request: Request, _: bytes, reply: Reply) -> None:
        in_lanes.append(request.path)
        reply.response_bytes(418, [], b"")

    async def serve() -> Wire:
        wire = Wire(body)
        request = Asked(SentHeaders([JSON, ("content-length", str(len(body))), *headers]), path=path)
        await Server(app, {READERS: run}).__rsgi__(request, wire)
        return wire

    return asyncio.run(serve()), in_lanes


def passport_of_heavy_reader(app: Flask) -> str:
    services: Services = app.extensions[EXTENSION]
    sealer = services.part(PassportSealer)
    passport = sealer.seal(heavy_reader(compiled_newsroom(20)), SITE, int(NOW.timestamp()))
    return f"{passport_cookies(SITE, is_https=services.settings.is_https).name}={passport}"


def test_a_plain_decision_is_answered_without_a_lane(app: Flask) -> None:
    wire, in_lanes = asked(app, BODY)

    assert (wire.status, in_lanes) == (200, [])
    assert json.loads(wire.body)["reader"]["article_count"] == 1


@pytest.mark.parametrize(
    ("path", "body", "header"),
    [
        ("/v1/events", b"{}", JSON),
        ("/v1/decide", b"{}", JSON),
        ("/v1/decide", BODY, ("origin", "https://elsewhere.example")),
        ("/v1/decide", b" " * 4096 + BODY, JSON),
    ],
)
def test_anything_else_goes_to_its_lane(app: Flask, path: str, body: bytes, header: tuple[str, str]) -> None:
    wire, in_lanes = asked(app, body, header, path=path)

    assert (wire.status, in_lanes) == (418, [path])


def test_a_passport_counts_in_any_cookie_header(app: Flask) -> None:
    one, _ = asked(app, BODY, ("cookie", passport_of_heavy_reader(app)))
    two, _ = asked(app, BODY, ("cookie", "theme=dark"), ("cookie", passport_of_heavy_reader(app)))

    counts = [json.loads(wire.body)["reader"]["article_count"] for wire in (one, two)]
    assert counts[0] == counts[1] > 1


def test_a_caller_cannot_choose_the_id_of_a_request(app: Flask) -> None:
    wire, _ = asked(app, BODY, ("x-request-id", "chosen-by-the-caller"))

    assert dict(wire.headers)["X-Request-Id"].startswith("req_")
