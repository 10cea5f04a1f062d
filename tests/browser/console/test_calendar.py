"""The calendar in Chromium: by keyboard, on a phone, and in both schemes."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from service.staff.people import Role
from tests.browser.axe import faults
from tests.browser.console.conftest import ServedConsole
from tests.console.published import CAMPAIGNS, publish_site
from tests.staff.signed_in import add_person

SECOND: dict[str, Any] = {
    **CAMPAIGNS[0],
    "key": "second",
    "name": "Christmas appeal",
    "schedule": {"starts": "2026-12-08", "ends": "2026-12-26"},
    "variants": [*CAMPAIGNS[0]["variants"], {**CAMPAIGNS[0]["variants"][0], "key": "warm"}],
    "experiment": {"seed": "christmas"},
}
SITE = {
    "quiet_hours": ["22:00-07:00"],
    "exclusions": [
        {"sections": ["obituaries"], "starts_on": "2026-12-04", "ends_on": "2026-12-11", "reason": "a trial"}
    ],
}


@pytest.fixture
def december(page: Page, console: ServedConsole) -> Page:
    """The calendar of December, with campaigns that compete."""
    publish_site(console.services, *CAMPAIGNS, SECOND, **SITE)
    console.sign_in(page, add_person(console.services, Role.VIEWER))
    page.goto(f"{console.url}/console/tide/calendar?month=2026-12")
    return page


def test_months_are_turned_with_the_keyboard(december: Page) -> None:
    expect(december.get_by_text("On 8 to 26 December “Open for all” is asked first")).to_be_visible()

    december.get_by_role("link", name="January 2027").press("Enter")

    expect(december.get_by_role("heading", name="January 2027")).to_be_visible()
    expect(december.get_by_text("Christmas appeal")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_calendar_is_accessible_at_every_width(december: Page, scheme: Any) -> None:
    december.emulate_media(color_scheme=scheme)
    for width in (1280, 390):
        december.set_viewport_size({"width": width, "height": 844})
        for query in ("?month=2026-12", "?month=soon", "?month=1990-01"):
            december.goto(december.url.partition("?")[0] + query)

            assert faults(december) == []
            assert december.evaluate("document.documentElement.scrollWidth") <= width
