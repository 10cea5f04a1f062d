"""Measure what a decision costs on traffic like that of a newspaper, compared with a bare Flask JSON route.

    python -m infra.bench.lifelike [--views 6000]

Pages are as uneven as a newspaper's, readers have little or much history, and the clock runs. Times are medians of CPU
microseconds per request, in process. Ratios are to the bare route, which answers the same requests in turn.
"""

import argparse
import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from http.cookies import SimpleCookie
from itertools import islice
from statistics import mean, median
from typing import Any

import psutil
from flask import Flask
from werkzeug.test import create_environ

from infra.bench.campaign_list import CURRENT, lively_snapshot
from infra.bench.decide import SETTINGS, bare_app, services_of
from infra.bench.newsroom import ORIGIN, SITE
from infra.bench.traffic import BEGINS_AT, READERS, View, readers, views
from service.app import create_app
from service.campaigns.snapshot.holder import SnapshotHolder
from service.decisions.compile import compile_site
from service.readers.passports.passport import PassportSealer
from service.readers.passports.passport_cookie import passport_cookies
from service.readers.reader import Reader

NEW, LIGHT, MEDIAN, HEAVY = "new reader", "light reader", "median reader", "full passport"


class Newspaper:
    """The whole service in process, with its readers' cookies, and a clock that the traffic moves."""

    def __init__(self, campaign_count: int, readers: Sequence[Reader]) -> None:
        self.now = BEGINS_AT
        self.app = create_app(SETTINGS, clock=self._clock, has_background=False)
        services_of(self.app).part(SnapshotHolder)._replace(lively_snapshot(campaign_count))
        sealer = services_of(self.app).part(PassportSealer)
        name, instant = passport_cookies(SITE, is_https=False).name, int(BEGINS_AT.timestamp())
        self.cookies = [{name: sealer.seal(reader, SITE, instant)} for reader in readers]

    def _clock(self) -> datetime:
        return self.now

    def answer(self, view: View) -> float:
        """Answer a view as the reader's browser sends it, and return the CPU microseconds that it took.

        The browser keeps the cookies of the answer, and reports each prompt as seen.
        """
        self.now = BEGINS_AT + timedelta(seconds=view.seconds)
        cookies = {} if view.reader is None else self.cookies[view.reader]
        spent, headers, body = timed(self.app.wsgi_app, environ(view, cookies))
        keep_cookies(cookies, headers)
        for prompt in json.loads(body)["prompts"]:
            token = prompt["prompt_token"]
            event = {"site": SITE, "prompt_token": token, "event": "seen", "event_id": token[:40]}
            seen = view._replace(body=json.dumps(event).encode())
            keep_cookies(cookies, timed(self.app.wsgi_app, environ(seen, cookies, "/v1/events"))[1])
        return spent


def environ(view: View, cookies: Mapping[str, str], path: str = "/v1/decide") -> dict[str, Any]:
    """Return the request of a browser as a WSGI server passes it on."""
    return create_environ(path, method="POST", data=view.body, headers=browser_headers(view, cookies))


def browser_headers(view: View, cookies: Mapping[str, str]) -> dict[str, str]:
    """Return the headers that a browser sends with a view."""
    headers = {"Content-Type": "application/json", "Origin": ORIGIN, "X-Country": view.country}
    headers["User-Agent"] = view.user_agent
    if cookies:
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
    return headers


def keep_cookies(cookies: dict[str, str], headers: Iterable[tuple[str, str]]) -> None:
    """Keep the cookies of an answer as a browser does. A cookie that is to live for 0 seconds is dropped."""
    for header, text in headers:
        if header == "Set-Cookie":
            for name, cookie in SimpleCookie(text).items():
                if cookie["max-age"] == "0":
                    cookies.pop(name, None)
                else:
                    cookies[name] = cookie.value


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
        times["bare"].append(timed(bare.wsgi_app, environ(view, {}))[0])
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
