"""Measure what a decision costs, compared with a bare Flask JSON route: in process, by part, and through a server.

    python -m infra.bench.decide [--rounds 200] [--seconds 8]

Times are CPU microseconds per request, the least of many short rounds, because other work on the machine only adds.
Ratios are to the bare route of the same run. Through granian, the server's own CPU time is printed too, because the
requests per second also depend on the clients, which run on the same machine.
"""

import argparse
import io
import json
import time
from collections.abc import Callable, Mapping
from typing import Any

import psutil
from flask import Flask, jsonify, request

from infra.bench.newsroom import NOW, ORIGIN, SITE, compiled_newsroom, heavy_reader, page_view, snapshot_of
from infra.bench.serving import Subject, served
from schemas.decide import DecideSchema
from schemas.plain_view import plain_view
from service.app import create_app
from service.campaigns.snapshot.holder import SnapshotHolder
from service.decisions.answer_json import answer_json
from service.decisions.decide_view import Answer, decide_view, page_view_of
from service.decisions.view import ViewRequest
from service.readers.passports.passport import PassportSealer
from service.readers.passports.passport_cookie import passport_cookies, request_context
from service.services import EXTENSION, Services
from service.settings import Settings
from service.web.requests import read_json

REQUESTS = 20  # per round
PAGES = 100
SETTINGS = Settings(
    public_url="http://127.0.0.1:8000",
    secret_keys=("a-key-of-the-bench-a-key-of-the-bench",),
    stripe_api_key="sk_test_of_the_bench",
    stripe_webhook_secrets=("whsec_of_the_bench",),
    database_url="postgresql://nobody@127.0.0.1:9/nothing",
    country_header="X-Country",
    log_level="ERROR",
)


def decide_app(campaign_count: int) -> Flask:
    """Build the whole service with this many campaigns in memory and no database."""
    app = create_app(SETTINGS, clock=lambda: NOW, has_background=False)
    services_of(app).part(SnapshotHolder)._replace(snapshot_of(campaign_count))
    return app


def bare_app() -> Flask:
    """Build a Flask route that reads JSON and answers JSON, and does nothing else."""
    app = Flask("bare")

    @app.post("/v1/decide")
    def bare() -> Any:
        body = request.get_json()
        return jsonify(decision_id="dec_x", prompts=[], access={"state": "open"}, site=body["site"], passport=None)

    return app


def services_of(app: Flask) -> Services:
    services: Services = app.extensions[EXTENSION]
    return services


def passport_of(app: Flask, campaign_count: int) -> str:
    """Return a full passport of a reader of this newsroom."""
    reader = heavy_reader(compiled_newsroom(campaign_count))
    return services_of(app).part(PassportSealer).seal(reader, SITE, int(NOW.timestamp()))


def environ(number: int, passport: str | None) -> dict[str, Any]:
    raw = json.dumps(page_view(number)).encode()
    found = {
        "REQUEST_METHOD": "POST", "PATH_INFO": "/v1/decide", "SCRIPT_NAME": "", "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "8000", "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.url_scheme": "http",
        "wsgi.version": (1, 0), "wsgi.errors": io.StringIO(), "wsgi.multithread": True, "wsgi.multiprocess": False,
        "wsgi.run_once": False, "CONTENT_TYPE": "application/json", "CONTENT_LENGTH": str(len(raw)),
        "HTTP_ORIGIN": ORIGIN, "HTTP_X_COUNTRY": "IE", "HTTP_USER_AGENT": "Mozilla/5.0 (Linux; Android 15) Mobile",
        "raw": raw,
    }  # fmt: skip
    if passport:
        found["HTTP_COOKIE"] = f"{passport_cookies(SITE, is_https=False).name}={passport}"
    return found


def least_microseconds(acts: Mapping[str, Callable[[int], object]], rounds: int) -> dict[str, float]:
    """Return the CPU time of each act, the least of many short rounds.

    The acts take turns, so that a busy moment of the machine affects all of them.
    """
    least = dict.fromkeys(acts, float("inf"))
    for act in acts.values():
        for number in range(PAGES):
            act(number)
    for turn in range(rounds):
        for name, act in acts.items():
            began = time.thread_time()
            for number in range(REQUESTS):
                act(turn * REQUESTS + number)
            least[name] = min(least[name], (time.thread_time() - began) / REQUESTS * 1e6)
    return least


def caller(app: Flask, passport: str | None) -> Callable[[int], bytes]:
    """Return a function that sends the nth of a hundred page views to the application, in process."""
    environs = [environ(number, passport) for number in range(PAGES)]

    def call(number: int) -> bytes:
        sent = environs[number % PAGES]
        return b"".join(app.wsgi_app({**sent, "wsgi.input": io.BytesIO(sent["raw"])}, lambda *_: None))  # type: ignore[arg-type]

    return call


def parts(app: Flask, passport: str, rounds: int) -> dict[str, float]:
    """Return the cost of each part of a decision for the reader with the full passport."""
    services = services_of(app)
    instant = int(NOW.timestamp())
    schema = DecideSchema()
    raws = [json.dumps(page_view(number)).encode() for number in range(PAGES)]
    views = [DecideSchema().load(page_view(number)) for number in range(PAGES)]
    site = compiled_newsroom(20)
    name = passport_cookies(SITE, is_https=False).name
    context = request_context(SETTINGS, {"X-Country": "IE", "Cookie": f"{name}={passport}"}.get, SITE)
    reader = services.part(PassportSealer).open(passport, SITE, instant)
    if reader is None:
        raise AssertionError("the passport does not open")

    def answered(view: ViewRequest) -> Answer:
        page_view = page_view_of(site, services.part(PassportSealer), view, context, NOW)
        return decide_view(site, services.part(PassportSealer), page_view)

    answer = answered(views[0])
    acts: dict[str, Callable[[int], object]] = {
        "read a body": lambda n: plain_view(raws[n % PAGES]),
        "read a body, by marshmallow": lambda n: schema.load(read_json(raws[n % PAGES])),
        "open the passport": lambda _: services.part(PassportSealer).open(passport, SITE, instant),
        "seal the passport": lambda _: services.part(PassportSealer).seal(reader, SITE, instant),
        "open, count, decide, offer, seal": lambda n: answered(views[n % PAGES]),
        "write the answer": lambda _: answer_json(answer),
    }
    return least_microseconds(acts, rounds)


def print_served(passport: str, seconds: float) -> None:
    """Print the server's CPU time per request, and the requests per second, of the bare route and of decisions."""
    headers = {"Content-Type": "application/json", "X-Country": "IE"}
    cookie = {"Cookie": f"{passport_cookies(SITE, is_https=False).name}={passport}"}
    names = ("bare Flask JSON route", "decide, new reader", "decide, full passport")
    targets = (("BARE", headers), ("DECIDE", headers), ("DECIDE", headers | cookie))
    subjects = [Subject(f"{__spec__.name}:{target}", sent) for target, sent in targets]
    found = served(subjects, page_view, seconds=seconds)
    bare = found[0]
    for name, result in zip(names, found, strict=True):
        cost = f"{result.cpu_microseconds:9.0f} us {result.cpu_microseconds / bare.cpu_microseconds:6.2f} x"
        rate = f"{result.per_second:9.0f} /s {result.per_second / bare.per_second:6.2f} x"
        print(f"{'through granian: ' + name:44}{cost}{rate}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=8.0, help="seconds in all through servers; 0 starts no server")
    given = parser.parse_args()
    acts = {"bare Flask JSON route": caller(bare_app(), None)}
    for count in (20, 100, 500):
        app = decide_app(count)
        acts[f"decide, {count} campaigns, new reader"] = caller(app, None)
        acts[f"decide, {count} campaigns, full passport"] = caller(app, passport_of(app, count))
    costs = least_microseconds(acts, given.rounds)
    bare = costs["bare Flask JSON route"]
    for name, cost in costs.items():
        print(f"{name:44}{cost:9.0f} us {cost / bare:6.2f} x")
    app = decide_app(20)
    for name, cost in parts(app, passport_of(app, 20), given.rounds).items():
        print(f"  {name:42}{cost:9.1f} us")
    print(f"resident memory {psutil.Process().memory_info().rss / 1024 / 1024:.0f} MiB")
    if given.seconds:
        print_served(passport_of(app, 20), given.seconds)


def __getattr__(name: str) -> Flask:
    """Build the applications `BARE` and `DECIDE` when a WSGI server imports them."""
    if name == "BARE":
        return bare_app()
    if name == "DECIDE":
        return decide_app(20)
    raise AttributeError(name)


if __name__ == "__main__":
    main()
