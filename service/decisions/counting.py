"""What operators see of decisions: how many, with which outcome, how long they took; faults with their type alone."""

import structlog

from service.decisions.act import Answer
from service.metrics import Metrics

log = structlog.get_logger()


def count_decision(metrics: Metrics, site: str, answer: Answer, seconds: float) -> None:
    """Count one answer; a fault inside, which the reader never notices, is logged."""
    if answer.fault is not None:
        log.error("decision_failed", site=site, error_type=answer.fault)
    outcome = "fault" if answer.fault else "prompt" if answer.prompts else "silence"
    metrics.decisions.labels(site, outcome).inc()
    metrics.decision_seconds.observe(seconds)
