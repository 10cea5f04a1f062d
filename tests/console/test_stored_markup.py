"""Markup in any text of a campaign or a site is shown as text on every page of the editor, and never as markup."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from service.campaigns.documents import CAMPAIGN_SHAPE, SITE_SHAPE
from service.campaigns.drafts.draft_store import keep_draft
from service.campaigns.drafts.drafting import DraftName, open_draft, with_typed_content, with_typed_text
from service.campaigns.store import DocumentKind
from service.campaigns.words.shape import Path, Shape, ShapeKind
from service.console.screens.campaigns.editor.form_values import with_part
from service.console.screens.campaigns.editor.tabs import SiteTab, Tab
from service.database.transaction import committed
from service.staff.people import Role
from tests.campaigns.make import campaign_document, variant_document
from tests.console.world import services_of, store_campaign, store_site
from tests.staff.signed_in import add_person, client_of

MARKUP = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}"
WORDS = {"heading": MARKUP, "subheading": MARKUP, "paragraphs": [MARKUP], "highlight": MARKUP, "button": MARKUP[:60]}
CAMPAIGN, SITE = DocumentKind.CAMPAIGN, DocumentKind.SITE
KEYS = {"copy": "en", "label": "en", "intervals": "one_off"}


def leaves(shape: Shape, path: Path = ()) -> Iterator[Path]:
    """Yield a path to every single value of a shape, with made up keys and the first position of lists."""
    for name, part in shape.parts.items():
        yield from leaves_of(part, (*path, name))


def leaves_of(part: Shape, path: Path) -> Iterator[Path]:
    if part.kind is ShapeKind.GROUP:
        yield from leaves(part, path)
    elif part.kind is ShapeKind.LIST and part.inner:
        yield from leaves(part.inner, (*path, 0))
    elif part.kind is ShapeKind.MAPPING and part.inner:
        yield from leaves_of(part.inner, (*path, KEYS.get(str(path[-1]), "EUR")))
    else:
        yield path


def with_markup(shape: Shape, document: Any) -> Any:
    """Return a document with markup in the place of every value but the key and the site."""
    for path in leaves(shape):
        if path not in {("key",), ("site",)}:
            document = with_part(shape, document, path, MARKUP)
    return document


def assert_escaped(page: str) -> None:
    """Fail if markup of a document is markup of the page, too, or was evaluated as a template."""
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "onerror=alert(2)>" not in page
    assert "alert(2)&gt;49" not in page


@pytest.mark.parametrize("tab", list(Tab))
def test_a_draft_with_markup_in_every_field_is_shown_as_text(app: Flask, tab: Tab) -> None:
    store_site(app)
    store_campaign(app)
    services = services_of(app)
    person = add_person(services, Role.PUBLISHER, name=MARKUP)
    with committed(services.engine) as connection:
        draft = open_draft(connection, DraftName(CAMPAIGN, "autumn", person.id), services.clock())
        content = with_markup(CAMPAIGN_SHAPE, draft.content)
        keep_draft(connection, with_typed_content(draft, content, services.clock()))
    client = client_of(app, person)

    page = client.get(f"/console/courier/campaigns/autumn/edit?tab={tab}").get_data(as_text=True)

    assert "&lt;script&gt;alert(1)" in page
    assert_escaped(page)
    for leaf in ("publish", "preview", "effect"):
        assert_escaped(client.get(f"/console/courier/campaigns/autumn/{leaf}").get_data(as_text=True))


@pytest.mark.parametrize("tab", list(SiteTab))
def test_settings_with_markup_in_every_field_are_shown_as_text(app: Flask, tab: SiteTab) -> None:
    store_site(app)
    services = services_of(app)
    person = add_person(services, Role.PUBLISHER)
    with committed(services.engine) as connection:
        draft = open_draft(connection, DraftName(SITE, "courier", person.id), services.clock())
        content = with_markup(SITE_SHAPE, draft.content)
        keep_draft(connection, with_typed_content(draft, content, services.clock()))
    client = client_of(app, person)

    page = client.get(f"/console/courier/settings/edit?tab={tab}").get_data(as_text=True)

    assert "&lt;script&gt;alert(1)" in page
    assert_escaped(page)
    assert_escaped(client.get("/console/courier/settings/publish").get_data(as_text=True))


def test_valid_markup_is_text_in_lists_versions_and_comparisons(app: Flask) -> None:
    store_site(app, name=MARKUP)
    marked: dict[str, Any] = {
        "name": MARKUP,
        "fund": MARKUP[:50],
        "page": {"sections": [MARKUP], "tags": {"none": [MARKUP]}},
        "reader": {"favourite_topics": [MARKUP]},
        "variants": [variant_document(copy={"en": WORDS})],
    }
    store_campaign(app)
    services = services_of(app)
    person = add_person(services, Role.PUBLISHER)
    with committed(services.engine) as connection:
        draft = open_draft(connection, DraftName(CAMPAIGN, "autumn", person.id), services.clock())
        mine = campaign_document(**marked) | {"name": f"{MARKUP} mine"}
        keep_draft(connection, with_typed_content(draft, mine, services.clock()))
    store_campaign(app, **marked)
    client = client_of(app, person)

    for address in ("", "/new", "/autumn/versions", "/autumn/versions/2", "/autumn/compare", "/autumn/publish"):
        page = client.get(f"/console/courier/campaigns{address}").get_data(as_text=True)
        assert_escaped(page)
    assert "&lt;script&gt;" in client.get("/console/courier/campaigns/autumn/compare").get_data(as_text=True)


def test_text_that_cannot_be_read_is_shown_as_text(app: Flask) -> None:
    store_site(app)
    store_campaign(app)
    services = services_of(app)
    person = add_person(services, Role.EDITOR)
    with committed(services.engine) as connection:
        draft = open_draft(connection, DraftName(CAMPAIGN, "autumn", person.id), services.clock())
        keep_draft(connection, with_typed_text(draft, f"</textarea>{MARKUP}: [", services.clock()))

    page = client_of(app, person).get("/console/courier/campaigns/autumn/edit?tab=file").get_data(as_text=True)

    assert "</textarea><script>" not in page
    assert_escaped(page)
