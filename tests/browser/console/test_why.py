"""The screen Why? in Chromium: a question asked with the keyboard alone, on a phone, and in both schemes."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from service.staff.people import Role
from tests.browser.axe import faults
from tests.browser.console.conftest import ServedConsole
from tests.console.published import CAMPAIGNS, publish_site
from tests.staff.signed_in import add_person


@pytest.fixture
def asked(page: Page, console: ServedConsole) -> Page:
    """A page of an editor of a site with three campaigns."""
    publish_site(console.services, *CAMPAIGNS)
    console.sign_in(page, add_person(console.services, Role.EDITOR))
    page.goto(f"{console.url}/console/tide/why")
    return page


def test_a_question_is_asked_with_the_keyboard_alone(asked: Page) -> None:
    asked.get_by_label("Country").focus()
    asked.keyboard.type("FR")
    asked.keyboard.press("Enter")

    expect(
        asked.get_by_text("Not asked: “Open for all” is for readers in Ireland, and this reader is in France.")
    ).to_be_visible()
    expect(asked).to_have_url("http://" + asked.url.split("/")[2] + "/console/tide/why?country=FR#answer")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_form_answer_and_errors_are_accessible_at_every_width(asked: Page, scheme: Any) -> None:
    asked.emulate_media(color_scheme=scheme)
    for width in (1280, 390):
        asked.set_viewport_size({"width": width, "height": 844})
        for query in ("", "?country=IE&articles=12", "?country=FR", "?articles=many&country=Ireland"):
            asked.goto(asked.url.partition("?")[0] + query)
            asked.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true; })")

            assert faults(asked) == []
            assert asked.evaluate("document.documentElement.scrollWidth") <= width
