"""Measure what a decision costs on traffic like that of a newspaper, compared with a bare Flask JSON route.

    python -m infra.bench.lifelike [--views 6000]

Pages are as uneven as a newspaper's, readers have little or much history, and the clock runs. Times are medians of CPU
microseconds per request, in process. Ratios are to the bare route, which answers the same requests in turn.
"""

import argparse
import io
import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from itertools import islice
from statistics import mean, median
from typing import Any

import psutil
from flask import Flask

from infra.bench.campaign_list import CURRENT, lively_snapshot
from infra.bench.decide import SETTINGS, bare_app, services_of
from infra.bench.newsroom import ORIGIN, SITE
from infra.bench.traffic import BEGINS_AT, READERS, View, readers, views
from service.app import create_app
from service.campaigns.snapshot.holder import SnapshotHolder
from service.decisions.compile import compile_site
from service.readers.passport import PassportSealer
from service.readers.passport_cookie import cookie_name
from service.readers.reader import Reader

NEW, LIGHT, MEDIAN, HEAVY = "new reader", "light reader", "median reader", "full passport"


class Newspaper:
    """The whole service in process, with its readers, and a clock that the traffic moves."""

    def __init__(self, campaign_count: int, readers: Sequence[Reader]) -> None:
        self.now = BEGINS_AT
        self.app = create_app(SETTINGS, clock=self._clock, has_background=False)
        services_of(self.app).part(SnapshotHolder)._replace(lively_snapshot(campaign_count))
        sealer = services_of(self.app).part(PassportSealer)
        self.passports = [sealer.seal(reader, SITE, int(BEGINS_AT.timestamp())) for reader in readers]

    def _clock(self) -> datetime:
        return self.now

    def answer(self, view: View) -> float:
        """Answer a view, keep the reader's new passport, and return the CPU microseconds that it took."""
        self.now = BEGINS_AT + timedelta(seconds=view.seconds)
        sent = environ(view, None if view.reader is None else self.passports[view.reader])
        spent, headers, body = timed(self.app.wsgi_app, sent)
        passport = _passport(headers)
        for prompt in json.loads(body)["prompts"]:
            passport = self._report_seen(view, passport, prompt["prompt_token"])
        if view.reader is not None and passport:
            self.passports[view.reader] = passport
        return spent

    def _report_seen(self, view: View, passport: str | None, token: str) -> str | None:
        """Report that a reader saw a prompt, as the widget does, and return the new passport."""
        event = {"site": SITE, "prompt_token": token, "event": "seen", "event_id": token[:40]}
        sent = environ(view._replace(body=json.dumps(event).encode()), passport) | {"PATH_INFO": "/v1/events"}
        return _passport(timed(self.app.wsgi_app, sent)[1]) or passport


def environ(view: View, passport: str | None) -> dict[str, Any]:
    found = {
        "REQUEST_METHOD": "POST", "PATH_INFO": "/v1/decide", "SCRIPT_NAME": "", "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "8000", "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.url_scheme": "http",
        "wsgi.version": (1, 0), "wsgi.errors": io.StringIO(), "wsgi.multithread": True, "wsgi.multiprocess": False,
        "wsgi.run_once": False, "CONTENT_TYPE": "application/json", "CONTENT_LENGTH": str(len(view.body)),
        "HTTP_ORIGIN": ORIGIN, "HTTP_X_COUNTRY": view.country, "HTTP_USER_AGENT": view.user_agent,
        "wsgi.input": io.BytesIO(view.body),
    }  # fmt: skip
    if passport:
        found["HTTP_COOKIE"] = f"{cookie_name(SITE, is_https=False)}={passport}"
    return found


def timed(app: Any, sent: dict[str, Any]) -> tuple[float, list[tuple[str, str]], bytes]:
    """Return the CPU microseconds of a request, with the headers and body of its answer.

    Raise AssertionError if the answer is not 200.
    """
    kept: list[Any] = []
    began = time.thread_time_ns()
    body = b"".join(app(sent, lambda status, headers, *_: kept.extend((status, headers))))
    spent = (time.thread_time_ns() - began) / 1000
    if not kept[0].startswith("200"):
        raise AssertionError(f"{kept[0]}: {body!r}")
    return spent, kept[1], body


def _passport(headers: Iterable[tuple[str, str]]) -> str | None:
    cookie = next((value for name, value in headers if name == "Set-Cookie"), "")
    return cookie.partition("=")[2].partition(";")[0] or None


def kind_of(view: View) -> str:
    """Return which kind of reader sends a view. Readers are numbered by the articles that they read."""
    if view.reader is None:
        return NEW
    rank = view.reader / READERS
    return LIGHT if rank < 0.4 else MEDIAN if rank < 0.6 else "heavy reader" if rank < 0.95 else HEAVY


def measured(newspaper: Newspaper, bare: Flask, page_count: int, count: int) -> dict[str, list[float]]:
    """Return the CPU times of many views by kind of reader, and those of the bare route under the name `bare`."""
    times: dict[str, list[float]] = defaultdict(list)
    traffic = views(page_count)
    for view in islice(traffic, count // 4):  # warm up
        newspaper.answer(view)
    for view in islice(traffic, count):
        times["bare"].append(timed(bare.wsgi_app, environ(view, None))[0])
        times[kind_of(view)].append(newspaper.answer(view))
    return times


def print_table(title: str, times: dict[str, list[float]], middle: Callable[[list[float]], float] = median) -> None:
    bare = middle(times["bare"])
    print(f"{title}: bare Flask JSON route {bare:.0f} us")
    for kind in (NEW, LIGHT, MEDIAN, "heavy reader", HEAVY):
        print(f"  {kind:20}{middle(times[kind]):9.0f} us {middle(times[kind]) / bare:6.2f} x")
    every = [spent for kind, spents in times.items() if kind != "bare" for spent in spents]
    print(f"  {'mean of all views':20}{mean(every):9.0f} us {mean(every) / mean(times['bare']):6.2f} x")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--views", type=int, default=6_000)
    given = parser.parse_args()
    bare, everyone = bare_app(), readers(compile_site(lively_snapshot(CURRENT).site(SITE)))
    for campaign_count, page_count in ((20, 3_000), (20, 30_000), (100, 3_000), (500, 3_000)):
        newspaper = Newspaper(campaign_count, everyone)
        times = measured(newspaper, bare, page_count, given.views)
        print_table(f"{campaign_count} campaigns, {page_count} pages", times)
    print(f"resident memory {psutil.Process().memory_info().rss / 1024 / 1024:.0f} MiB")


if __name__ == "__main__":
    main()
