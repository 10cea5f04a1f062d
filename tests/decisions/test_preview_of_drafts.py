"""A person's draft can be previewed before it is a version, as a reader of another country or on a phone sees it."""

from typing import Any

import pytest
from flask import Flask

from service.campaigns.drafts.draft_store import keep_draft
from service.campaigns.drafts.drafting import DraftName, open_draft, with_typed_content
from service.campaigns.drafts.versions import Author
from service.campaigns.editing import save_campaign, save_site
from service.campaigns.snapshot.holder import SnapshotHolder
from service.campaigns.store import DocumentKind
from service.decisions.preview import Preview, seal_preview
from service.services import Services
from tests.campaigns.make import campaign_document, site_document, variant_document

WORDS = {"heading": "Typed a moment ago", "button": "Go on", "small": {"heading": "Small", "button": "Go"}}
TYPED = {"variants": [variant_document(copy={"en": WORDS})]}


@pytest.fixture(autouse=True)
def stored(app_services: Services) -> None:
    """A site with two currencies and a saved campaign."""
    author = Author("Ana", app_services.clock())
    save_site(app_services.engine, site_document(currencies={"GB": "GBP"}), author)
    save_campaign(app_services.engine, campaign_document(), author)
    app_services.part(SnapshotHolder).refresh()


def keep(services: Services, **changes: Any) -> None:
    with services.engine.begin() as connection:
        draft = open_draft(connection, DraftName(DocumentKind.CAMPAIGN, "autumn", "per_ana"), services.clock())
        keep_draft(connection, with_typed_content(draft, {**draft.content, **changes}, services.clock()))


def previewed(app: Flask, services: Services, **changes: str) -> list[dict[str, Any]]:
    expires_at = int(services.clock().timestamp()) + 600
    preview = Preview("courier", "autumn", "", True, expires_at, **{"person": "per_ana"} | changes)
    body = {
        "site": "courier", "view_id": "1", "page_id": "/a", "page_type": "article", "placements": ["article_end"],
        "preview": seal_preview(services.keys, preview),
    }  # fmt: skip
    headers = {"Origin": "https://courier.example"}
    answer = app.test_client().post("/v1/decide", json=body, headers=headers).get_json()
    prompts: list[dict[str, Any]] = answer["prompts"]
    return prompts


def test_a_draft_is_previewed_as_it_was_typed(app: Flask, app_services: Services) -> None:
    keep(app_services, **TYPED)

    (prompt,) = previewed(app, app_services)

    assert prompt["copy"]["heading"] == "Typed a moment ago"


def test_a_draft_is_previewed_as_readers_elsewhere_see_it(app: Flask, app_services: Services) -> None:
    keep(app_services, **TYPED)

    (prompt,) = previewed(app, app_services, country="GB", device="mobile")

    assert prompt["copy"]["heading"] == "Small"
    assert prompt["ask"]["currency"] == "GBP"


def test_without_a_draft_the_newest_version_is_previewed(app: Flask, app_services: Services) -> None:
    (prompt,) = previewed(app, app_services)

    assert prompt["copy"]["heading"] == "Stay with us"


def test_a_draft_that_is_wrong_shows_nothing(app: Flask, app_services: Services) -> None:
    keep(app_services, variants=[])

    assert previewed(app, app_services) == []
