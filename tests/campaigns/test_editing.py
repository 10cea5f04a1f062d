"""Documents are saved, published, rolled back and paused; versions only grow, and every act is recorded."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text

from service.campaigns.editing import NOW as AT_ONCE
from service.campaigns.editing import (
    Author,
    PauseTerms,
    Release,
    begin_pause,
    end_pause,
    pause,
    publish,
    save_campaign,
    save_site,
)
from service.campaigns.reading import changes_of, describe, versions_of
from service.campaigns.store import DocumentKind, current_number
from service.campaigns.switch_store import Switch, SwitchScope, pauses_in_force
from service.errors import ConflictError, InvalidDocumentError, NotFoundError
from tests.campaigns.make import NOW, campaign_document, site_document

ITA = Author("Ita", NOW)
CAMPAIGN, SITE = DocumentKind.CAMPAIGN, DocumentKind.SITE


@pytest.fixture
def stored(engine: Engine) -> Engine:
    """A database with one site."""
    save_site(engine, site_document(), ITA)
    return engine


def save(engine: Engine, based_on: int | None = None, **changes: Any) -> int:
    return save_campaign(engine, campaign_document(**changes), ITA, based_on).newest_version


def test_a_site_is_in_force_as_soon_as_it_is_saved(stored: Engine) -> None:
    state = save_site(stored, site_document(name="The Evening Courier"), ITA)

    assert (state.newest_version, state.published_version) == (2, 2)


def test_a_saved_campaign_waits_to_be_published(stored: Engine) -> None:
    state = save_campaign(stored, campaign_document(), ITA)

    assert (state.newest_version, state.published_version) == (1, None)


def test_saving_the_same_text_again_makes_no_new_version(stored: Engine) -> None:
    assert [save(stored), save(stored), save(stored, priority=1)] == [1, 1, 2]


def test_the_order_of_fields_in_a_document_is_kept(stored: Engine) -> None:
    save(
        stored,
        variants=[{"key": "z", "copy": {"ga": {"heading": "x", "button": "y"}, "en": {"heading": "x", "button": "y"}}}],
    )

    newest = versions_of(stored, CAMPAIGN, "autumn")[0]

    assert list(newest.content["variants"][0]["copy"]) == ["ga", "en"]


def test_publishing_puts_the_newest_version_in_force(stored: Engine) -> None:
    save(stored)
    save(stored, priority=1)

    assert publish(stored, CAMPAIGN, "autumn", AT_ONCE, ITA).published_version == 2


def test_publishing_an_older_version_is_a_roll_back(stored: Engine) -> None:
    save(stored)
    save(stored, priority=1)
    publish(stored, CAMPAIGN, "autumn", AT_ONCE, ITA)

    back = publish(stored, CAMPAIGN, "autumn", Release(1), ITA)

    assert (back.newest_version, back.published_version) == (2, 1)


def test_publishing_a_draft_makes_it_live(stored: Engine) -> None:
    save(stored, status="draft")

    state = publish(stored, CAMPAIGN, "autumn", AT_ONCE, ITA)

    assert state.published_version == 2
    assert versions_of(stored, CAMPAIGN, "autumn")[0].content["status"] == "live"


def test_a_version_may_be_published_at_a_later_instant(stored: Engine) -> None:
    save(stored)
    publish(stored, CAMPAIGN, "autumn", AT_ONCE, ITA)
    save(stored, priority=1)
    later = NOW + timedelta(hours=1)

    state = publish(stored, CAMPAIGN, "autumn", Release(at=later), ITA)

    assert state.version_in_force(later - timedelta(seconds=1)) == 1
    assert state.version_in_force(later) == 2
    assert describe(stored, CAMPAIGN, "autumn", NOW).scheduled_version == 2
    assert describe(stored, CAMPAIGN, "autumn", later).published_version == 2


def test_publishing_now_cancels_a_scheduled_version(stored: Engine) -> None:
    save(stored)
    publish(stored, CAMPAIGN, "autumn", Release(at=NOW + timedelta(hours=1)), ITA)

    state = publish(stored, CAMPAIGN, "autumn", AT_ONCE, ITA)

    assert (state.published_version, state.scheduled_version, state.scheduled_at) == (1, None, None)


def test_a_version_that_was_due_stays_published_when_another_is_scheduled(stored: Engine) -> None:
    save(stored)
    publish(stored, CAMPAIGN, "autumn", Release(at=NOW + timedelta(hours=1)), ITA)
    save(stored, priority=1)

    afterwards = Author("Ita", NOW + timedelta(hours=2))
    state = publish(stored, CAMPAIGN, "autumn", Release(2, NOW + timedelta(hours=3)), afterwards)

    assert (state.published_version, state.scheduled_version) == (1, 2)


def test_publishing_at_an_instant_in_the_past_publishes_now(stored: Engine) -> None:
    save(stored)

    assert publish(stored, CAMPAIGN, "autumn", Release(at=NOW - timedelta(days=1)), ITA).published_version == 1


def test_the_second_of_two_editors_gets_a_conflict(stored: Engine) -> None:
    save(stored)
    save(stored, priority=1, based_on=1)

    with pytest.raises(ConflictError, match="at version 2 now, not 1"):
        save(stored, priority=2, based_on=1)


def test_a_key_stays_with_its_site(stored: Engine) -> None:
    save_site(stored, site_document(key="herald"), ITA)
    save(stored)

    with pytest.raises(ConflictError, match="belongs to site courier"):
        save(stored, site="herald")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"site": "nowhere"}, "there is no site nowhere"),
        ({"reader": {"countries": ["islands"]}}, "islands is not one of the site's country groups"),
        ({"kind": "popup"}, "must be one of"),
    ],
)
def test_a_campaign_that_cannot_be_used_is_not_saved(stored: Engine, changes: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidDocumentError, match=words):
        save(stored, **changes)

    with pytest.raises(NotFoundError):
        describe(stored, CAMPAIGN, "autumn", NOW)


@pytest.mark.parametrize("release", [Release(2), Release(999)])
def test_a_missing_version_cannot_be_published(stored: Engine, release: Release) -> None:
    save(stored)

    with pytest.raises(NotFoundError, match="has no version"):
        publish(stored, CAMPAIGN, "autumn", release, ITA)


def test_every_change_is_recorded(stored: Engine) -> None:
    save(stored)
    publish(stored, CAMPAIGN, "autumn", AT_ONCE, Author("Órla", NOW))

    changes = changes_of(stored, CAMPAIGN, "autumn")

    recorded = [(change.changed_by, change.act, change.version) for change in changes]
    assert recorded == [("Órla", "publish", 1), ("Ita", "save", 1)]


def test_a_pause_is_recorded_with_its_reason(stored: Engine) -> None:
    pause(stored, Switch(SwitchScope.SITE, "courier"), ITA, PauseTerms("a sad day"), is_paused=True)

    with stored.connect() as connection:
        row = connection.execute(text("SELECT act, kind, key, note FROM changes ORDER BY change_id DESC LIMIT 1")).one()
    assert tuple(row) == ("pause", "site", "courier", "a sad day")


def test_the_record_of_a_pause_names_its_end_and_that_gates_stay_closed(stored: Engine) -> None:
    terms = PauseTerms("a sad day", NOW + timedelta(hours=2), opens_gates=False)
    with stored.begin() as connection:
        begin_pause(connection, Switch(SwitchScope.SITE, "courier"), ITA, terms)

    assert changes_of(stored, DocumentKind.SITE, "courier")[0].note == (
        "a sad day; until 2026-11-18T12:30:00+00:00; gates stay closed"
    )


@pytest.mark.parametrize(
    ("switch", "terms", "field"),
    [
        (Switch(SwitchScope.SITE, "courier"), PauseTerms(ends_at=NOW), "ends_at"),
        (Switch(SwitchScope.KIND, "courier", "epic"), PauseTerms(opens_gates=False), "opens_gates"),
        (Switch(SwitchScope.CAMPAIGN, "courier", "autumn"), PauseTerms(opens_gates=False), "opens_gates"),
    ],
    ids=["ends at once", "kind", "campaign"],
)
def test_a_pause_that_cannot_be_meant_is_refused(stored: Engine, switch: Switch, terms: PauseTerms, field: str) -> None:
    with stored.begin() as connection, pytest.raises(InvalidDocumentError, match=field):
        begin_pause(connection, switch, ITA, terms)


def test_a_pause_that_is_over_is_not_in_force(stored: Engine) -> None:
    site, everything = Switch(SwitchScope.SITE, "courier"), Switch(SwitchScope.EVERYTHING)
    with stored.begin() as connection:
        begin_pause(connection, site, ITA, PauseTerms("a sad day", NOW + timedelta(hours=2), opens_gates=False))
        begin_pause(connection, everything, ITA)
        end_pause(connection, everything, ITA)

        before = pauses_in_force(connection, NOW + timedelta(hours=1, minutes=59))
        after = pauses_in_force(connection, NOW + timedelta(hours=2))

    (pause,) = before.values()
    assert set(before) == {site}
    assert (pause.reason, pause.ends_at, pause.opens_gates) == ("a sad day", NOW + timedelta(hours=2), False)
    assert (pause.began_at, pause.began_by) == (NOW, "Ita")
    assert after == {}


@pytest.mark.parametrize(
    ("switch", "error"),
    [
        (Switch(SwitchScope.SITE, "nowhere"), NotFoundError),
        (Switch(SwitchScope.CAMPAIGN, "courier", "nothing"), NotFoundError),
        (Switch(SwitchScope.PLACEMENT, "courier", "top"), InvalidDocumentError),
        (Switch(SwitchScope.KIND, "courier", "popup"), InvalidDocumentError),
    ],
)
def test_only_what_exists_can_be_paused(stored: Engine, switch: Switch, error: type[Exception]) -> None:
    with pytest.raises(error):
        pause(stored, switch, ITA, is_paused=True)


def test_every_change_raises_the_snapshots_number(stored: Engine) -> None:
    with stored.connect() as connection:
        before = current_number(connection)

    save(stored)
    publish(stored, CAMPAIGN, "autumn", AT_ONCE, ITA)
    pause(stored, Switch(SwitchScope.EVERYTHING), ITA, is_paused=True)

    with stored.connect() as connection:
        assert current_number(connection) == before + 3


@pytest.mark.parametrize("table", ["document_versions", "changes"])
def test_versions_and_changes_cannot_be_deleted(stored: Engine, table: str) -> None:
    with stored.begin() as connection, pytest.raises(Exception, match="permission denied"):
        connection.execute(text(f"DELETE FROM {table}"))
