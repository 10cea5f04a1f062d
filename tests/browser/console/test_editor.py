"""The editor in Chromium: typing is saved by itself, lint and the real prompt follow, and every state is accessible."""

import pytest
from playwright.sync_api import Page, expect

from service.staff.people import Person, Role
from tests.browser.axe import faults
from tests.browser.console.conftest import ServedConsole
from tests.console.world import store_campaign, store_site
from tests.staff.signed_in import add_person

AUTUMN = "/console/courier/campaigns/autumn"
TABS = ["words", "amounts", "who", "when", "experiment", "look", "file"]


@pytest.fixture
def console(console: ServedConsole) -> ServedConsole:
    """A console with a site and two campaigns."""
    store_site(console.app, languages=["en", "ga"], currencies={"GB": "GBP"}, consent="full")
    store_campaign(console.app, reader={"article_count": {"min": 2, "weeks": 4}, "countries": ["IE", "GB"]})
    store_campaign(console.app, key="second", name="Second", kind="banner", placement="page_bottom")
    return console


@pytest.fixture
def person(console: ServedConsole, page: Page) -> Person:
    """A publisher who is signed in in the page."""
    person = add_person(console.services, Role.PUBLISHER, name="Ana")
    console.sign_in(page, person)
    return person


def wide_content(page: Page) -> int:
    """Return by how many pixels the page is wider than the window."""
    wider: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return wider


def test_what_is_typed_is_saved_and_shown_by_itself(page: Page, console: ServedConsole, person: Person) -> None:
    page.goto(f"{console.url}{AUTUMN}/edit?tab=words")
    prompt = page.frame_locator("#preview")
    expect(prompt.get_by_role("heading", name="Stay with us")).to_be_visible()

    page.get_by_label("Headline (needed)", exact=True).fill("Typed a moment ago")

    expect(page.get_by_text("18 of 300 characters")).to_be_visible()
    expect(page.get_by_text("Your draft was saved by itself")).to_be_visible()
    expect(prompt.get_by_role("heading", name="Typed a moment ago")).to_be_visible()
    page.reload()
    expect(page.get_by_label("Headline (needed)", exact=True)).to_have_value("Typed a moment ago")


def test_lint_names_the_field_while_typing(page: Page, console: ServedConsole, person: Person) -> None:
    page.goto(f"{console.url}{AUTUMN}/edit?tab=when")

    page.get_by_label("Priority").fill("many")

    page.get_by_role("link", name="Priority must be a whole number.").click()
    expect(page.get_by_label("Priority")).to_have_attribute("aria-invalid", "true")


def test_a_field_that_is_right_again_loses_its_error(page: Page, console: ServedConsole, person: Person) -> None:
    page.goto(f"{console.url}{AUTUMN}/edit?tab=words")
    headline = page.get_by_label("Headline (needed)", exact=True)

    headline.fill("")
    error = page.locator("#editor").get_by_text("Headline is missing.")
    expect(error).to_be_visible()
    expect(headline).to_have_attribute("aria-invalid", "true")
    headline.fill("Stay")

    expect(error).to_have_count(0)
    expect(headline).not_to_have_attribute("aria-invalid", "true")


def test_a_prompt_at_the_end_of_the_article_is_in_view(page: Page, console: ServedConsole, person: Person) -> None:
    store_campaign(console.app, key="end", placement="article_end")

    page.goto(f"{console.url}/console/courier/campaigns/end/edit")

    expect(page.frame_locator("#preview").get_by_role("heading", name="Stay with us")).to_be_in_viewport()
    assert page.evaluate("scrollY") == 0


def test_the_switches_show_the_prompt_otherwise(page: Page, console: ServedConsole, person: Person) -> None:
    page.goto(f"{console.url}/console/courier/campaigns/second/edit")
    frame = page.frame_locator("#preview")
    expect(frame.get_by_role("heading", name="Stay with us")).to_be_visible()
    expect(frame.get_by_role("radio", name="€10")).to_be_hidden()

    page.get_by_label("Colours", exact=True).select_option("dark")
    expect(frame.locator("html")).to_have_attribute("data-scheme", "dark")
    page.get_by_label("State", exact=True).select_option("amounts")
    expect(frame.get_by_role("radio", name="€10")).to_be_visible()
    page.get_by_label("Currency", exact=True).select_option("GBP")
    expect(frame.get_by_role("radio", name="£10")).to_be_visible()
    page.get_by_label("State", exact=True).select_option("thanked")
    expect(frame.get_by_role("heading", name="Thank you")).to_be_visible()


def test_a_campaign_is_published_with_the_keyboard_alone(page: Page, console: ServedConsole, person: Person) -> None:
    page.goto(f"{console.url}{AUTUMN}/edit?tab=when")

    page.get_by_label("Priority").press_sequentially("5")
    page.get_by_role("button", name="Publish …").press("Enter")
    expect(page.get_by_text("invented readers")).to_be_visible()
    page.get_by_role("button", name="Publish", exact=True).press("Enter")

    expect(page.get_by_text("Published. Readers see “autumn” within five seconds.")).to_be_visible()
    expect(page).to_have_url(f"{console.url}/console/courier/campaigns#campaign-autumn")


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_every_page_is_accessible(page: Page, console: ServedConsole, person: Person, scheme: str, width: int) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": width, "height": 900})
    leaves = [f"{AUTUMN}/edit?tab={tab}" for tab in TABS]
    leaves += [f"{AUTUMN}/{leaf}" for leaf in ("publish", "versions", "versions/1", "effect")]
    leaves += ["/console/courier/campaigns", "/console/courier/campaigns/new", "/console/courier/settings/edit"]

    for leaf in leaves:
        page.goto(console.url + leaf)

        assert (leaf, faults(page, "main")) == (leaf, [])
        assert (leaf, wide_content(page)) == (leaf, 0)


def test_a_session_that_ends_keeps_what_is_typed(page: Page, console: ServedConsole, person: Person) -> None:
    page.goto(f"{console.url}{AUTUMN}/edit?tab=when")
    page.context.clear_cookies()

    page.get_by_label("Priority").fill("5")

    expect(page.get_by_text("You are signed out. What you typed is still here, but not saved.")).to_be_visible()
    expect(page.get_by_label("Priority")).to_have_value("5")
    console.sign_in(page, person)
    page.get_by_label("Priority").fill("55")
    expect(page.get_by_text("Your draft was saved by itself")).to_be_visible()


def test_two_windows_of_different_people_are_compared(page: Page, console: ServedConsole, person: Person) -> None:
    page.goto(f"{console.url}{AUTUMN}/edit?tab=when")
    page.get_by_label("Priority").fill("5")
    page.get_by_role("button", name="Save", exact=True).click()
    store_campaign(console.app, priority=7)

    page.goto(f"{console.url}{AUTUMN}/edit?tab=when")
    page.get_by_role("link", name="Compare the two").click()

    expect(page.get_by_role("heading", name="What did you and Ita write?")).to_be_visible()
    assert faults(page, "main") == []
    page.get_by_label("Ita: Priority").check()
    page.get_by_role("button", name="Put both together").click()
    expect(page.get_by_role("heading", name="What changes when autumn is published?")).to_be_visible()
