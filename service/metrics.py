"""The metrics of an application, in a Prometheus registry of its own. No label contains anything about a reader."""

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
MAX_PENDING = 256


class DecisionCounts(Collector):
    """The number of decisions by site and outcome, and how long they took.

    Counting must be cheap, because every page view counts. So a request only appends to a list, and the list is added
    up when it has MAX_PENDING entries and when the metrics are read.
    """

    def __init__(self) -> None:
        self._pending: deque[tuple[str, str, float]] = deque()
        self._lock = Lock()
        self._outcomes = Counts[tuple[str, str]]()
        self._buckets = [0] * (len(DECISION_SECONDS_BUCKETS) + 1)
        self._seconds = 0.0

    def count(self, site: str, outcome: str, seconds: float) -> None:
        """Count a decision of a site with its outcome and duration."""
        self._pending.append((site, outcome, seconds))
        if len(self._pending) >= MAX_PENDING:
            self._add_up()

    def _add_up(self) -> None:
        with self._lock:
            while self._pending:
                site, outcome, seconds = self._pending.popleft()
                self._outcomes[site, outcome] += 1
                self._buckets[bisect_left(DECISION_SECONDS_BUCKETS, seconds)] += 1
                self._seconds += seconds

    def collect(self) -> Iterator[Metric]:
        """Yield the metrics for Prometheus."""
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
    """All metrics of an application. docs/operate.md describes each of them."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.decisions = DecisionCounts()
        self.registry.register(self.decisions)
        self.prompt_events = Counter(
            "keepopen_prompt_events_total",
            "Prompts seen, dismissed or clicked",
            ["site", "event"],
            registry=self.registry,
        )
        self.webhooks = Counter(
            "keepopen_webhooks_total", "Webhooks by type and result", ["type", "result"], registry=self.registry
        )
        self.events = Gauge(
            "keepopen_events", "Stripe events that wait or have failed for good", ["state"], registry=self.registry
        )
        self.worker_seen_seconds = Gauge(
            "keepopen_worker_seen_seconds", "Time since a worker was last alive", registry=self.registry
        )
        self.mail = Gauge(
            "keepopen_mail", "Mail that waits to be sent, or could not be sent", ["state"], registry=self.registry
        )
        self.errors = Counter(
            "keepopen_errors_total", "Requests that ended with an error of ours", ["route"], registry=self.registry
        )
        self.checkouts = Counter(
            "keepopen_checkouts_total", "Checkouts started or refused", ["site", "result"], registry=self.registry
        )
        self.refused_requests = Counter(
            "keepopen_refused_requests_total",
            "Requests refused because their lane was full, or their body was late or too long",
            ["lane", "code"],
            registry=self.registry,
        )
        self.config_age_seconds = Gauge(
            "keepopen_config_age_seconds", "Age of the campaigns in memory", registry=self.registry
        )
        self.config_alarms = Gauge(
            "keepopen_config_alarms", "Sites and campaigns that could not be read", registry=self.registry
        )
        self.ledger_check = Gauge(
            "keepopen_ledger_check",
            "1 if an invariant of the books held at the last check, else 0",
            ["number", "name"],
            registry=self.registry,
        )

    def exposition(self) -> bytes:
        """Return all metrics in Prometheus' text format."""
        return generate_latest(self.registry)
