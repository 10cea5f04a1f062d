"""Open pages of the console in this process, and measure their server time, their statements and their weight."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import psutil
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event

from infra.bench.console.pages import Page
from service.database.transaction import committed
from service.services import EXTENSION, Services
from service.staff.api import cookie_name
from service.staff.sessions import Proof, SignIn
from service.staff.signing_in import begin_session
from service.staff.store import find_person

ADMIN = "per_0"
ROUNDS, MOST_SECONDS = 7, 4.0
NANOSECONDS = 1e9
ASSET = re.compile(r'(?:href|src)="(/console/assets/[^"]+)"')


@dataclass(frozen=True, slots=True)
class Measured:
    """A page that was opened some times. Times are in milliseconds, weights in bytes.

    `database`: processor time of PostgreSQL, or None if it runs elsewhere. `whole`: the page with its styles and
    scripts, as a browser loads them.
    """

    page: Page
    status: int
    median: float
    worst: float
    processor: float
    database: float | None
    statements: int
    weight: int
    whole: int


class Desk:
    """The browser of an admin, who may open every page."""

    def __init__(self, app: Flask) -> None:
        self._services: Services = app.extensions[EXTENSION]
        self._client = signed_in(app)
        self._assets: dict[str, int] = {}
        self._database_time = database_clock(self._services.engine)

    def measure(self, page: Page, rounds: int = ROUNDS) -> Measured:
        """Open a page once without measuring its time, and then some times, but stop if that takes long."""
        headers = {"HX-Request": "true"} if page.is_part else {}
        with counted_statements(self._services.engine) as statements:
            answer = self._client.get(page.path, headers=headers)
        walls: list[float] = []  # in seconds
        began, database_began = time.process_time(), self._database_time()
        while len(walls) < rounds and sum(walls) < MOST_SECONDS:
            started = time.perf_counter()
            self._client.get(page.path, headers=headers).get_data()
            walls.append(time.perf_counter() - started)
        count = max(len(walls), 1)
        processor, database = (time.process_time() - began) / count, self._database_time()
        return Measured(
            page,
            answer.status_code,
            1000 * median(walls or [0.0]),
            1000 * max(walls, default=0.0),
            1000 * processor,
            None if database is None or database_began is None else 1000 * (database - database_began) / count,
            len(statements),
            len(answer.get_data()),
            len(answer.get_data()) + sum(map(self._asset, set(ASSET.findall(answer.text)) if not page.is_file else ())),
        )

    def _asset(self, address: str) -> int:
        if address not in self._assets:
            self._assets[address] = len(self._client.get(address, headers={"Accept-Encoding": "gzip"}).get_data())
        return self._assets[address]


def signed_in(app: Flask, person_id: str = ADMIN) -> FlaskClient:
    """Return a test client with a fresh session of a person."""
    services: Services = app.extensions[EXTENSION]
    with committed(services.engine) as connection:
        person = find_person(connection, person_id)
        assert person is not None  # noqa: S101 the newsroom was filled
        new = begin_session(connection, person, SignIn(Proof.PASSKEY, "Bench"), services.clock())
    client = app.test_client()
    client.environ_base["HTTP_ORIGIN"] = services.settings.public_origin
    client.environ_base["HTTP_ACCEPT"] = "text/html"
    client.set_cookie(cookie_name(is_https=services.settings.is_https), new.secret)
    return client


@contextmanager
def counted_statements(engine: Engine) -> Iterator[list[str]]:
    """Yield a list to which every statement is added that the engine executes in the block."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


def database_clock(engine: Engine) -> Callable[[], float | None]:
    """Return a function that reads how many seconds of processor time the processes of PostgreSQL have taken."""
    with engine.connect() as connection:
        pid = connection.connection.driver_connection.info.backend_pid  # type: ignore[union-attr]
    server = Path(f"/proc/{pid}/schedstat")
    if not server.exists() or psutil.Process(pid).name() not in {"postgres", "postmaster"}:
        return lambda: None
    postmaster = psutil.Process(pid).parent()
    return lambda: _seconds_of(postmaster) if postmaster else None


def _seconds_of(postmaster: psutil.Process) -> float:
    """Return the processor time of PostgreSQL's processes that run, and of those that have ended."""
    ended = postmaster.cpu_times()
    running = 0
    for process in postmaster.children():
        running += int(Path(f"/proc/{process.pid}/schedstat").read_text(encoding="ascii").split()[0])
    return running / NANOSECONDS + float(ended.children_user + ended.children_system)
