"""Counts add up over threads and over processes, also those that have ended, and never fall."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import pytest

from service import counter_files
from service.counter_files import ENDING, OwnCounts
from service.metrics import DECISION_SECONDS_BUCKETS, Metrics, exposition

ROOT = Path(__file__).parents[1]
Make = Callable[..., Metrics]
COUNT_AND_END = """
import os, signal, sys
from pathlib import Path
from service.metrics import Metrics
metrics = Metrics(Path(sys.argv[1]))
for _ in range(int(sys.argv[2])):
    metrics.count_decision("tide", "prompt", 0.001)
metrics.campaigns_confirmed(1.0, 9)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def make_metrics(tmp_path: Path) -> Iterator[Make]:
    """Make the metrics of a process that shares `tmp_path` with others."""
    made = []

    def make(folder: Path = tmp_path) -> Metrics:
        made.append(Metrics(folder))
        return made[-1]

    yield make
    for metrics in made:
        metrics.close()


def lines_of(metrics: Metrics, prefix: str = "keepopen_decision") -> list[str]:
    return [line for line in exposition(metrics.families(100.0)).decode().splitlines() if line.startswith(prefix)]


def tide(count: float) -> str:
    return f'keepopen_decisions_total{{outcome="prompt",site="tide"}} {count}'


def count_in_killed_process(folder: Path, count: int) -> None:
    subprocess.run([sys.executable, "-c", COUNT_AND_END, str(folder), str(count)], cwd=ROOT, check=False, timeout=60)


def test_every_decision_is_counted_by_site_outcome_and_duration() -> None:
    metrics = Metrics()
    for _ in range(300):
        metrics.count_decision("tide", "prompt", DECISION_SECONDS_BUCKETS[0])
    metrics.count_decision("courier", "silence", 5.0)

    lines = lines_of(metrics)

    assert tide(300.0) in lines
    assert 'keepopen_decisions_total{outcome="silence",site="courier"} 1.0' in lines
    assert f'keepopen_decision_seconds_bucket{{le="{DECISION_SECONDS_BUCKETS[0]}"}} 300.0' in lines
    assert 'keepopen_decision_seconds_bucket{le="1.0"} 300.0' in lines
    assert 'keepopen_decision_seconds_bucket{le="+Inf"} 301.0' in lines
    assert "keepopen_decision_seconds_count 301.0" in lines
    assert lines_of(metrics) == lines


@pytest.mark.parametrize("is_shared", [False, True])
def test_threads_that_count_at_once_lose_no_count(make_metrics: Make, *, is_shared: bool) -> None:
    metrics = make_metrics() if is_shared else Metrics()

    def count() -> None:
        for _ in range(5_000):
            metrics.count_decision("tide", "prompt", 0.001)

    threads = [Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert tide(20000.0) in lines_of(metrics)


def test_counts_of_killed_processes_stay_and_are_counted_once(tmp_path: Path, make_metrics: Make) -> None:
    first = make_metrics()
    first.count_decision("tide", "prompt", 0.001)
    count_in_killed_process(tmp_path, 10)
    count_in_killed_process(tmp_path, 100)  # its start folds the counts of the first one

    assert tide(111.0) in lines_of(first)

    later = make_metrics()

    assert tide(111.0) in lines_of(later)
    assert tide(111.0) in lines_of(first)
    assert len(list(tmp_path.glob(f"*{ENDING}"))) == 2
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}


def test_a_crash_while_counts_are_folded_counts_nothing_twice(
    tmp_path: Path, make_metrics: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    count_in_killed_process(tmp_path, 10)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", lambda _: None)  # the crash comes before the folded file is deleted
        counter_files.fold_ended(tmp_path)

    assert tide(10.0) in lines_of(make_metrics())
    assert tide(10.0) in lines_of(make_metrics())


def test_states_are_those_of_the_worst_process_that_runs(tmp_path: Path, make_metrics: Make) -> None:
    count_in_killed_process(tmp_path, 1)  # it had nine alarms
    old, new = make_metrics(), make_metrics()
    old.campaigns_confirmed(70.0, 1)
    new.campaigns_confirmed(99.0, 0)

    lines = lines_of(new, "keepopen_config") + lines_of(new, "keepopen_processes")

    assert lines == ["keepopen_config_age_seconds 30.0", "keepopen_config_alarms 1.0", "keepopen_processes 2.0"]


def test_a_process_counts_for_itself_if_the_folder_cannot_be_used(tmp_path: Path, make_metrics: Make) -> None:
    (tmp_path / "file").touch()
    metrics = make_metrics(tmp_path / "file" / "metrics")

    metrics.count_decision("tide", "prompt", 0.001)

    assert tide(1.0) in lines_of(metrics)


def test_more_kinds_of_counts_than_fit_stop_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counter_files, "FILE_BYTES", 104)
    own = OwnCounts(tmp_path)

    for key in ("first", "second", "third", "third"):
        own.add((own.place(json.dumps([key, "a label of some length"])), 1.0))

    assert own.sums() == {json.dumps(["first", "a label of some length"]): 1.0}
    own.close()


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"files": 1, "counts": 2}'])
def test_damaged_folded_counts_are_left_out(tmp_path: Path, make_metrics: Make, content: bytes) -> None:
    (tmp_path / counter_files.ENDED).write_bytes(content)
    metrics = make_metrics()
    metrics.count_decision("tide", "prompt", 0.001)

    assert tide(1.0) in lines_of(metrics)
