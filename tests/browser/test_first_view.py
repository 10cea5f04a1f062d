"""What the first appeal of a release costs a reader on a slow line: requests, and how long they wait for each other."""

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.hearing import wait_for
from tests.browser.press import Press
from tests.browser.stub import Stub, prompt
from tests.browser.world import PLACES, slow_down

pytestmark = pytest.mark.browser

FETCHED = """performance.getEntriesByType('resource').filter(({ name }) => /widget\\/\\w+\\//.test(name))
    .map(({ name, startTime, responseEnd }) => [name.split('/').at(-1), startTime, responseEnd])"""
FIRST = {
    "head of the article": {"prompts.js", "appeal.js", "amounts.js", "reports.js", "colours.js", "ga.js"},
    "banner": {"prompts.js", "appeal.js", "banner.js", "reports.js", "colours.js", "ga.js"},
}


@pytest.mark.parametrize("name", FIRST)
def test_all_a_first_prompt_needs_is_asked_for_at_once(page: Page, press: Press, stub: Stub, name: str) -> None:
    stub.show(prompt(**PLACES[name], copy__language="ga"))
    slow_down(page)

    page.goto(press.article())
    wait_for(page, "shown")

    fetched: list[list[Any]] = page.evaluate(FETCHED)
    fetched = [file for file in fetched if file[0] not in {"facts.js", "changes.js"}]
    assert {file for file, _, _ in fetched} == FIRST[name]
    assert max(start for _, start, _ in fetched) < min(end for _, _, end in fetched)


def test_nothing_to_show_costs_four_requests_and_one_when_the_files_are_kept(
    page: Page, press: Press, stub: Stub
) -> None:
    page.goto(press.article())
    wait_for(page, "none")
    page.wait_for_timeout(300)
    asked = [path.rsplit("/", 1)[1] for path in stub.paths]
    assert (asked[:2], sorted(asked[2:])) == (["widget.js", "facts.js"], ["changes.js", "decide"])
    stub.paths.clear()

    page.goto(press.article(path="another"))
    wait_for(page, "none")

    assert stub.paths == ["POST /v1/decide"]


def test_a_later_appeal_costs_the_decision_and_the_telling_that_it_was_seen(
    page: Page, press: Press, stub: Stub
) -> None:
    stub.show(prompt())
    page.goto(press.article())
    wait_for(page, "seen")
    page.wait_for_timeout(300)
    stub.paths.clear()

    with page.expect_response("**/v1/events"):
        page.goto(press.article(path="another"))

    assert stub.paths == ["POST /v1/decide", "POST /v1/events"]
