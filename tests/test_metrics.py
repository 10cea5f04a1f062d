"""The counts of decisions add up, however many threads count at once."""

from threading import Thread

import pytest

from service.metrics import DECISION_SECONDS_BUCKETS, MAX_PENDING, Metrics


def lines_of(metrics: Metrics) -> list[str]:
    return [line for line in metrics.exposition().decode().splitlines() if line.startswith("keepopen_decision")]


@pytest.mark.parametrize("count", [1, MAX_PENDING - 1, MAX_PENDING, 3 * MAX_PENDING + 5])
def test_every_decision_is_counted_by_site_and_outcome(count: int) -> None:
    metrics = Metrics()
    for _ in range(count):
        metrics.decisions.count("tide", "prompt", DECISION_SECONDS_BUCKETS[0])
    metrics.decisions.count("courier", "silence", 5.0)

    lines = lines_of(metrics)

    assert f'keepopen_decisions_total{{outcome="prompt",site="tide"}} {float(count)}' in lines
    assert 'keepopen_decisions_total{outcome="silence",site="courier"} 1.0' in lines
    assert f'keepopen_decision_seconds_bucket{{le="{DECISION_SECONDS_BUCKETS[0]}"}} {float(count)}' in lines
    assert f'keepopen_decision_seconds_bucket{{le="1.0"}} {float(count)}' in lines
    assert f'keepopen_decision_seconds_bucket{{le="+Inf"}} {float(count + 1)}' in lines
    assert f"keepopen_decision_seconds_count {float(count + 1)}" in lines
    assert lines_of(metrics) == lines


def test_threads_that_count_at_once_lose_no_count() -> None:
    metrics = Metrics()

    def count() -> None:
        for _ in range(5_000):
            metrics.decisions.count("tide", "prompt", 0.001)

    threads = [Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert 'keepopen_decisions_total{outcome="prompt",site="tide"} 20000.0' in lines_of(metrics)
