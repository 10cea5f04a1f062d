"""The screens People, Agreements and Record: without a mouse, on a phone, in both schemes."""

import re

import pytest
from playwright.sync_api import Page, expect

from service.staff.people import Person, Role
from tests.browser.axe import faults
from tests.browser.console.conftest import ServedConsole
from tests.staff.signed_in import add_person


@pytest.fixture
def ana(console: ServedConsole, page: Page) -> Person:
    """Ana, an admin, who is signed in in the browser of the page."""
    ana = add_person(console.services, Role.ADMIN, name="Ana Byrne")
    console.sign_in(page, ana)
    return ana


def tab_to(page: Page, name: str) -> None:
    """Press the tabulator until the element with this name has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("(document.activeElement.labels?.[0] ?? document.activeElement).textContent.trim()") == name:
            return
    pytest.fail(f"no tabulator reaches {name}")


def test_a_person_is_invited_with_the_keyboard_alone(page: Page, console: ServedConsole, ana: Person) -> None:
    page.goto(f"{console.url}/console/people")
    tab_to(page, "Invite a person")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Whom do you invite?")).to_be_visible()
    tab_to(page, "Name")
    page.keyboard.type("Bea Murphy")
    tab_to(page, "E-mail address")
    page.keyboard.type("bea@courier.example")
    tab_to(page, "Finance: works with contributions, refunds and exports")
    page.keyboard.press("Space")
    tab_to(page, "Make a link")
    page.keyboard.press("Enter")

    link = page.get_by_label("One-time link for Bea Murphy")
    expect(link).to_have_value(re.compile(rf"{console.url}/console/sign-in/[\w-]{{43}}"))
    page.get_by_role("link", name="Done").press("Enter")
    expect(page.get_by_role("heading", name="What may Bea Murphy do?")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_screens_are_accessible_on_a_phone_and_in_both_schemes(
    page: Page, console: ServedConsole, ana: Person, scheme: str
) -> None:
    bea = add_person(console.services, Role.ADMIN, name="Bea Murphy")
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": 390, "height": 800})

    def look(path: str | None = None) -> None:
        if path:
            page.goto(console.url + path)
        assert faults(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 390

    look("/console/people")
    look(f"/console/people/{bea.id}")
    look("/console/agreements")
    look("/console/people/invite")
    page.get_by_label("Name").fill("Eve")
    page.get_by_label("E-mail address").evaluate("field => field.type = 'text'")
    page.get_by_label("E-mail address").fill("eve")
    page.get_by_role("button", name="Make a link").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("2 fields need your attention.")
    look()
    page.get_by_label("E-mail address").fill("eve@courier.example")
    page.get_by_label("Admin: invites people and may do everything").press("Space")
    page.get_by_role("button", name="Make a link").press("Enter")
    expect(page.get_by_role("heading", name="What waits for a second person?")).to_be_visible()
    console.sign_in(page, bea)
    look("/console/agreements")
    look("/console/record")
    page.get_by_role("button", name="Check it now").press("Enter")
    expect(page.get_by_text("The record is whole")).to_be_visible()
    look()
