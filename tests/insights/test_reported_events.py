"""All processes together count each event of a prompt once, and forget it when the prompt's token has expired."""

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine, text
from structlog.testing import capture_logs

from service.decisions.prompt_token import TOKEN_SECONDS
from service.decisions.tally import Cell, Counted, ReportedEvent, Tally, reported_event
from service.insights import reported_events
from service.insights.flusher import Flusher
from service.insights.reported_event_store import add_new_reports
from service.insights.reported_events import KEPT_DAYS, forget_reported_events
from service.insights.store import DailyCount, daily_counts
from service.services import Services

DAY = date(2026, 11, 18)
SHOWN_AT = int(datetime(2026, 11, 18, 10, 30, tzinfo=UTC).timestamp())
SEEN = Cell("tide", "autumn", "control", DAY, True, Counted.SEEN)
CLICKED = SEEN._replace(event=Counted.CLICKED)


def saved(engine: Engine) -> list[ReportedEvent]:
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT day, fingerprint FROM reported_events ORDER BY 1, 2"))
        return [ReportedEvent(row.day, bytes(row.fingerprint)) for row in rows]


def counted(engine: Engine) -> Sequence[DailyCount]:
    with engine.connect() as connection:
        return daily_counts(connection, "tide", DAY, DAY)


def reports(count: int) -> dict[ReportedEvent, Cell]:
    return {reported_event(f"seen:{number}", SHOWN_AT): SEEN for number in range(count)}


def test_an_event_that_several_processes_report_counts_once_whenever_they_save_it(engine: Engine) -> None:
    processes = [Tally() for _ in range(3)]
    for tally in processes:
        for event, cell in (("seen", SEEN), ("clicked", CLICKED)):
            reported = reported_event(f"{event}:dec_1:autumn", SHOWN_AT)
            assert tally.is_first(reported)
            assert not tally.is_first(reported)
            tally.add_report(reported, cell)
        assert Flusher(engine, tally).flush()

    assert counted(engine) == [DailyCount(CLICKED, 1), DailyCount(SEEN, 1)]


def test_processes_that_save_the_same_events_at_once_wait_for_each_other(engine: Engine) -> None:
    count, processes = 2000, 4
    tallies = [Tally() for _ in range(processes)]
    for tally, events in zip(tallies, [list(reports(count)), list(reports(count))[::-1]] * 2, strict=True):
        for event in events:
            tally.add_report(event, SEEN)

    with ThreadPoolExecutor(processes) as pool:
        assert all(pool.map(lambda tally: Flusher(engine, tally).flush(), tallies))

    assert counted(engine) == [DailyCount(SEEN, count)]


def test_while_too_many_events_are_saved_every_report_counts_and_none_is_saved(engine: Engine) -> None:
    with engine.begin() as connection:
        assert add_new_reports(connection, reports(30)) == Counter({SEEN: 30})
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET ROLE NONE"))
        connection.execute(text("ANALYZE reported_events"))

    with engine.begin() as connection, capture_logs() as logs:
        assert add_new_reports(connection, reports(40), most=20) == Counter({SEEN: 40})

    assert [line["event"] for line in logs] == ["reported_events_full"]
    assert len(saved(engine)) == 30


def test_events_are_kept_for_as_long_as_a_prompt_token_works_then_deleted_in_batches(
    services: Services, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reported_events, "BATCH_SIZE", 3)
    now = services.clock()
    shown_at = int(now.timestamp())
    ages = [0, TOKEN_SECONDS, TOKEN_SECONDS * KEPT_DAYS] + [TOKEN_SECONDS * (KEPT_DAYS + 1)] * 7
    events = [reported_event(f"seen:{number}", shown_at - age) for number, age in enumerate(ages)]
    with engine.begin() as connection:
        add_new_reports(connection, dict.fromkeys(events, SEEN))

    forget_reported_events(services)

    assert saved(engine) == sorted(events[:3])

    forget_reported_events(replace(services, clock=lambda: now + timedelta(days=KEPT_DAYS + 1)))

    assert saved(engine) == []
