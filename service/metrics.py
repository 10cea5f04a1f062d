"""The metrics of a machine: counts of all its processes, and states. No label contains anything about a reader."""

import json
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import accumulate
from pathlib import Path

from prometheus_client import CollectorRegistry, Metric, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector

from service.counter_files import OwnCounts

DECISION_SECONDS_BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0)
_BOUNDS = (*map(str, DECISION_SECONDS_BUCKETS), "+Inf")
_SECONDS = "keepopen_decision_seconds"


class LabelledCount:
    """A count with labels. All its values are in the counts of this process."""

    def __init__(self, own: OwnCounts, name: str, about: str, labels: tuple[str, ...]) -> None:
        self._own, self.name, self._about, self._labels = own, name, about, labels
        self._places: dict[tuple[str, ...], int] = {}

    def add(self, *values: str) -> None:
        """Count once with these values of the labels."""
        self._own.add((self.place(*values), 1.0))

    def place(self, *values: str) -> int:
        """Return the place of the count with these values of the labels."""
        place = self._places.get(values)
        if place is None:
            place = self._places[values] = self._own.place(json.dumps((self.name, *values)))
        return place

    def family(self, sums: Iterable[tuple[list[str], float]]) -> Metric:
        """Return the metric for Prometheus from sums, each with its name and the values of its labels."""
        family = CounterMetricFamily(self.name, self._about, labels=self._labels)
        for (name, *values), number in sums:
            if name == self.name and len(values) == len(self._labels):
                family.add_metric(values, number)
        return family


class Metrics:
    """All metrics that processes count themselves. docs/operate.md describes each of them."""

    def __init__(self, folder: Path | None = None) -> None:
        """Count in a file in `folder`, which the processes of a machine share, or in memory if that is None."""
        self._own = OwnCounts(folder)
        self._buckets = [self._own.place(json.dumps((_SECONDS, bound))) for bound in _BOUNDS]
        self._seconds = self._own.place(json.dumps((_SECONDS,)))
        self._decisions = self._count("keepopen_decisions", "Decisions by site and outcome", "site", "outcome")
        self.fail_open = self._count(
            "keepopen_fail_open", "Page views that got no decision, so the article is open", "cause"
        )
        self.prompt_events = self._count(
            "keepopen_prompt_events", "Prompts seen, dismissed or clicked", "site", "event"
        )
        self.webhooks = self._count("keepopen_webhooks", "Webhooks by type and result", "type", "result")
        self.errors = self._count("keepopen_errors", "Requests that ended with an error of ours", "route")
        self.checkouts = self._count("keepopen_checkouts", "Checkouts started or refused", "site", "result")
        self.refused_requests = self._count(
            "keepopen_refused_requests",
            "Requests refused because their lane was full, or their body was late or too long",
            "lane",
            "code",
        )

    def _count(self, name: str, about: str, *labels: str) -> LabelledCount:
        return LabelledCount(self._own, name, about, labels)

    def count_decision(self, site: str, outcome: str, seconds: float) -> None:
        """Count a decision of a site with its outcome and duration."""
        bucket = self._buckets[bisect_left(DECISION_SECONDS_BUCKETS, seconds)]
        self._own.add((self._decisions.place(site, outcome), 1.0), (bucket, 1.0), (self._seconds, seconds))

    def close(self) -> None:
        """Stop counting in the file of this process."""
        self._own.close()

    def campaigns_confirmed(self, confirmed_at: float, alarms: int) -> None:
        """Note when the campaigns in memory last matched the database (a Unix time), and what was left out of them."""
        self._own.set("confirmed_at", confirmed_at)
        self._own.set("alarms", float(alarms))

    def families(self, now: float) -> Iterator[Metric]:
        """Yield all metrics, summed over the processes of this machine. States are those of the worst process."""
        sums = [(json.loads(key), number) for key, number in self._own.sums().items()]
        for count in vars(self).values():
            if isinstance(count, LabelledCount):
                yield count.family(sums)
        yield _histogram({tuple(key): number for key, number in sums})
        states = self._own.states()
        yield GaugeMetricFamily("keepopen_processes", "Processes of this machine that answer requests", len(states))
        loaded = [state for state in states if "confirmed_at" in state]
        if loaded:
            age = max(0.0, now - min(state["confirmed_at"] for state in loaded))
            yield GaugeMetricFamily("keepopen_config_age_seconds", "Age of the oldest campaigns in memory", age)
            alarms = max(state["alarms"] for state in loaded)
            yield GaugeMetricFamily("keepopen_config_alarms", "Sites and campaigns that could not be read", alarms)


class _Families(Collector):
    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterable[Metric]:
        """Return the metrics."""
        return self._families


def exposition(families: Iterable[Metric]) -> bytes:
    """Return metrics in Prometheus' text format."""
    registry = CollectorRegistry()
    registry.register(_Families(list(families)))
    return generate_latest(registry)


def _histogram(sums: dict[tuple[str, ...], float]) -> Metric:
    below = accumulate(sums.get((_SECONDS, bound), 0.0) for bound in _BOUNDS)
    buckets = list(zip(_BOUNDS, below, strict=True))
    return HistogramMetricFamily(_SECONDS, "Time to decide", buckets, sums.get((_SECONDS,), 0.0))
