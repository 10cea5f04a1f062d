"""What the widget costs the page: no layout shift, no long task, in every default placement and on a slow machine."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.hearing import wait_for
from tests.browser.press import Press
from tests.browser.stub import Stub, prompt
from tests.browser.tasks import widget_tasks
from tests.browser.world import OBSERVE_SHIFTS, PLACES

pytestmark = pytest.mark.browser

LONG_MILLISECONDS = 50


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
@pytest.mark.parametrize("name", PLACES)
def test_nothing_shifts(page: Page, press: Press, stub: Stub, name: str, motion: Any) -> None:
    page.emulate_media(reduced_motion=motion)
    page.add_init_script(OBSERVE_SHIFTS)
    stub.show(prompt(**PLACES[name]))

    page.goto(press.article())
    wait_for(page, "shown")
    page.wait_for_timeout(500)
    if name == "end of the article":
        page.evaluate("scrollTo(0, document.body.scrollHeight)")
        page.wait_for_timeout(200)
    page.get_by_role("button", name="Close").click()
    page.wait_for_timeout(600)

    assert page.evaluate("window.shifts") == []


@pytest.mark.parametrize("name", ["head of the article", "banner", "gate"])
def test_no_task_of_the_widget_is_long_on_a_slow_processor(
    browser: Browser, press: Press, stub: Stub, name: str
) -> None:
    """The best of three loads: other programs on the machine make tasks look longer than they are."""
    stub.show(prompt(**PLACES[name]))
    longest = []
    for _ in range(3):
        stub.events.clear()
        longest.append(max(widget_tasks(browser, press.article(), stub), default=LONG_MILLISECONDS + 1))
        if longest[-1] <= LONG_MILLISECONDS:
            break

    assert min(longest) <= LONG_MILLISECONDS
