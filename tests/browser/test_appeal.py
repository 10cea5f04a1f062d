"""The appeal at the head of an article, as a reader meets it."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.stub import Stub, decision, prompt

pytestmark = pytest.mark.browser


def test_an_appeal_stands_at_the_head_of_the_article(page: Page, newspaper: str, stub: Stub, artefacts: Path) -> None:
    stub.decide = lambda body: decision(prompt())

    page.goto(f"{newspaper}/articles/harbour-wall")

    appeal = page.get_by_role("region", name="You have read seven of our stories this month")
    expect(appeal).to_be_visible()
    expect(page.get_by_role("button", name="Support the Courier: €10 once")).to_be_visible()
    page.wait_for_timeout(400)
    page.screenshot(path=artefacts / "appeal.png", full_page=True)
