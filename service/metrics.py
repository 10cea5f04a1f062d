"""What is counted and timed, by name, in one registry per application. Labels never hold anything about a reader."""

from functools import cache

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

DECISION_SECONDS_BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0)


class Metrics:
    """The counters, each documented in docs/operate.md; `exposition` gives them in Prometheus' text format."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.decisions = Counter(
            "keepopen_decisions_total", "Decisions by site and outcome", ["site", "outcome"], registry=self.registry
        )
        self.decided = cache(self.decisions.labels)  # finding a child by its labels costs more than counting
        self.decision_seconds = Histogram(
            "keepopen_decision_seconds", "Time to decide", buckets=DECISION_SECONDS_BUCKETS, registry=self.registry
        )
        self.prompt_events = Counter(
            "keepopen_prompt_events_total", "Seen, dismissed, clicked", ["site", "event"], registry=self.registry
        )
        self.webhooks = Counter(
            "keepopen_webhooks_total", "Deliveries by type and result", ["type", "result"], registry=self.registry
        )
        self.events = Gauge(
            "keepopen_events", "Events of Stripe's that wait, or were given up", ["state"], registry=self.registry
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
