"""The snapshot in a file: it is private, opens only for us, and gives way to the database at once."""

import stat
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from service.campaigns.editing import NOW as AT_ONCE
from service.campaigns.editing import Author, pause, publish, save_campaign, save_site
from service.campaigns.experiment import VariantShare
from service.campaigns.snapshot import saved
from service.campaigns.snapshot.holder import SnapshotHolder, Upkeep
from service.campaigns.snapshot.measures_store import save_variant_shares
from service.campaigns.snapshot.saved import SavedSnapshot
from service.campaigns.snapshot.store import read_all
from service.campaigns.store import DocumentKind
from service.campaigns.switch_store import Switch, SwitchScope
from service.database.engine import application_engine
from service.sealing import KeyRing
from tests.campaigns.make import NOW, campaign_document, site_document
from tests.conftest import SettableClock

ITA = Author("Ita", NOW)
KEYS = KeyRing(("a-key-of-the-tests-a-key-of-the-tests",))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "campaigns.snapshot"


@pytest.fixture
def full(engine: Engine, path: Path) -> SavedSnapshot:
    """A file with a site, a published campaign, measured shares and a switch."""
    save_site(engine, site_document(), ITA)
    save_campaign(engine, campaign_document(key="autumn"), ITA)
    publish(engine, DocumentKind.CAMPAIGN, "autumn", AT_ONCE, ITA)
    pause(engine, Switch(SwitchScope.SITE, "courier"), ITA, is_paused=True)
    with engine.begin() as connection:
        save_variant_shares(connection, "autumn", (VariantShare("control", 1.0),), NOW)
    file = SavedSnapshot(path, KEYS)
    file.save(read_all(engine, NOW), NOW)
    return file


def test_everything_that_was_saved_is_loaded(full: SavedSnapshot, engine: Engine, path: Path) -> None:
    assert full.load() == (read_all(engine, NOW), NOW)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert b"autumn" not in path.read_bytes()


def test_a_file_is_refused_if_it_is_damaged_of_another_key_or_of_another_schema(
    full: SavedSnapshot, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = path.read_bytes()
    monkeypatch.setattr(saved, "SCHEMA", "other fields")

    assert SavedSnapshot(path, KEYS).load() is None
    assert SavedSnapshot(path, KeyRing(("another-key-another-key-another-key",))).load() is None
    for damaged in (b"", content[:-1], content[:40], bytes([content[0] ^ 1]) + content[1:]):
        path.write_bytes(damaged)
        assert full.load() is None
    path.unlink()
    assert full.load() is None


def test_a_holder_without_a_database_starts_from_the_file_and_knows_its_age(full: SavedSnapshot) -> None:
    away = application_engine("postgresql://nobody@127.0.0.1:9/nothing")
    holder = SnapshotHolder(away, SettableClock(NOW + timedelta(hours=1)), Upkeep(60, saved=full))
    holder.start()
    holder.stop()

    assert holder.is_loaded
    assert [campaign.key for campaign in holder.current().site("courier").campaigns] == ["autumn"]
    assert holder.age_seconds(NOW + timedelta(hours=1)) == 3600
    away.dispose()


def test_the_database_is_believed_before_the_file_also_under_an_equal_number(
    full: SavedSnapshot, engine: Engine
) -> None:
    holder = SnapshotHolder(engine, SettableClock(NOW), Upkeep(saved=full))
    holder._load_file()  # as in a start without the database, which was then replaced by another one
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE documents SET published_version = NULL WHERE kind = 'campaign'")

    assert holder.refresh()

    assert holder.current().site("courier").campaigns == ()


def test_a_full_disk_stops_nothing(full: SavedSnapshot, engine: Engine, path: Path) -> None:
    path.unlink()
    path.mkdir()  # so that nothing can be written there, also by root

    full.save(read_all(engine, NOW), NOW)
    full.confirm(NOW)

    assert [entry.name for entry in path.parent.iterdir()] == [path.name]
