"""Several processes of a machine: the metrics are those of the machine, and an event of a prompt counts once."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection

import psutil
import requests

from infra.bench.newsroom import page_view
from service.database.embedded import stop_embedded
from service.demo.processes import Ports
from service.demo.seed import seed, site_document
from service.demo.settings import SECRET_KEY
from tests.recovery.conftest import Installation, wait_until
from tests.recovery.serving import HOST, Served, serving

DECISIONS = 10_000
WORKERS = 4  # each with a back office
CALLERS = 20
ORIGIN = site_document(Ports())["origins"][0]
BODY = json.dumps({**page_view(1), "site": "courier"})


def decide(served: Served, count: int) -> int:
    """Ask for decisions on new connections now and then, so that all processes get some. Return how many were made."""
    made = 0
    for first in range(0, count, 25):
        connection = HTTPConnection(HOST, served.port, timeout=30)
        for _ in range(min(25, count - first)):
            connection.request("POST", "/v1/decide", BODY, {"Origin": ORIGIN, "Content-Type": "application/json"})
            response = connection.getresponse()
            response.read()
            made += response.status == 200
        connection.close()
    return made


def scrape(served: Served, name: str) -> float:
    """Return the sum of a metric over its labels."""
    text = served.ask("/metrics", seconds=30)[2].decode()
    return sum(float(number) for number in re.findall(rf"^{name}(?:{{.*}})? (\S+)$", text, re.MULTILINE))


def kill_worker(served: Served) -> None:
    """Kill a process that answers requests, as the system does if memory runs out."""
    workers = [child for child in psutil.Process(served.pid).children() if "tracker" not in str(child.cmdline())]
    workers[0].kill()
    workers[0].wait()


def test_a_scrape_counts_all_processes_also_those_that_were_killed(installation: Installation) -> None:
    seed(installation.address, Ports(), installation.var_dir)
    with serving(installation, "--workers", str(WORKERS), SECRET_KEYS=SECRET_KEY) as served:
        wait_until(lambda: scrape(served, "keepopen_processes") == 2 * WORKERS)

        with ThreadPoolExecutor(CALLERS) as pool:
            made = sum(pool.map(decide, [served] * CALLERS, [DECISIONS // CALLERS] * CALLERS))

        assert made == DECISIONS
        assert {scrape(served, "keepopen_decisions_total") for _ in range(10)} == {DECISIONS}
        assert scrape(served, "keepopen_decision_seconds_count") == DECISIONS
        assert scrape(served, "keepopen_database_up") == 1

        kill_worker(served)
        wait_until(lambda: scrape(served, "keepopen_processes") == 2 * WORKERS)

        assert {scrape(served, "keepopen_decisions_total") for _ in range(10)} == {DECISIONS}

    events = {json.loads(line)["event"] for line in installation.output.read_text().splitlines()}
    assert {"server_message", "campaigns_loaded"} <= events

    with serving(installation, SECRET_KEYS=SECRET_KEY) as served:
        assert decide(served, 10) == 10
        assert scrape(served, "keepopen_decisions_total") == DECISIONS + 10
        stop_embedded(installation.var_dir)

        assert scrape(served, "keepopen_database_up") == 0
        assert scrape(served, "keepopen_decisions_total") == DECISIONS + 10
        assert "keepopen_events" not in served.ask("/metrics", seconds=30)[2].decode()


def prompt_token(served: Served) -> str:
    """Return the token of the prompt that a reader gets on the third article."""
    with requests.Session() as browser:
        for number in range(3):
            page = {"view_id": f"v{number}", "page_id": f"/a{number}", "page_type": "article"}
            view = {"site": "courier", "consent": "full", "placements": ["article_top"], **page}
            answer = browser.post(f"http://{HOST}:{served.port}/v1/decide", json=view, headers={"Origin": ORIGIN})
    token: str = answer.json()["prompts"][0]["prompt_token"]
    return token


def report(served: Served, token: str, event: str, event_id: str) -> None:
    """Report an event on a new connection, which any of the processes may get, without a passport."""
    body = {"site": "courier", "prompt_token": token, "event": event, "event_id": event_id}
    answer = requests.post(f"http://{HOST}:{served.port}/v1/events", json=body, headers={"Origin": ORIGIN})
    assert answer.ok, answer.text


def test_events_of_a_prompt_count_once_whichever_processes_they_are_reported_to(installation: Installation) -> None:
    seed(installation.address, Ports(), installation.var_dir)
    counts = "SELECT event, sum(count)::int FROM prompt_counts WHERE event <> 'shown' GROUP BY event ORDER BY event"
    on_loopback = {"SECRET_KEYS": SECRET_KEY, "PUBLIC_URL": f"http://{HOST}"}  # so that cookies need no TLS
    with serving(installation, "--workers", "2", **on_loopback) as served:
        wait_until(lambda: scrape(served, "keepopen_processes") == 4)
        token = prompt_token(served)
        for number in range(40):
            report(served, token, "seen", f"s{number}")
            report(served, token, "clicked", "the same id")
        assert scrape(served, "keepopen_prompt_events_total") > 2, "several processes got reports"

    assert installation.rows(counts) == [("clicked", 1), ("seen", 1)]

    with serving(installation, **on_loopback) as served:
        for event in ("seen", "clicked", "dismissed"):
            report(served, token, event, "after a restart")

    assert installation.rows(counts) == [("clicked", 1), ("dismissed", 1), ("seen", 1)]
