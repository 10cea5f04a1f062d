"""A Prometheus on loopback that holds half an hour of what the service itself answered at /metrics."""

import json
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import socket
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from tests.infra.programs import program, run

HOST = "127.0.0.1"
MINUTES, INSTANCES = 30, ("a", "b")
COUNTERS = {"counter", "histogram"}
START_SECONDS = 60.0


@dataclass(frozen=True)
class Prometheus:
    """A running server, and the time of its last sample."""

    port: int
    last: int

    def answer(self, expression: str) -> list[dict[str, Any]]:
        """Return the series of an instant query at the time of the last sample. Fail if it is not a valid query."""
        asked = urllib.parse.urlencode({"query": expression, "time": self.last})
        with urllib.request.urlopen(f"http://{HOST}:{self.port}/api/v1/query?{asked}", timeout=30) as answer:
            found: list[dict[str, Any]] = json.load(answer)["data"]["result"]
        return found


def names(exposition: str) -> set[str]:
    """Return the names of all samples in an answer of /metrics."""
    families = text_string_to_metric_families(exposition)
    return {sample.name for family in families for sample in family.samples}


def openmetrics(exposition: str, last: int) -> Iterator[str]:
    """Yield samples of two machines until the Unix time `last`. Counters grow by their value each minute."""
    for family in text_string_to_metric_families(exposition):
        kind = "counter" if family.type in COUNTERS else "gauge"
        for name in sorted({sample.name for sample in family.samples}):
            # Every sample is a family of its own, because OpenMetrics allows counters only the name `_total`.
            yield f"# TYPE {name.removesuffix('_total')} {kind if name.endswith('_total') else 'unknown'}"
            for sample in (sample for sample in family.samples if sample.name == name):
                for instance in INSTANCES:
                    labels = {**sample.labels, "instance": instance, "job": "keepopen"}
                    written = ",".join(f'{key}="{value}"' for key, value in labels.items())
                    for minute in range(MINUTES + 1):
                        value = sample.value * (1 + minute) if family.type in COUNTERS else sample.value
                        yield f"{name}{{{written}}} {value} {last - 60 * (MINUTES - minute)}"
    yield "# EOF"


@contextmanager
def prometheus(exposition: str, folder: Path) -> Iterator[Prometheus]:
    """Run a server with these samples until the end of the block."""
    last = int(time.time()) - 60
    (folder / "samples").write_text("\n".join(openmetrics(exposition, last)) + "\n", encoding="utf-8")
    (folder / "prometheus.yml").write_text("scrape_configs: []\n", encoding="utf-8")
    made = run("promtool", "tsdb", "create-blocks-from", "openmetrics", str(folder / "samples"), str(folder / "data"))
    assert made.returncode == 0, made.stdout
    with socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    options = [f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data"]
    command = [program("prometheus"), *options, f"--web.listen-address={HOST}:{port}"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        running = Prometheus(port, last)
        _wait(running)
        yield running
    finally:
        process.terminate()
        process.wait()


def _wait(running: Prometheus) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            running.answer("vector(1)")
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise AssertionError("Prometheus did not start")
