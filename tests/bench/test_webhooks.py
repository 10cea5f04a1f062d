"""A small run of the webhook benchmark: it measures both routes, and no event is lost."""

import tempfile
from pathlib import Path

from infra.bench.webhook_burst import Burst
from infra.bench.webhook_rate import Rate
from infra.bench.webhooks import Figures, Sizes, measure


def burst(**changes: float) -> Burst:
    good = {"sent": 5, "accepted": 5, "inbox_rows": 5, "waiting": 0, "entries": 5}
    times = {"answer_p50": 0.1, "answer_p99": 0.2, "ledger_p50": 1.0, "ledger_p99": 2.0}
    return Burst(**{**good, **times, **changes})  # type: ignore[arg-type]


def test_a_small_run_loses_no_event_and_measures_both_routes() -> None:
    # Not `tmp_path`: pytest closes it to other users, and PostgreSQL may run as one.
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(Path(folder), Sizes(rate_events=32, rounds=1, burst=8))

    assert figures.burst.is_whole
    assert min(figures.bare.per_second, figures.webhook.per_second, figures.ratio) > 0
    assert "8 inbox rows, 0 unfinished, 8 entries" in figures.table()


def test_every_missed_target_is_named() -> None:
    bad = Figures(burst(entries=4, ledger_p99=61.0), Rate(1000, 1.0), Rate(500, 2.0), ratio=0.5, cpu_ratio=0.5)
    good = Figures(burst(), Rate(1000, 1.0), Rate(900, 1.1), ratio=0.9, cpu_ratio=0.9)

    assert len(bad.misses()) == 3
    assert good.misses() == []
