"""The snapshot is ready after the first load, current after every change, and survives any failure of a reload."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from service.app import create_app
from service.campaigns.campaign import Kind, Placement
from service.campaigns.editing import NOW as AT_ONCE
from service.campaigns.editing import (
    Author,
    PauseTerms,
    Release,
    begin_pause,
    pause,
    publish,
    save_campaign,
    save_site,
)
from service.campaigns.experiment import VariantShare
from service.campaigns.snapshot.holder import SnapshotHolder, Upkeep
from service.campaigns.snapshot.measures_store import save_raised, save_variant_shares
from service.campaigns.store import DocumentKind
from service.campaigns.switch_store import Switch, SwitchScope
from service.database.engine import application_engine, owner_engine
from service.errors import NotReadyError
from service.settings import Settings
from tests.campaigns.make import NOW, campaign_document, site_document
from tests.conftest import SettableClock

ITA = Author("Ita", NOW)
CAMPAIGN = DocumentKind.CAMPAIGN


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock(NOW)


@pytest.fixture
def holder(engine: Engine, clock: SettableClock) -> SnapshotHolder:
    """A loaded holder, with a site and a published campaign."""
    save_site(engine, site_document(country_groups={"islands": ["IE", "GB"]}), ITA)
    go_live(engine, "autumn")
    holder = SnapshotHolder(engine, clock)
    assert holder.refresh()
    return holder


@pytest.fixture
def owner(database_address: str) -> Iterator[Engine]:
    engine = owner_engine(database_address)
    yield engine
    engine.dispose()


def go_live(engine: Engine, key: str, **changes: object) -> None:
    save_campaign(engine, campaign_document(key=key, **changes), ITA)
    publish(engine, CAMPAIGN, key, AT_ONCE, ITA)


def keys(holder: SnapshotHolder) -> list[str]:
    return [campaign.key for campaign in holder.current().site("courier").campaigns]


def test_nothing_is_ready_before_the_first_load(engine: Engine, clock: SettableClock) -> None:
    holder = SnapshotHolder(engine, clock)

    assert not holder.is_loaded
    assert holder.age_seconds(NOW) == float("inf")
    assert holder.current().sites == {}
    with pytest.raises(NotReadyError):
        holder.current().site("courier")


def test_requests_before_the_first_load_are_answered_503_with_retry_after(settings: Settings) -> None:
    app = create_app(replace(settings, database_url="postgresql://127.0.0.1:9/away"), has_background=False)
    client = app.test_client()
    view = {"site": "courier", "view_id": "v1", "page_id": "/1", "page_type": "article"}

    answers = [client.post("/v1/decide", json=view), client.get("/support/courier"), client.get("/readyz")]

    assert [answer.status_code for answer in answers] == [503, 503, 503]
    assert answers[0].get_json()["code"] == "not_ready"
    assert "Retry-After" in answers[0].headers


def test_an_empty_database_counts_as_loaded(engine: Engine, clock: SettableClock) -> None:
    holder = SnapshotHolder(engine, clock)

    assert holder.refresh()
    assert holder.is_loaded


def test_campaigns_are_in_decision_order(engine: Engine, holder: SnapshotHolder) -> None:
    yesterday = Author("Ita", NOW - timedelta(days=1))
    save_campaign(engine, campaign_document(key="older"), yesterday)
    publish(engine, CAMPAIGN, "older", AT_ONCE, ITA)
    go_live(engine, "urgent", priority=900, is_high_priority=True)
    go_live(engine, "first", priority=0)

    holder.refresh()

    assert keys(holder) == ["urgent", "first", "older", "autumn"]


def test_a_change_is_loaded_by_the_next_refresh(engine: Engine, holder: SnapshotHolder) -> None:
    go_live(engine, "winter")
    assert keys(holder) == ["autumn"]

    holder.refresh()

    assert keys(holder) == ["autumn", "winter"]


def test_the_snapshot_is_not_reloaded_if_nothing_has_changed(holder: SnapshotHolder) -> None:
    before = holder.current()

    holder.refresh()

    assert holder.current() is before


def test_saved_but_unpublished_text_is_only_a_draft(engine: Engine, holder: SnapshotHolder) -> None:
    save_campaign(engine, campaign_document(key="winter", name="Winter"), ITA)
    save_campaign(engine, campaign_document(name="Edited"), ITA)

    holder.refresh()

    found = holder.current().site("courier")
    assert [campaign.name for campaign in found.campaigns] == ["autumn"]
    assert {key: draft.name for key, draft in found.drafts.items()} == {"autumn": "Edited", "winter": "Winter"}


def test_a_scheduled_version_comes_into_force_by_itself(
    engine: Engine, holder: SnapshotHolder, clock: SettableClock
) -> None:
    save_campaign(engine, campaign_document(key="winter"), ITA)
    publish(engine, CAMPAIGN, "winter", Release(at=NOW + timedelta(minutes=5)), ITA)
    holder.refresh()
    assert holder.current().next_change_at == NOW + timedelta(minutes=5)
    assert keys(holder) == ["autumn"]

    clock.advance(minutes=5)
    holder.refresh()

    assert keys(holder) == ["autumn", "winter"]
    assert holder.current().next_change_at is None


def test_an_archived_campaign_is_not_in_the_snapshot(engine: Engine, holder: SnapshotHolder) -> None:
    go_live(engine, "autumn", status="archived")

    holder.refresh()

    assert keys(holder) == []
    assert list(holder.current().site("courier").drafts) == ["autumn"]  # for previews alone


def test_country_groups_are_replaced_by_their_countries(engine: Engine, holder: SnapshotHolder) -> None:
    go_live(engine, "abroad", reader={"countries": {"any": ["islands", "US"], "none": ["EU"]}})

    holder.refresh()

    reader = holder.current().site("courier").campaigns[0].reader
    assert reader.countries_any == frozenset({"IE", "GB", "US"})
    assert len(reader.countries_none) == 27


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        ({"site": "courier", "kind": "popup"}, "campaign autumn, version 1: "),
        ({"site": "courier", "variants": {"a": [1]}, "schedule": 7}, "campaign autumn, version 1: "),
        (["a list"], "campaign autumn: its site None does not exist"),
        (None, "campaign autumn: its site None does not exist"),
    ],
)
def test_a_broken_campaign_is_dropped_with_an_alarm_and_the_others_stay(
    owner: Engine, engine: Engine, holder: SnapshotHolder, broken: object, words: str
) -> None:
    go_live(engine, "winter")
    with owner.begin() as connection:
        values = {"content": json.dumps(broken)}
        connection.execute(
            text("UPDATE document_versions SET content = CAST(:content AS json) WHERE key = 'autumn'"), values
        )
        connection.execute(text("UPDATE snapshots SET number = number + 1"))
    fresh = SnapshotHolder(engine, SettableClock(NOW))

    assert fresh.refresh()

    assert keys(fresh) == ["winter"]
    assert fresh.current().alarms[0].startswith(words)


def test_a_site_that_cannot_be_read_stays_in_force_as_it_was(
    owner: Engine, engine: Engine, holder: SnapshotHolder, clock: SettableClock
) -> None:
    save_site(engine, site_document(exclusions=[{"paths": ["/privacy"]}], country_groups={"islands": ["IE"]}), ITA)
    save_site(engine, site_document(name="Third"), ITA)
    with owner.begin() as connection:
        connection.execute(text("UPDATE document_versions SET content = '{}' WHERE kind = 'site' AND version = 3"))

    fresh = SnapshotHolder(engine, clock)
    for reloaded in (holder, fresh):
        assert reloaded.refresh()

        assert keys(reloaded) == ["autumn"]
        assert reloaded.current().site("courier").site.exclusions[0].pages.paths == frozenset({"/privacy"})
        assert "version 2 is in force" in reloaded.current().alarms[0]
    save_site(engine, site_document(name="Fourth"), ITA)
    assert holder.refresh()
    assert (holder.current().site("courier").site.name, holder.current().alarms) == ("Fourth", ())


def test_removing_a_country_group_drops_only_the_campaigns_that_use_it(engine: Engine, holder: SnapshotHolder) -> None:
    go_live(engine, "abroad", reader={"countries": ["islands"]})
    save_site(engine, site_document(), ITA)

    holder.refresh()

    assert keys(holder) == ["autumn"]
    assert "islands is not one of the site's country groups" in holder.current().alarms[0]


def test_the_last_good_snapshot_outlives_the_database(database_address: str, clock: SettableClock) -> None:
    engine = application_engine(database_address)
    save_site(engine, site_document(), ITA)
    holder = SnapshotHolder(engine, clock)
    holder.refresh()
    engine.dispose()
    gone = application_engine("postgresql://nobody@127.0.0.1:9/nothing")
    holder._engine = gone

    clock.advance(seconds=90)

    assert not holder.refresh()
    assert holder.is_loaded
    assert holder.current().site("courier").site.name == "The Courier"
    assert holder.age_seconds(clock()) == 90
    gone.dispose()


@pytest.mark.parametrize(
    "switch",
    [Switch(SwitchScope.EVERYTHING), Switch(SwitchScope.SITE, "courier")],
    ids=["everything", "site"],
)
def test_pausing_everything_or_the_site_pauses_the_site(engine: Engine, holder: SnapshotHolder, switch: Switch) -> None:
    pause(engine, switch, ITA, is_paused=True)
    holder.refresh()
    assert holder.current().site("courier").site.switches.is_paused
    assert holder.current().is_paused is (switch.scope is SwitchScope.EVERYTHING)

    pause(engine, switch, ITA, is_paused=False)
    holder.refresh()
    assert not holder.current().site("courier").site.switches.is_paused


def test_a_placement_a_kind_and_a_campaign_have_switches_of_their_own(engine: Engine, holder: SnapshotHolder) -> None:
    for switch in (
        Switch(SwitchScope.PLACEMENT, "courier", "article_end"),
        Switch(SwitchScope.KIND, "courier", "gate"),
        Switch(SwitchScope.CAMPAIGN, "courier", "autumn"),
    ):
        pause(engine, switch, ITA, is_paused=True)

    holder.refresh()

    found = holder.current().site("courier")
    assert found.site.switches.paused_placements == {Placement.ARTICLE_END}
    assert found.site.switches.paused_kinds == {Kind.GATE}
    assert found.campaigns[0].is_paused
    assert found.drafts["autumn"].is_paused


@pytest.mark.parametrize(
    "switch",
    [Switch(SwitchScope.EVERYTHING), Switch(SwitchScope.SITE, "courier")],
    ids=["everything", "site"],
)
def test_a_pause_that_keeps_the_gates_pauses_every_other_kind(
    engine: Engine, holder: SnapshotHolder, switch: Switch
) -> None:
    with engine.begin() as connection:
        begin_pause(connection, switch, ITA, PauseTerms(opens_gates=False))

    holder.refresh()

    switches = holder.current().site("courier").site.switches
    assert switches.paused_kinds == {Kind.EPIC, Kind.BANNER}
    assert not switches.is_paused
    assert not holder.current().is_paused


def test_a_pause_ends_by_itself_at_its_time(engine: Engine, holder: SnapshotHolder, clock: SettableClock) -> None:
    with engine.begin() as connection:
        begin_pause(connection, Switch(SwitchScope.SITE, "courier"), ITA, PauseTerms(ends_at=NOW + timedelta(hours=2)))
    holder.refresh()
    assert holder.current().next_change_at == NOW + timedelta(hours=2)

    clock.advance(hours=2, seconds=-1)
    holder.refresh()
    assert holder.current().site("courier").site.switches.is_paused

    clock.advance(seconds=1)
    holder.refresh()
    assert not holder.current().site("courier").site.switches.is_paused
    assert holder.current().next_change_at is None


def test_a_pause_ends_by_itself_while_the_database_is_away(engine: Engine, clock: SettableClock) -> None:
    save_site(engine, site_document(), ITA)
    with engine.begin() as connection:
        begin_pause(connection, Switch(SwitchScope.EVERYTHING), ITA, PauseTerms(ends_at=NOW + timedelta(hours=1)))
        begin_pause(connection, Switch(SwitchScope.KIND, "courier", "gate"), ITA, PauseTerms())
    holder = SnapshotHolder(engine, clock)
    holder.refresh()
    gone = application_engine("postgresql://nobody@127.0.0.1:9/nothing")
    holder._engine = gone
    clock.advance(hours=1, seconds=-1)
    assert not holder.refresh()
    assert holder.current().is_paused

    clock.advance(seconds=1)

    assert not holder.refresh()
    assert not holder.current().is_paused
    switches = holder.current().site("courier").site.switches
    assert switches.paused_kinds == {Kind.GATE}
    assert not switches.is_paused
    gone.dispose()


def test_two_pauses_end_one_after_the_other(engine: Engine, holder: SnapshotHolder, clock: SettableClock) -> None:
    with engine.begin() as connection:
        begin_pause(connection, Switch(SwitchScope.EVERYTHING), ITA, PauseTerms(ends_at=NOW + timedelta(hours=1)))
        begin_pause(connection, Switch(SwitchScope.SITE, "courier"), ITA, PauseTerms(ends_at=NOW + timedelta(hours=2)))

    paused = []
    for _ in range(3):
        holder.refresh()
        paused.append((holder.current().is_paused, holder.current().site("courier").site.switches.is_paused))
        clock.advance(hours=1)

    assert paused == [(True, True), (False, True), (False, False)]


def test_a_later_pause_replaces_the_end_of_an_earlier_one(
    engine: Engine, holder: SnapshotHolder, clock: SettableClock
) -> None:
    switch = Switch(SwitchScope.SITE, "courier")
    with engine.begin() as connection:
        begin_pause(connection, switch, ITA, PauseTerms(ends_at=NOW + timedelta(hours=1)))
        begin_pause(connection, switch, ITA)

    clock.advance(days=30)
    holder.refresh()

    assert holder.current().site("courier").site.switches.is_paused
    assert holder.current().next_change_at is None


def test_going_back_to_an_older_version_does_not_end_a_pause(engine: Engine, holder: SnapshotHolder) -> None:
    pause(engine, Switch(SwitchScope.CAMPAIGN, "courier", "autumn"), ITA, is_paused=True)

    go_live(engine, "autumn", name="Another")
    holder.refresh()

    assert holder.current().site("courier").campaigns[0].is_paused


def test_measured_shares_and_raised_amounts_are_in_the_snapshot(engine: Engine, holder: SnapshotHolder) -> None:
    shares = (VariantShare("a", 0.25), VariantShare("b", 0.75))
    with engine.begin() as connection:
        save_variant_shares(connection, "autumn", (VariantShare("gone", 1.0),), NOW)
        save_variant_shares(connection, "autumn", shares, NOW)
        save_raised(connection, {"autumn": 12_345}, NOW)
        save_raised(connection, {"autumn": 12_400}, NOW)

    holder.refresh()

    found = holder.current().site("courier")
    assert found.variant_shares["autumn"] == shares
    assert found.raised_minor["autumn"] == 12_400


def test_the_background_thread_loads_at_its_start_and_can_be_stopped(engine: Engine, clock: SettableClock) -> None:
    holder = SnapshotHolder(engine, clock, Upkeep(0.01))

    holder.start()

    assert holder.is_loaded
    holder.stop()
