"""The process that answers what readers do not wait for, and how the server forwards requests to it."""

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from service.errors import BusyError
from service.serving import back_office
from service.serving.back_office import BackOffice
from service.serving.messages import Fields
from service.serving.rsgi import Headers
from service.waiting_limits import PAGES, SIMULATIONS, Lane
from tests.serving.asked import Asked
from tests.serving.small_office import LONG_PARTS, PART


class Taken:
    """Takes an answer as granian does. It reads a download in a thread, to the end of the pipe."""

    def __init__(self) -> None:
        self.status, self.body = 0, b""
        self.headers: Headers = []
        self.happened: list[str] = []
        self._ended = threading.Event()

    def response_bytes(self, status: int, headers: Headers, body: bytes) -> None:
        assert all(isinstance(header, tuple) for header in headers)
        self.status, self.headers, self.body = status, headers, body

    def response_file(self, status: int, headers: Headers, file: str) -> None:
        self.status, self.headers, self.folder = status, headers, Path(file).parent
        threading.Thread(target=self._read, args=(file,)).start()

    def pipe_opened(self, _: str) -> None:
        raise AssertionError("the server opens the pipe itself")

    def cut(self) -> None:
        self.happened.append("cut")

    def _read(self, file: str) -> None:
        self.body = Path(file).read_bytes()
        self.happened.append("ended")
        self._ended.set()

    def wait(self) -> None:
        assert self._ended.wait(20)


class GoneClient(Taken):
    """Refuses every answer, as granian does if the client has gone."""

    def response_bytes(self, *_: object) -> None:
        raise ConnectionResetError("gone")


@asynccontextmanager
async def small_office() -> AsyncIterator[BackOffice]:
    office = BackOffice()
    keeping = asyncio.create_task(office.keep_running())
    try:
        yield office
    finally:
        keeping.cancel()
        with suppress(asyncio.CancelledError):
            await keeping


HEADERS = Fields([("host", "support.example")])
Act = Callable[[BackOffice], Awaitable[None]]


@pytest.fixture
def in_office(monkeypatch: pytest.MonkeyPatch) -> Callable[[Act], None]:
    """Run a coroutine with a back office that has the small application."""
    monkeypatch.setattr(back_office, "COMMAND", ("-m", "tests.serving.small_office"))
    monkeypatch.setattr(back_office, "BACK_OFFICE_PAUSE_SECONDS", 0.1)

    def run(act: Act) -> None:
        async def with_office() -> None:
            async with small_office() as office:
                await act(office)

        asyncio.run(with_office())

    return run


async def asked(office: BackOffice, path: str, body: bytes = b"", lane: Lane = PAGES) -> Taken:
    taken = Taken()
    await office.run(lane, Asked(HEADERS, path=path), body, taken)
    return taken


def test_an_answer_arrives_as_the_application_gave_it(in_office: Callable[[Act], None]) -> None:
    async def act(office: BackOffice) -> None:
        taken = await asked(office, "/echo", b"\x00\xff body")

        assert (taken.status, taken.body) == (201, b"POST \x00\xff body")
        assert taken.headers == [("X-Host", "support.example"), ("X-Twice", "a"), ("X-Twice", "b")]

    in_office(act)


def test_many_requests_at_once_each_get_their_own_answer(in_office: Callable[[Act], None]) -> None:
    async def act(office: BackOffice) -> None:
        bodies = [str(number).encode() * 5000 for number in range(50)]

        every = await asyncio.gather(*(asked(office, "/echo", body) for body in bodies))

        assert [taken.body for taken in every] == [b"POST " + body for body in bodies]

    in_office(act)


def test_a_long_answer_comes_through_a_pipe(in_office: Callable[[Act], None]) -> None:
    async def act(office: BackOffice) -> None:
        taken = await asked(office, "/long")

        await asyncio.to_thread(taken.wait)
        assert taken.body == PART * LONG_PARTS
        assert taken.happened == ["ended"]

    in_office(act)


def test_a_full_lane_refuses_at_once(in_office: Callable[[Act], None]) -> None:
    async def act(office: BackOffice) -> None:
        await asked(office, "/echo")
        first = asyncio.create_task(asked(office, "/slow", lane=SIMULATIONS))
        await asyncio.sleep(0.1)

        with pytest.raises(BusyError):
            await asked(office, "/echo", lane=SIMULATIONS)

        assert (await first).status == 201

    in_office(act)


def test_a_killed_process_is_started_again_and_its_requests_are_refused(in_office: Callable[[Act], None]) -> None:
    async def act(office: BackOffice) -> None:
        with pytest.raises(BusyError):
            await asked(office, "/killed")

        assert (await asked(office, "/echo", b"again")).body == b"POST again"

    in_office(act)


@pytest.mark.parametrize("path", ["/killed-when-open", "/long-killed"])
def test_a_download_is_cut_before_it_ends_if_its_process_is_killed(in_office: Callable[[Act], None], path: str) -> None:
    async def act(office: BackOffice) -> None:
        taken = Taken()

        with pytest.raises(ConnectionError):
            await office.run(PAGES, Asked(HEADERS, path=path), b"", taken)

        await asyncio.to_thread(taken.wait)
        assert taken.happened == ["cut", "ended"]
        assert not taken.folder.exists()

    in_office(act)


def test_a_download_that_fails_is_cut(in_office: Callable[[Act], None]) -> None:
    async def act(office: BackOffice) -> None:
        taken = await asked(office, "/long-failed")

        await asyncio.to_thread(taken.wait)
        assert taken.happened == ["cut", "ended"]

    in_office(act)


def test_a_request_that_fails_without_an_answer_ends(in_office: Callable[[Act], None]) -> None:
    async def act(office: BackOffice) -> None:
        taken = await asked(office, "/failed")

        assert taken.status == 0
        assert (await asked(office, "/echo")).status == 201

    in_office(act)


def test_a_client_that_has_gone_ends_its_request(in_office: Callable[[Act], None]) -> None:
    async def act(office: BackOffice) -> None:
        with pytest.raises(ConnectionResetError):
            await office.run(PAGES, Asked(HEADERS, path="/echo"), b"", GoneClient())

    in_office(act)


def test_a_silent_process_does_not_keep_a_request_for_ever(
    in_office: Callable[[Act], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(back_office, "BACK_OFFICE_START_SECONDS", 0.2)
    monkeypatch.setattr(back_office, "COMMAND", ("-c", "import time; time.sleep(1)"))

    async def act(office: BackOffice) -> None:
        with pytest.raises(BusyError):
            await office.run(Lane("short", threads=1, seconds=0.1), Asked(HEADERS), b"", Taken())

    in_office(act)


def test_the_threads_of_the_back_office_let_decisions_go_first(in_office: Callable[[Act], None]) -> None:
    async def act(office: BackOffice) -> None:
        assert int((await asked(office, "/niceness")).body.split()[-1]) == min(19, os.nice(0) + 10)

    in_office(act)
