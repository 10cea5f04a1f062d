"""The flusher adds counts from memory to the database, and loses none if the database is unavailable."""

from collections import Counter
from datetime import date
from time import perf_counter

import pytest
from sqlalchemy import Engine, create_engine, text

from service.decisions.tally import Cell, Counted, Happened, HourCell, Tally
from service.insights import flusher as flusher_module
from service.insights.flusher import Flusher
from service.insights.store import DailyCount, daily_counts
from service.insights.view_store import ViewsOnDay, views_by_day

DAY = date(2026, 11, 18)
VIEWED = HourCell("tide", DAY, 10, Happened.VIEWED)
SEEN = Cell("tide", "autumn", "control", DAY, True, Counted.SEEN)


def test_counts_add_up_over_several_flushes(engine: Engine) -> None:
    tally = Tally()
    flusher = Flusher(engine, tally)
    for _ in range(3):
        tally.give_back(Counter([SEEN]))
    tally.give_back(Counter([SEEN._replace(event=Counted.CLICKED)]))
    assert flusher.flush()
    tally.give_back(Counter([SEEN]))
    assert flusher.flush()

    with engine.connect() as connection:
        counts = daily_counts(connection, "tide", DAY, DAY)
        assert counts == [DailyCount(SEEN._replace(event=Counted.CLICKED), 1), DailyCount(SEEN, 4)]
        assert daily_counts(connection, "other", DAY, DAY) == []


def test_counts_stay_in_memory_while_the_database_is_unavailable() -> None:
    tally = Tally()
    tally.give_back(Counter([SEEN]))
    tally.add_view("tide", DAY.toordinal(), 10)
    unreachable = create_engine("postgresql+psycopg://nobody@127.0.0.1:1/none", connect_args={"connect_timeout": 1})

    assert Flusher(unreachable, tally).flush() is False

    assert tally.taken() == Counter({SEEN: 1})
    assert tally.taken_views() == Counter({VIEWED: 1})


def test_page_views_add_up_over_several_flushes(engine: Engine) -> None:
    tally = Tally()
    flusher = Flusher(engine, tally)
    for views in (2, 1):
        for _ in range(views):
            tally.add_view("tide", DAY.toordinal(), 10)
        tally.add_view("tide", DAY.toordinal(), 11)
        assert flusher.flush()

    with engine.connect() as connection:
        found = views_by_day(connection, "tide", DAY, DAY, 11)
        assert found == [ViewsOnDay(DAY, Happened.VIEWED, 5, 3)]
        assert views_by_day(connection, "tide", date(2026, 11, 19), date(2026, 11, 20), 11) == []
        assert views_by_day(connection, "other", DAY, DAY, 11) == []


def test_a_database_that_hangs_delays_a_stop_only_for_a_while(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flusher_module, "STOP_SECONDS", 0.3)
    tally = Tally()
    flusher = Flusher(engine, tally, seconds=60)
    flusher.start()
    tally.give_back(Counter([SEEN]))
    with engine.begin() as connection:
        connection.execute(text("LOCK TABLE prompt_counts IN SHARE MODE"))
        began = perf_counter()

        flusher.stop()

        assert 0.3 <= perf_counter() - began < 3

    monkeypatch.setattr(flusher_module, "STOP_SECONDS", 30)
    flusher.stop()
    with engine.connect() as connection:
        assert daily_counts(connection, "tide", DAY, DAY) == [DailyCount(SEEN, 1)]


def test_stopping_the_flusher_flushes_the_last_counts(engine: Engine) -> None:
    tally = Tally()
    flusher = Flusher(engine, tally, seconds=60)
    flusher.start()
    tally.give_back(Counter([SEEN]))

    flusher.stop()

    with engine.connect() as connection:
        assert daily_counts(connection, "tide", DAY, DAY) == [DailyCount(SEEN, 1)]
