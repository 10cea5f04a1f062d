"""Saving, publishing, going back and pausing: versions only grow, and every act is on record."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text

from service.campaigns.editing import NOW as AT_ONCE
from service.campaigns.editing import Author, Release, pause, publish, save_campaign, save_site
from service.campaigns.reading import changes_of, describe, versions_of
from service.campaigns.store import DocumentKind, current_number
from service.campaigns.switch_store import Switch, SwitchScope
from service.errors import ConflictError, InvalidDocumentError, NotFoundError
from tests.campaigns.documents import NOW, campaign_document, site_document

HAND = Author("Ita", NOW)
CAMPAIGN, SITE = DocumentKind.CAMPAIGN, DocumentKind.SITE


@pytest.fixture
def stored(engine: Engine) -> Engine:
    """A database with one site."""
    save_site(engine, site_document(), HAND)
    return engine


def save(engine: Engine, based_on: int | None = None, **changes: Any) -> int:
    return save_campaign(engine, campaign_document(**changes), HAND, based_on).newest_version


def test_a_site_is_in_force_as_soon_as_it_is_saved(stored: Engine) -> None:
    state = save_site(stored, site_document(name="The Evening Courier"), HAND)

    assert (state.newest_version, state.published_version) == (2, 2)


def test_a_saved_campaign_waits_to_be_published(stored: Engine) -> None:
    state = save_campaign(stored, campaign_document(), HAND)

    assert (state.newest_version, state.published_version) == (1, None)


def test_saving_the_same_text_again_makes_no_new_version(stored: Engine) -> None:
    assert [save(stored), save(stored), save(stored, priority=1)] == [1, 1, 2]


def test_the_order_of_a_document_is_kept(stored: Engine) -> None:
    save(
        stored,
        variants=[{"key": "z", "copy": {"ga": {"heading": "x", "button": "y"}, "en": {"heading": "x", "button": "y"}}}],
    )

    newest = versions_of(stored, CAMPAIGN, "autumn")[0]

    assert list(newest.content["variants"][0]["copy"]) == ["ga", "en"]


def test_publishing_puts_the_newest_version_in_force(stored: Engine) -> None:
    save(stored)
    save(stored, priority=1)

    assert publish(stored, CAMPAIGN, "autumn", AT_ONCE, HAND).published_version == 2


def test_publishing_an_older_version_is_a_way_back(stored: Engine) -> None:
    save(stored)
    save(stored, priority=1)
    publish(stored, CAMPAIGN, "autumn", AT_ONCE, HAND)

    back = publish(stored, CAMPAIGN, "autumn", Release(1), HAND)

    assert (back.newest_version, back.published_version) == (2, 1)


def test_a_draft_goes_live_by_being_published(stored: Engine) -> None:
    save(stored, status="draft")

    state = publish(stored, CAMPAIGN, "autumn", AT_ONCE, HAND)

    assert state.published_version == 2
    assert versions_of(stored, CAMPAIGN, "autumn")[0].content["status"] == "live"


def test_a_version_may_be_published_at_a_later_instant(stored: Engine) -> None:
    save(stored)
    publish(stored, CAMPAIGN, "autumn", AT_ONCE, HAND)
    save(stored, priority=1)
    later = NOW + timedelta(hours=1)

    state = publish(stored, CAMPAIGN, "autumn", Release(at=later), HAND)

    assert state.version_in_force(later - timedelta(seconds=1)) == 1
    assert state.version_in_force(later) == 2
    assert describe(stored, CAMPAIGN, "autumn", NOW).scheduled_version == 2
    assert describe(stored, CAMPAIGN, "autumn", later).published_version == 2


def test_publishing_now_drops_what_was_scheduled(stored: Engine) -> None:
    save(stored)
    publish(stored, CAMPAIGN, "autumn", Release(at=NOW + timedelta(hours=1)), HAND)

    state = publish(stored, CAMPAIGN, "autumn", AT_ONCE, HAND)

    assert (state.published_version, state.scheduled_version, state.scheduled_at) == (1, None, None)


def test_what_was_due_is_kept_when_something_later_is_scheduled(stored: Engine) -> None:
    save(stored)
    publish(stored, CAMPAIGN, "autumn", Release(at=NOW + timedelta(hours=1)), HAND)
    save(stored, priority=1)

    afterwards = Author("Ita", NOW + timedelta(hours=2))
    state = publish(stored, CAMPAIGN, "autumn", Release(2, NOW + timedelta(hours=3)), afterwards)

    assert (state.published_version, state.scheduled_version) == (1, 2)


def test_an_instant_in_the_past_is_now(stored: Engine) -> None:
    save(stored)

    assert publish(stored, CAMPAIGN, "autumn", Release(at=NOW - timedelta(days=1)), HAND).published_version == 1


def test_the_second_of_two_editors_is_told(stored: Engine) -> None:
    save(stored)
    save(stored, priority=1, based_on=1)

    with pytest.raises(ConflictError, match="at version 2 by now, not 1"):
        save(stored, priority=2, based_on=1)


def test_a_key_stays_with_its_site(stored: Engine) -> None:
    save_site(stored, site_document(key="herald"), HAND)
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
def test_a_version_that_is_not_there_cannot_be_published(stored: Engine, release: Release) -> None:
    save(stored)

    with pytest.raises(NotFoundError, match="has no version"):
        publish(stored, CAMPAIGN, "autumn", release, HAND)


def test_every_change_is_on_record(stored: Engine) -> None:
    save(stored)
    publish(stored, CAMPAIGN, "autumn", AT_ONCE, Author("Órla", NOW))

    changes = changes_of(stored, CAMPAIGN, "autumn")

    assert [(one.changed_by, one.act, one.version) for one in changes] == [("Órla", "publish", 1), ("Ita", "save", 1)]


def test_a_pause_is_on_record_with_its_reason(stored: Engine) -> None:
    pause(stored, Switch(SwitchScope.SITE, "courier"), HAND, is_paused=True, note="a sad day")

    with stored.connect() as connection:
        row = connection.execute(text("SELECT act, kind, key, note FROM changes ORDER BY change_id DESC LIMIT 1")).one()
    assert tuple(row) == ("pause", "site", "courier", "a sad day")


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
        pause(stored, switch, HAND, is_paused=True)


def test_each_change_tells_decisions_that_there_is_something_new(stored: Engine) -> None:
    with stored.connect() as connection:
        before = current_number(connection)

    save(stored)
    publish(stored, CAMPAIGN, "autumn", AT_ONCE, HAND)
    pause(stored, Switch(SwitchScope.EVERYTHING), HAND, is_paused=True)

    with stored.connect() as connection:
        assert current_number(connection) == before + 3


@pytest.mark.parametrize("table", ["document_versions", "changes"])
def test_what_was_said_cannot_be_rewritten(stored: Engine, table: str) -> None:
    with stored.begin() as connection, pytest.raises(Exception, match="permission denied"):
        connection.execute(text(f"DELETE FROM {table}"))
