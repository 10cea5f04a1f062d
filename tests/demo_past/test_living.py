"""A lived past is in the counts, the ledger and at Stripe with its own times, and all of them agree."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from infra.demo_past.living import Living
from infra.demo_past.plan import (
    DISPUTED_CARD,
    Act,
    Cancellation,
    CardChange,
    Contribution,
    NewCampaign,
    PartialRefund,
    Silence,
    Visit,
)
from infra.demo_past.town import Town, town
from service.demo.processes import free_ports
from service.demo.seed import SITE_KEY, seed
from service.demo.settings import environment
from service.settings import Settings

BEGAN = datetime(2026, 10, 1, 9, tzinfo=UTC)


@pytest.fixture
def lived(settings: Settings, database_address: str, tmp_path: Path) -> Iterator[Town]:
    """A town in which Ann's card failed and was replaced, Ben was refunded, Cleo's bank disputes, and Dan has ended."""
    ports = free_ports()
    seed(database_address, ports, tmp_path)
    base = environment(ports, database_address, tmp_path)["STRIPE_API_BASE"]
    acts: list[Act] = [
        Contribution(BEGAN, "Ann", "10", "month", is_asked=False),
        Contribution(BEGAN + timedelta(days=1), "Dan", "5", "month", is_asked=False),
        *(Visit(BEGAN + timedelta(days=20, hours=hour), 7, 3) for hour in range(2)),
        Contribution(BEGAN + timedelta(days=21), "Ben", "50"),
        PartialRefund(BEGAN + timedelta(days=22), "Ben", "25"),
        CardChange(BEGAN + timedelta(days=23), "Ann", "pm_card_chargeCustomerFail"),
        Cancellation(BEGAN + timedelta(days=24), "Dan"),
        Contribution(BEGAN + timedelta(days=25), "Cleo", "25", card=DISPUTED_CARD),
        CardChange(BEGAN + timedelta(days=33), "Ann", "pm_card_visa"),
        Silence(BEGAN + timedelta(days=34), 3, "An accident"),
        *(Visit(BEGAN + timedelta(days=34, hours=hour), 7, 3) for hour in (1, 3)),
        NewCampaign(BEGAN + timedelta(days=34, hours=4), "winter-banner", date(2026, 11, 6)),
        NewCampaign(BEGAN + timedelta(days=34, hours=5), "members-evening", None),
    ]
    with town(replace(settings, stripe_api_base=base), tmp_path / "state.sqlite", BEGAN) as invented:
        Living(invented, SITE_KEY, ports.newspaper_url).live(acts)
        invented.wait_until(BEGAN + timedelta(days=36))
        invented.settle()
        invented.end()
        yield invented


def rows(engine: Engine, query: str) -> list[tuple[Any, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def test_the_past_is_in_all_books_and_they_agree(lived: Town) -> None:
    engine = lived.services.engine

    people = rows(engine, "SELECT interval, state, paid_minor, refunded_minor FROM contributions ORDER BY created_at")
    assert people == [
        ("month", "active", 2000, 0),
        ("month", "canceled", 500, 0),
        ("one_off", "complete", 5000, 2500),
        ("one_off", "complete", 2500, 0),
    ]
    assert rows(engine, "SELECT status FROM disputes") == [("needs_response",)]
    assert rows(engine, "SELECT count(*) FROM invoices WHERE attempt_count > 1 AND status = 'paid'") == [(1,)]
    assert rows(engine, "SELECT count(*) > 3 FROM payouts WHERE status = 'paid'") == [(True,)]
    assert rows(engine, "SELECT name, detail FROM ledger_checks WHERE NOT is_green") == []
    days = rows(engine, "SELECT DISTINCT day::text FROM prompt_counts WHERE event = 'shown' ORDER BY 1")
    assert days == [("2026-10-21",), ("2026-10-22",), ("2026-10-26",), ("2026-11-04",)]
    pause = "SELECT changed_by, reason, ends_at - changed_at = INTERVAL '3 hours' FROM switches"
    assert rows(engine, pause) == [("Ana Byrne", "An accident", True)]
    asked = "SELECT hour FROM view_counts WHERE day = '2026-11-04' AND event = 'asked'"
    assert rows(engine, asked) == [(12,)]  # not in the pause, which ended at noon
    published = "SELECT key, published_version FROM documents WHERE kind = 'campaign' ORDER BY key"
    assert rows(engine, published) == [("members-evening", None), ("open-for-all", 1), ("winter-banner", 1)]
