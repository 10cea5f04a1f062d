"""It is known of every process whether a pause is in force there, and after how long."""

import pytest
from sqlalchemy import Connection, Engine, text

from service.campaigns.editing import Author, begin_pause, save_site
from service.campaigns.snapshot.holders_store import InForce, pause_in_force, save_holder
from service.campaigns.snapshot.reporting import Reporter
from service.campaigns.store import current_number, next_number
from service.campaigns.switch_store import Switch, SwitchScope
from service.database.engine import application_engine
from tests.campaigns.make import NOW, site_document

ITA = Author("Ita", NOW)
COURIER = Switch(SwitchScope.SITE, "courier")


@pytest.fixture
def number(engine: Engine) -> int:
    """The snapshot's number of a pause of the site."""
    save_site(engine, site_document(), ITA)
    with engine.begin() as connection:
        save_holder(connection, "one", current_number(connection))
        save_holder(connection, "two", current_number(connection))
        begin_pause(connection, COURIER, ITA)
        return current_number(connection)


def pass_by(connection: Connection, holder: str, seconds: float) -> None:
    """Let a holder be seen so many seconds earlier."""
    statement = "UPDATE snapshot_holders SET seen_at = seen_at - make_interval(secs => :secs) WHERE holder_id = :holder"
    connection.execute(text(statement), {"secs": seconds, "holder": holder})


def test_a_pause_is_in_force_where_its_snapshot_was_loaded(engine: Engine, number: int) -> None:
    with engine.begin() as connection:
        assert pause_in_force(connection, COURIER) == InForce(2, 0, None)
        save_holder(connection, "one", number)
        some = pause_in_force(connection, COURIER)
    with engine.begin() as connection:
        save_holder(connection, "two", number)
        everywhere = pause_in_force(connection, COURIER)

    assert (some, some.is_everywhere) == (InForce(2, 1, None), False)
    assert everywhere.is_everywhere
    assert everywhere.seconds is not None
    assert 0 < everywhere.seconds < 60


def test_after_a_later_change_the_seconds_are_not_known_any_more(engine: Engine, number: int) -> None:
    with engine.begin() as connection:
        save_holder(connection, "one", number)
        save_holder(connection, "two", next_number(connection))

        assert pause_in_force(connection, COURIER) == InForce(2, 2, None)


def test_a_process_that_is_silent_does_not_count(engine: Engine, number: int) -> None:
    with engine.begin() as connection:
        save_holder(connection, "one", number)
        pass_by(connection, "two", 16)
        assert pause_in_force(connection, COURIER).process_count == 1
        pass_by(connection, "one", 16)
        assert pause_in_force(connection, COURIER) == InForce(0, 0, None)
        assert not pause_in_force(connection, COURIER).is_everywhere


def test_a_process_that_is_long_gone_is_forgotten(engine: Engine, number: int) -> None:
    with engine.begin() as connection:
        pass_by(connection, "two", 3601)
        save_holder(connection, "one", number)

        assert connection.execute(text("SELECT holder_id FROM snapshot_holders")).scalars().all() == ["one"]


def test_an_equal_snapshot_keeps_the_time_at_which_it_was_loaded(engine: Engine, number: int) -> None:
    query = text("SELECT loaded_at, seen_at FROM snapshot_holders WHERE holder_id = 'one'")
    with engine.begin() as connection:
        save_holder(connection, "one", number)
        before = connection.execute(query).one()
        save_holder(connection, "one", number)
        after = connection.execute(query).one()

    assert after.loaded_at == before.loaded_at
    assert after.seen_at > before.seen_at


def test_a_reporter_repeats_itself_only_if_the_snapshot_changed_or_after_a_while(engine: Engine) -> None:
    reporter = Reporter(engine)
    for number in (1, 1, 1, 2):
        reporter.report(number)

    with engine.begin() as connection:
        assert connection.execute(text("SELECT number FROM snapshot_holders")).scalars().all() == [2]


def test_a_database_that_is_away_does_not_stop_the_reporter() -> None:
    gone = application_engine("postgresql://nobody@127.0.0.1:9/nothing")

    Reporter(gone).report(1)

    gone.dispose()
