"""Measure the service beside another server: processor time per answer, in turns in one run, at a fixed rate.

    python -m infra.bench.beside --url http://127.0.0.1:3030/epic --pid 4711 --bodies FILE --ask '"variant"'

The service runs as an operator runs it, with twenty campaigns and its own embedded PostgreSQL. Browsers first read
pages that are as uneven as a newspaper's, keep their cookies, and report prompts as seen. Then the requests that they
sent to /v1/decide are sent again, and measured. The other server runs already. It gets the bodies of FILE, a JSON
document in each line. The pages are those of `article_views()`, so that a script can write the same views in the form
of the other server. A part of the answers holds no ask, so answers with an ask are also measured alone.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from http.client import HTTPConnection
from itertools import islice
from pathlib import Path
from statistics import mean, median
from typing import NamedTuple
from urllib.parse import urlsplit

from infra.bench.campaign_list import CURRENT, LIVELY_SITE, campaign, lively_snapshot
from infra.bench.lanes import running_service
from infra.bench.lifelike import browser_headers, keep_cookies
from infra.bench.newsroom import SITE
from infra.bench.open_loop import measure
from infra.bench.serving import cpu_seconds
from infra.bench.traffic import READERS, View, readers, views
from infra.bench.troubles import HOST
from service.campaigns.editing import NOW, Author, publish, save_campaign, save_site
from service.campaigns.store import DocumentKind
from service.database.embedded import embedded_postgresql
from service.database.engine import application_engine
from service.database.migrate import migrate
from service.decisions.compile import compile_site
from service.demo.settings import SECRET_KEY
from service.readers.passports.passport import PassportSealer
from service.readers.passports.passport_cookie import passport_cookies
from service.sealing import KeyRing

CONNECTIONS = 8  # kept open, as a proxy keeps them
PAGES = 3_000
DECIDE, EVENTS = "/v1/decide", "/v1/events"
NAMES = ("ours", "other")
OUR_ASK = b'"prompt_token"'


class Address(NamedTuple):
    """A running server: its port on loopback, and the process that answers, by itself or with its children."""

    port: int
    pid: int


class Asked(NamedTuple):
    """A request as its bytes, and the body that answered it."""

    sent: bytes
    body: bytes


class Side(NamedTuple):
    """A server with the requests to send."""

    address: Address
    requests: list[bytes]

    def turn(self, number: int, rate: float, seconds: float) -> float:
        """Send the next requests. Return the processor time per answer in microseconds."""
        count = int(rate * seconds)
        sent = [self.requests[(number * count + place) % len(self.requests)] for place in range(count)]
        before = cpu_seconds(self.address.pid)
        found = measure(self.address.port, rate, seconds, sent, CONNECTIONS)
        if found.refused or found.answered < count:
            raise RuntimeError(f"port {self.address.port}: {found}")
        return (cpu_seconds(self.address.pid) - before) / count * 1e6


def article_views() -> Iterator[View]:
    """Draw views of articles and live blogs without end. Other pages hold no ask."""
    return (view for view in views(PAGES, READERS) if b'"article"' in view.body or b'"liveblog"' in view.body)


@contextmanager
def filled_service() -> Iterator[Address]:
    """Run the service as shipped, with the campaigns of a newspaper, those with a schedule for this year."""
    settings, now = {"COUNTRY_HEADER": "X-Country", "LOG_LEVEL": "INFO"}, datetime.now(UTC)
    with tempfile.TemporaryDirectory(prefix="keepopen-bench-") as folder, embedded_postgresql(Path(folder)) as database:
        migrate(database)
        engine, author = application_engine(database), Author("bench", now)
        save_site(engine, LIVELY_SITE, author)
        for number in range(CURRENT):
            document = campaign(number)
            document["schedule"] |= {"starts": f"{now.year}-01-01", "ends": f"{now.year}-12-31"}
            save_campaign(engine, document, author)
            publish(engine, DocumentKind.CAMPAIGN, document["key"], NOW, author)
        engine.dispose()
        with running_service(database, Path(folder), settings) as running:
            yield Address(*running)


def browse(port: int, count: int) -> list[Asked]:
    """Let readers view pages, and return what their browsers asked and what was answered."""
    now, sealer = datetime.now(UTC), PassportSealer(KeyRing((SECRET_KEY,)))
    everyone = readers(compile_site(lively_snapshot(CURRENT).site(SITE)), READERS, ends_at=now)
    name, instant = passport_cookies(SITE, is_https=False).name, int(now.timestamp())
    jars = [{name: sealer.seal(reader, SITE, instant)} for reader in everyone]
    found = []
    with closing(HTTPConnection(HOST, port)) as connection:
        for view in islice(article_views(), count):
            jar = {} if view.reader is None else jars[view.reader]
            found.append(_asked(connection, DECIDE, view, jar))
            for prompt in json.loads(found[-1].body)["prompts"]:
                token = prompt["prompt_token"]
                event = {"site": SITE, "prompt_token": token, "event": "seen", "event_id": token[:40]}
                _asked(connection, EVENTS, view._replace(body=json.dumps(event).encode()), jar)
    return found


def ask(port: int, path: str, bodies: list[bytes]) -> list[Asked]:
    """Send each body once, with the headers of the view at its place, and return the answers."""
    with closing(HTTPConnection(HOST, port)) as connection:
        pairs = zip(article_views(), bodies, strict=False)
        return [_asked(connection, path, view._replace(body=body), {}) for view, body in pairs]


def _asked(connection: HTTPConnection, path: str, view: View, jar: dict[str, str]) -> Asked:
    """Send a view with the cookies of its reader, and keep the cookies of the answer."""
    headers = browser_headers(view, jar)
    connection.request("POST", path, view.body, headers)
    response = connection.getresponse()
    body = response.read()
    if response.status != 200:
        raise RuntimeError(f"{path} answered {response.status}: {body[:200]!r}")
    keep_cookies(jar, response.getheaders())
    return Asked(request_bytes(path, view.body, headers), body)


def request_bytes(path: str, body: bytes, headers: dict[str, str]) -> bytes:
    """Return a request as it is sent."""
    lines = [f"{name}: {value}" for name, value in (headers | {"Content-Length": str(len(body))}).items()]
    return "\r\n".join((f"POST {path} HTTP/1.1", f"Host: {HOST}", *lines, "", "")).encode() + body


def compared(title: str, sides: list[Side], plan: argparse.Namespace) -> str:
    """Measure both servers in turns. Return a line of medians, and of least values, which other work disturbs less."""
    turns = [[side.turn(number, plan.rate, plan.seconds) for side in sides] for number in range(plan.turns)]
    spents = zip(NAMES, zip(*turns, strict=True), strict=True)
    figures = [f"{name} {median(spent):5.0f} us (least {min(spent):4.0f})" for name, spent in spents]
    ratio = median(other_turn / our_turn for our_turn, other_turn in turns)
    return f"{title:24} {', '.join(figures)}: the other takes {ratio:.2f} times as much"


def told(name: str, asked: list[Asked], mark: bytes) -> str:
    """Return what the answers of a server hold."""
    share = mean(mark in answer.body for answer in asked)
    sizes = [mean(len(part) for part in parts) for parts in zip(*asked, strict=True)]
    return f"{name:6} {share:4.0%} of answers hold an ask; a request has {sizes[0]:.0f} bytes, an answer {sizes[1]:.0f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", required=True, help="where the other server answers POST, on 127.0.0.1")
    parser.add_argument("--pid", type=int, required=True, help="its process")
    parser.add_argument("--bodies", type=Path, required=True, help="what to send to it: a JSON document in each line")
    parser.add_argument("--ask", required=True, help="a text that only its answers with an ask hold")
    parser.add_argument("--rate", type=float, default=300, help="requests a second")
    parser.add_argument("--seconds", type=float, default=3, help="of a turn")
    parser.add_argument("--turns", type=int, default=15)
    plan = parser.parse_args()
    url, mark, bodies = urlsplit(plan.url), plan.ask.encode(), plan.bodies.read_bytes().splitlines()
    there = Address(url.port or 80, plan.pid)
    with filled_service() as here:
        ours, others = browse(here.port, len(bodies)), ask(there.port, url.path, bodies)
        print(told(NAMES[0], ours, OUR_ASK), told(NAMES[1], others, mark), sep="\n", flush=True)
        for title, is_taken in (("all", (b"", b"")), ("only answers with an ask", (OUR_ASK, mark))):
            sides = [
                Side(address, [answer.sent for answer in asked if text in answer.body])
                for address, asked, text in zip((here, there), (ours, others), is_taken, strict=True)
            ]
            if not all(side.requests for side in sides):
                sys.exit("A server gave no answer with an ask.")
            print(compared(title, sides, plan), flush=True)


if __name__ == "__main__":
    main()
