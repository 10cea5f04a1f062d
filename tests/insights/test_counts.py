"""Counts from memory to the database."""

from collections import Counter
from datetime import date
from threading import Thread

from sqlalchemy import Engine, create_engine

from service.decisions.tally import MAX_WAITING, Cell, Counted, Tally
from service.insights.flusher import Flusher
from service.insights.store import DailyCount, add_counts, daily_counts, seen_by_variant

DAY = date(2026, 11, 18)
SEEN = Cell("tide", "autumn", "control", DAY, True, Counted.SEEN)


def test_counts_add_up_over_flushes(engine: Engine) -> None:
    tally = Tally()
    flusher = Flusher(engine, tally)
    for _ in range(3):
        tally.add(SEEN)
    tally.add(SEEN._replace(event=Counted.CLICKED))
    assert flusher.flush()
    tally.add(SEEN)
    assert flusher.flush()

    with engine.connect() as connection:
        found = daily_counts(connection, "tide", DAY, DAY)
        assert found == [DailyCount(SEEN._replace(event=Counted.CLICKED), 1), DailyCount(SEEN, 4)]
        assert daily_counts(connection, "other", DAY, DAY) == []


def test_only_readers_in_the_experiment_count_for_its_results(engine: Engine) -> None:
    counts = Counter({SEEN: 5, SEEN._replace(is_counted=False): 7, SEEN._replace(variant="b"): 2})

    with engine.begin() as connection:
        add_counts(connection, counts)
        assert seen_by_variant(connection, "tide", "autumn") == {"control": 5, "b": 2}


def test_counts_wait_while_the_database_is_away() -> None:
    tally = Tally()
    tally.add(SEEN)
    nowhere = create_engine("postgresql+psycopg://nobody@127.0.0.1:1/none", connect_args={"connect_timeout": 1})

    assert Flusher(nowhere, tally).flush() is False

    assert tally.taken() == Counter({SEEN: 1})


def test_what_waits_is_bounded() -> None:
    tally = Tally()
    for _ in range(MAX_WAITING + 10):
        tally.add(SEEN)

    assert tally.taken().total() == MAX_WAITING


def test_requests_at_once_lose_no_count() -> None:
    tally = Tally()

    def count() -> None:
        for _ in range(1000):
            tally.add(SEEN)

    threads = [Thread(target=count) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert tally.taken() == Counter({SEEN: 8000})


def test_the_thread_flushes_when_it_is_stopped(engine: Engine) -> None:
    tally = Tally()
    flusher = Flusher(engine, tally, seconds=60)
    flusher.start()
    tally.add(SEEN)

    flusher.stop()

    with engine.connect() as connection:
        assert daily_counts(connection, "tide", DAY, DAY) == [DailyCount(SEEN, 1)]
