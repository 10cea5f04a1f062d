"""Campaigns are moved up and down, duplicated and archived; what waits to be published keeps waiting."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from service.campaigns.drafts.drafting import DraftName
from service.campaigns.drafts.ordering import archive, duplicate, moved, set_priorities
from service.campaigns.drafts.versions import Author, Release
from service.campaigns.editing import publish, save_campaign, save_site
from service.campaigns.reading import describe, versions_of
from service.campaigns.store import DocumentKind
from service.errors import ConflictError
from tests.campaigns.make import NOW, campaign, campaign_document, site_document

ANA = Author("Ana", NOW)
CAMPAIGN = DocumentKind.CAMPAIGN
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def stored(engine: Engine) -> Engine:
    """A database with a site and a published campaign."""
    save_site(engine, site_document(), ANA)
    save_campaign(engine, campaign_document(), ANA)
    publish(engine, CAMPAIGN, "autumn", Release(), ANA)
    return engine


def test_two_different_numbers_are_exchanged() -> None:
    ordered = [campaign(key="a", priority=1), campaign(key="b", priority=5), campaign(key="c", priority=9)]

    assert moved(ordered, "b", -1) == {"a": 5, "b": 1}
    assert moved(ordered, "b", 1) == {"b": 9, "c": 5}


def test_equal_numbers_are_given_afresh() -> None:
    ordered = [campaign(key="a"), campaign(key="b"), campaign(key="c", priority=200)]

    assert moved(ordered, "b", -1) == {"b": 10, "a": 20, "c": 30}


@pytest.mark.parametrize(("key", "step", "words"), [("a", -1, "is first already"), ("b", 1, "is last already")])
def test_the_first_and_the_last_cannot_move_further(key: str, step: int, words: str) -> None:
    with pytest.raises(ConflictError, match=words):
        moved([campaign(key="a"), campaign(key="b")], key, step)


def test_the_mark_before_all_others_is_not_passed() -> None:
    with pytest.raises(ConflictError, match="Autumn is marked"):
        moved([campaign(key="a", name="Autumn", is_high_priority=True), campaign(key="b")], "b", -1)


def test_a_moved_campaign_is_in_force_with_its_new_number(stored: Engine) -> None:
    with stored.begin() as connection:
        set_priorities(connection, {"autumn": 3}, ANA)

    state = describe(stored, CAMPAIGN, "autumn", NOW)
    assert (state.newest_version, state.published_version, state.document["priority"]) == (2, 2, 3)


def test_moving_does_not_publish_what_waits(stored: Engine) -> None:
    save_campaign(stored, campaign_document(name="A waiting name"), ANA)
    with stored.begin() as connection:
        set_priorities(connection, {"autumn": 3}, ANA)

    waiting, in_force = versions_of(stored, CAMPAIGN, "autumn")[:2]
    assert describe(stored, CAMPAIGN, "autumn", NOW).published_version == in_force.version
    assert (in_force.content.get("name"), in_force.content["priority"]) == (None, 3)
    assert (waiting.content["name"], waiting.content["priority"]) == ("A waiting name", 3)


def test_moving_keeps_a_scheduled_version(stored: Engine) -> None:
    save_campaign(stored, campaign_document(name="Tomorrow"), ANA)
    publish(stored, CAMPAIGN, "autumn", Release(at=LATER), ANA)
    with stored.begin() as connection:
        set_priorities(connection, {"autumn": 3}, ANA)

    later = describe(stored, CAMPAIGN, "autumn", NOW)
    assert later.scheduled_at == LATER
    assert (later.document["name"], later.document["priority"]) == ("Tomorrow", 3)
    assert later.published_version == 3


def test_an_archived_campaign_is_kept_and_not_live(stored: Engine) -> None:
    with stored.begin() as connection:
        state = archive(connection, "autumn", ANA)

    assert state.published_version == 2
    assert describe(stored, CAMPAIGN, "autumn", NOW).document["status"] == "archived"


def test_a_duplicate_is_a_draft_with_another_key(stored: Engine) -> None:
    with stored.begin() as connection:
        draft = duplicate(connection, "autumn", DraftName(CAMPAIGN, "autumn-2", "ana"), NOW)

    assert draft.content == campaign_document(key="autumn-2", name="autumn (copy)", status="draft")
    assert draft.based_on is None


def test_a_duplicate_cannot_take_a_key_that_is_taken(stored: Engine) -> None:
    with stored.begin() as connection, pytest.raises(ConflictError, match="choose another key"):
        duplicate(connection, "autumn", DraftName(CAMPAIGN, "autumn", "ana"), NOW)
