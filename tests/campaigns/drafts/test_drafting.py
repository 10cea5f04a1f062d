"""Drafts are kept per person; two editors at once are compared and lose nothing; publishing makes one version."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine

from service.campaigns.drafts.comparing import Changed
from service.campaigns.drafts.draft_store import DocumentDraft, discard_draft, find_draft, keep_draft, list_drafts
from service.campaigns.drafts.drafting import (
    DraftName,
    bring_up_to_date,
    comparison_of,
    new_draft,
    open_draft,
    problems_of,
    publish_draft,
    save_draft,
    with_typed_content,
    with_typed_text,
)
from service.campaigns.drafts.jobs import settle_due_releases
from service.campaigns.drafts.versions import Author, Release, Written, cancel_release, roll_back, save_version
from service.campaigns.editing import publish, save_campaign, save_site
from service.campaigns.reading import changes_of, describe, versions_of
from service.campaigns.store import DocumentKind
from service.errors import ConflictError, InvalidDocumentError, NotFoundError
from service.services import Services
from tests.campaigns.make import NOW, campaign_document, site_document, variant_document
from tests.conftest import SettableClock

ANA, BEN = Author("Ana", NOW), Author("Ben", NOW)
CAMPAIGN, SITE = DocumentKind.CAMPAIGN, DocumentKind.SITE
LATER = NOW + timedelta(hours=2)


@pytest.fixture
def stored(engine: Engine) -> Engine:
    """A database with a site and a published campaign."""
    save_site(engine, site_document(), ANA)
    save_campaign(engine, campaign_document(), ANA)
    publish(engine, CAMPAIGN, "autumn", Release(), ANA)
    return engine


def name(person: str = "ana", key: str = "autumn", kind: DocumentKind = CAMPAIGN) -> DraftName:
    return DraftName(kind, key, person)


def typed(connection: Connection, person: str, **changes: Any) -> DocumentDraft:
    """Type into a person's draft of the campaign and keep it."""
    draft = open_draft(connection, name(person), NOW)
    return keep_draft(connection, with_typed_content(draft, {**draft.content, **changes}, NOW))


def test_a_draft_is_kept_for_each_person(stored: Engine) -> None:
    with stored.begin() as connection:
        typed(connection, "ana", priority=1)
        typed(connection, "ben", priority=2)

    with stored.begin() as connection:
        assert open_draft(connection, name("ana"), NOW).content["priority"] == 1
        assert open_draft(connection, name("ben"), NOW).content["priority"] == 2
        assert "priority" not in open_draft(connection, name("cat"), NOW).content
        assert [draft.person for draft in list_drafts(connection, "courier")] == ["ana", "ben"]


def test_only_a_kept_draft_has_a_revision(stored: Engine) -> None:
    with stored.begin() as connection:
        assert open_draft(connection, name(), NOW).revision == 0
        assert [typed(connection, "ana", priority=number).revision for number in (1, 2)] == [1, 2]


def test_a_discarded_draft_starts_again_from_the_newest_version(stored: Engine) -> None:
    with stored.begin() as connection:
        typed(connection, "ana", priority=1)
        discard_draft(connection, CAMPAIGN, "autumn", "ana")

        assert open_draft(connection, name(), NOW).content == campaign_document()


def test_there_is_no_draft_of_a_campaign_that_does_not_exist(stored: Engine) -> None:
    with stored.begin() as connection, pytest.raises(NotFoundError):
        open_draft(connection, name(key="nothing"), NOW)


def test_what_is_wrong_is_kept_and_named(stored: Engine) -> None:
    with stored.begin() as connection:
        draft = typed(connection, "ana", priority="many")

        assert open_draft(connection, name(), NOW).content["priority"] == "many"
        assert problems_of(draft)[0].startswith("priority: must be a whole number")
        with pytest.raises(InvalidDocumentError):
            publish_draft(connection, draft, ANA)


def test_text_that_cannot_be_read_is_kept(stored: Engine) -> None:
    with stored.begin() as connection:
        broken = with_typed_text(open_draft(connection, name(), NOW), "key: [autumn", NOW)
        keep_draft(connection, broken)

        kept = open_draft(connection, name(), NOW)
    assert kept.text == "key: [autumn"
    assert kept.content == campaign_document()
    assert problems_of(kept)[0].startswith("the document cannot be read")


def test_a_key_cannot_be_changed(stored: Engine) -> None:
    with stored.begin() as connection:
        assert problems_of(typed(connection, "ana", key="winter")) == ("key: must stay autumn",)


def test_comments_are_kept_in_the_next_version(stored: Engine) -> None:
    with stored.begin() as connection:
        draft = open_draft(connection, name(), NOW)
        draft = with_typed_text(draft, "# why we ask\n" + draft.text, NOW)
        publish_draft(connection, with_typed_content(draft, {**draft.content, "priority": 3}, NOW), ANA)

        again = open_draft(connection, name("ben"), NOW)
    assert again.text.startswith("# why we ask\n")
    assert again.content["priority"] == 3


def test_publishing_a_draft_puts_one_new_version_in_force(stored: Engine) -> None:
    with stored.begin() as connection:
        state = publish_draft(connection, typed(connection, "ana", status="draft", priority=1), ANA)

        assert find_draft(connection, CAMPAIGN, "autumn", "ana") is None
    assert (state.newest_version, state.published_version) == (2, 2)
    assert versions_of(stored, CAMPAIGN, "autumn")[0].content["status"] == "live"


def test_a_handed_over_draft_is_a_version_that_is_not_in_force(stored: Engine) -> None:
    with stored.begin() as connection:
        state = save_draft(connection, typed(connection, "ana", priority=1), ANA)

    assert (state.newest_version, state.published_version) == (2, 1)


def test_two_editors_at_once_are_compared(stored: Engine) -> None:
    with stored.begin() as connection:
        mine = typed(connection, "ben", priority=2, share=0.5)
        publish_draft(connection, typed(connection, "ana", priority=1, fund="ARTS"), ANA)

        compared = comparison_of(connection, mine)
        with pytest.raises(ConflictError):
            publish_draft(connection, mine, BEN)

    assert compared is not None
    assert compared.newest.saved_by == "Ana"
    assert {field.path: field.changed for field in compared.fields} == {
        ("priority",): Changed.BOTH,
        ("share",): Changed.MINE,
        ("fund",): Changed.THEIRS,
    }


@pytest.mark.parametrize(("taken", "priority"), [([], 2), ([("priority",)], 1)])
def test_the_second_editor_keeps_both_changes(stored: Engine, taken: list[Any], priority: int) -> None:
    with stored.begin() as connection:
        mine = typed(connection, "ben", priority=2, share=0.5)
        publish_draft(connection, typed(connection, "ana", priority=1, fund="ARTS"), ANA)

        fresh = bring_up_to_date(connection, mine, taken, NOW)
        state = publish_draft(connection, fresh, BEN)

    newest = versions_of(stored, CAMPAIGN, "autumn")[0].content
    assert (newest["priority"], newest["share"], newest["fund"]) == (priority, 0.5, "ARTS")
    assert state.published_version == 3


def test_a_draft_of_the_newest_version_is_compared_with_nothing(stored: Engine) -> None:
    with stored.begin() as connection:
        mine = typed(connection, "ana", priority=1)

        assert comparison_of(connection, mine) is None
        assert bring_up_to_date(connection, mine, (), NOW) == mine


def test_a_new_campaign_starts_as_a_draft(stored: Engine) -> None:
    content = campaign_document(key="winter", variants=[])
    with stored.begin() as connection:
        new_draft(connection, name(key="winter"), content, NOW)
        with pytest.raises(ConflictError, match="key winter"):
            new_draft(connection, name(key="winter"), content, NOW)
        draft = with_typed_content(
            open_draft(connection, name(key="winter"), NOW), content | {"variants": [variant_document()]}, NOW
        )

        assert publish_draft(connection, draft, ANA).published_version == 1


def test_a_new_campaign_whose_key_was_taken_meanwhile_is_refused(stored: Engine) -> None:
    content = campaign_document(key="winter")
    with stored.begin() as connection:
        mine = new_draft(connection, name(key="winter"), content, NOW)
        save_version(connection, Written(CAMPAIGN, {**content, "priority": 4}), BEN)

        with pytest.raises(ConflictError, match="key winter"):
            save_draft(connection, mine, ANA)
        assert comparison_of(connection, mine) is not None


def test_a_site_has_drafts_and_versions_too(stored: Engine) -> None:
    with stored.begin() as connection:
        draft = open_draft(connection, name(key="courier", kind=SITE), NOW)
        draft = with_typed_content(draft, {**draft.content, "name": "The Evening Courier"}, NOW)
        waiting = save_draft(connection, draft, ANA)
        assert (waiting.newest_version, waiting.published_version) == (2, 1)

        later = keep_draft(connection, replace(draft, based_on=2))
        assert publish_draft(connection, later, ANA).published_version == 2


def test_rolling_back_makes_a_new_version(stored: Engine) -> None:
    with stored.begin() as connection:
        publish_draft(connection, typed(connection, "ana", priority=1), ANA)

        state = roll_back(connection, CAMPAIGN, "autumn", 1, BEN)

    assert (state.newest_version, state.published_version) == (3, 3)
    assert versions_of(stored, CAMPAIGN, "autumn")[0].content == campaign_document()
    assert versions_of(stored, CAMPAIGN, "autumn")[0].saved_by == "Ben"


def test_a_scheduled_version_can_be_cancelled(stored: Engine) -> None:
    with stored.begin() as connection:
        state = publish_draft(connection, typed(connection, "ana", priority=1), ANA, LATER)
        assert (state.published_version, state.scheduled_version, state.scheduled_at) == (1, 2, LATER)

        state = cancel_release(connection, CAMPAIGN, "autumn", BEN)
        assert (state.published_version, state.scheduled_version) == (1, None)
        with pytest.raises(ConflictError, match="no version"):
            cancel_release(connection, CAMPAIGN, "autumn", BEN)

    assert changes_of(stored, CAMPAIGN, "autumn")[0].act == "cancel"


def test_the_worker_notes_that_a_scheduled_version_is_in_force(services: Services, clock: SettableClock) -> None:
    engine = services.engine
    save_site(engine, site_document(), ANA)
    save_campaign(engine, campaign_document(), ANA)
    publish(
        engine, CAMPAIGN, "autumn", Release(at=services.clock() + timedelta(hours=1)), Author("Ana", services.clock())
    )

    assert settle_due_releases(services) == 0
    clock.advance(hours=1)
    assert settle_due_releases(services) == 1

    assert describe(engine, CAMPAIGN, "autumn", services.clock()).published_version == 1
    assert changes_of(engine, CAMPAIGN, "autumn")[0].note == "as scheduled"
