"""The screens Today and System in Chromium: axe in both schemes, a phone, the keyboard, and no JavaScript."""

from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from service.campaigns.editing import NOW as AT_ONCE
from service.campaigns.editing import Author, publish, save_campaign, save_site
from service.campaigns.snapshot.holder import SnapshotHolder
from service.campaigns.store import DocumentKind
from service.staff.people import Role
from tests.browser.axe import faults
from tests.browser.console.conftest import ServedConsole
from tests.campaigns.make import campaign_document, site_document
from tests.staff.signed_in import add_person


@pytest.fixture(autouse=True)
def _newsroom(console: ServedConsole) -> None:
    """A site with an appeal, and a banner that begins tomorrow."""
    services = console.services
    author = Author("Ita", services.clock())
    tomorrow = (services.clock() + timedelta(days=1)).date().isoformat()
    save_site(services.engine, site_document(), author)
    for document in (
        campaign_document(name="Autumn"),
        campaign_document(
            key="banner", kind="banner", placement="page_bottom", name="Banner", schedule={"starts": tomorrow}
        ),
    ):
        save_campaign(services.engine, document, author)
        publish(services.engine, DocumentKind.CAMPAIGN, document["key"], AT_ONCE, author)
    services.part(SnapshotHolder).refresh()


def is_too_wide(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_editor_pauses_everything_on_a_phone_and_ends_it(page: Page, console: ServedConsole, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": 390, "height": 844})
    console.sign_in(page, add_person(console.services, Role.PUBLISHER, name="Ana Byrne"))
    page.goto(f"{console.url}/console/courier/today")
    expect(page.get_by_text("“Banner” begins tomorrow 00:00")).to_be_visible()
    assert (faults(page), is_too_wide(page)) == ([], False)
    page.get_by_text("Pause until another time, or with a reason").click()
    assert (faults(page), is_too_wide(page)) == ([], False)
    page.get_by_label("Until this time").fill("2020-01-01T12:00")
    page.get_by_role("button", name="Pause all asks").click()
    expect(page.get_by_role("link", name="1 January 2020 12:00 is over.")).to_be_visible()
    assert (faults(page), is_too_wide(page)) == ([], False)

    page.get_by_label("Until this time").fill("")
    page.get_by_role("button", name="Pause all asks").click()

    expect(page.get_by_role("heading", name="All asks of The Courier are paused until")).to_be_visible()
    assert (faults(page), is_too_wide(page)) == ([], False)
    page.get_by_role("button", name="End the pause").press("Enter")
    expect(page.get_by_text("Readers are asked again.")).to_be_visible()


def test_the_pause_works_by_keyboard_and_without_javascript(browser: Browser, console: ServedConsole) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    console.sign_in(page, add_person(console.services, Role.PUBLISHER))
    page.goto(f"{console.url}/console/courier/today")

    page.get_by_role("button", name="Pause all asks").press("Enter")

    expect(page.get_by_role("heading", name="All asks of The Courier are paused until")).to_be_visible()
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_screen_system_is_accessible(page: Page, console: ServedConsole, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    console.sign_in(page, add_person(console.services, Role.ADMIN))
    for path in ("", "/doctor", "/jobs", "/events"):
        for size in ({"width": 1280, "height": 900}, {"width": 390, "height": 844}):
            page.set_viewport_size({"width": size["width"], "height": size["height"]})
            page.goto(f"{console.url}/console/system{path}")
            assert (path, faults(page), is_too_wide(page)) == (path, [], False)
