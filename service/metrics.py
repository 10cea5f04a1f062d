"""What is counted and timed, by name, in one registry per application. Labels never hold anything about a reader."""

from bisect import bisect_left
from collections import Counter as Counts
from collections import deque
from collections.abc import Iterator
from itertools import accumulate
from threading import Lock

from prometheus_client import CollectorRegistry, Counter, Gauge, Metric, generate_latest
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector

DECISION_SECONDS_BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0)


MANY_NOTES = 256


class DecisionCounts(Collector):
    """Decisions by site and outcome, and how long they took.

    Counted at every page view, so a request only leaves a note; notes are added up when there are many, and when read.
    """

    def __init__(self) -> None:
        self._notes: deque[tuple[str, str, float]] = deque()
        self._lock = Lock()
        self._outcomes = Counts[tuple[str, str]]()
        self._buckets = [0] * (len(DECISION_SECONDS_BUCKETS) + 1)
        self._seconds = 0.0

    def count(self, site: str, outcome: str, seconds: float) -> None:
        self._notes.append((site, outcome, seconds))
        if len(self._notes) >= MANY_NOTES:
            self._add_up()

    def _add_up(self) -> None:
        with self._lock:
            while self._notes:
                site, outcome, seconds = self._notes.popleft()
                self._outcomes[site, outcome] += 1
                self._buckets[bisect_left(DECISION_SECONDS_BUCKETS, seconds)] += 1
                self._seconds += seconds

    def collect(self) -> Iterator[Metric]:
        self._add_up()
        with self._lock:
            outcomes, below, seconds = self._outcomes.copy(), accumulate(self._buckets), self._seconds
            buckets = list(zip([*map(str, DECISION_SECONDS_BUCKETS), "+Inf"], below, strict=True))
        decisions = CounterMetricFamily(
            "keepopen_decisions", "Decisions by site and outcome", labels=("site", "outcome")
        )
        for labels, count in outcomes.items():
            decisions.add_metric(labels, count)
        yield decisions
        yield HistogramMetricFamily("keepopen_decision_seconds", "Time to decide", buckets, seconds)


class Metrics:
    """The counters, each documented in docs/operate.md; `exposition` gives them in Prometheus' text format."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.decisions = DecisionCounts()
        self.registry.register(self.decisions)
        self.prompt_events = Counter(
            "keepopen_prompt_events_total", "Seen, dismissed, clicked", ["site", "event"], registry=self.registry
        )
        self.webhooks = Counter(
            "keepopen_webhooks_total", "Deliveries by type and result", ["type", "result"], registry=self.registry
        )
        self.events = Gauge(
            "keepopen_events", "Events of Stripe's that wait, or were given up", ["state"], registry=self.registry
        )
        self.worker_seen_seconds = Gauge(
            "keepopen_worker_seen_seconds", "Time since a worker was last alive", registry=self.registry
        )
        self.mail = Gauge(
            "keepopen_mail", "Mail that waits to be sent, or could not be sent", ["state"], registry=self.registry
        )
        self.checkouts = Counter(
            "keepopen_checkouts_total", "Checkouts started or refused", ["site", "result"], registry=self.registry
        )
        self.config_age_seconds = Gauge(
            "keepopen_config_age_seconds", "Age of the campaigns in memory", registry=self.registry
        )
        self.config_alarms = Gauge(
            "keepopen_config_alarms", "Sites and campaigns that could not be read", registry=self.registry
        )
        self.ledger_check = Gauge(
            "keepopen_ledger_check",
            "1 if an invariant of the books held when last looked at, else 0",
            ["number", "name"],
            registry=self.registry,
        )

    def exposition(self) -> bytes:
        return generate_latest(self.registry)
