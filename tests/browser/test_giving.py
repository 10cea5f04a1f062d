"""What a site asks beside the gift, and what a reader is told while small gifts are refused."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from service.pages.language import LANGUAGES, language
from tests.browser.axe import faults
from tests.browser.hearing import heard, wait_for
from tests.browser.press import Press
from tests.browser.stub import Stub, prompt

pytestmark = pytest.mark.browser

ASKING = 'data-consent="full" data-gift-fields="anonymous message"'


def open_asking(page: Page, press: Press) -> None:
    page.goto(press.article(head=press.script(ASKING)))
    wait_for(page, "shown")


def test_what_the_site_asks_beside_a_gift_is_sent_with_it_and_told_to_nobody_else(
    page: Page, press: Press, stub: Stub
) -> None:
    stub.show(prompt())
    open_asking(page, press)
    expect(page.get_by_role("checkbox", name="Give anonymously")).not_to_be_checked()

    page.get_by_role("checkbox", name="Give anonymously").check()
    page.get_by_label("A word to the newsroom (optional)").fill(" Keep\tat it.\nMary ")
    page.route("**/hosted", lambda route: route.fulfill(status=204))  # the page stays, and can be asked
    with page.expect_request("**/hosted"):
        page.get_by_role("button", name="Support the Courier").click()
    told = heard(page)

    assert (stub.checkouts[0]["is_anonymous"], stub.checkouts[0]["message"]) == (True, "Keep at it.\nMary")
    assert not [payload for payload in told if "message" in payload or "is_anonymous" in payload]


def test_what_is_left_unsaid_is_not_sent(page: Page, press: Press, stub: Stub) -> None:
    stub.show(prompt())
    open_asking(page, press)

    page.get_by_role("button", name="Support the Courier").click()
    page.wait_for_url("**/hosted")

    assert not {"is_anonymous", "message"} & stub.checkouts[0].keys()


@pytest.mark.parametrize(("asked", "boxes", "texts"), [("anonymous", 1, 0), ("message", 0, 1), ("", 0, 0)])
def test_only_what_the_site_asks_is_asked(
    page: Page, press: Press, stub: Stub, asked: str, boxes: int, texts: int
) -> None:
    stub.show(prompt())
    page.goto(press.article(head=press.script(f'data-consent="full" data-gift-fields="{asked}"')))
    wait_for(page, "shown")

    assert (page.get_by_role("checkbox").count(), page.locator("keep-open textarea").count()) == (boxes, texts)


@pytest.mark.parametrize("tag", LANGUAGES)
def test_it_is_asked_in_every_language_and_usable_by_everyone(
    page: Page, press: Press, stub: Stub, tag: str, artefacts: Path
) -> None:
    page.set_viewport_size({"width": 320, "height": 900})
    stub.show(prompt(copy__language=tag, ask__can_cover_fee=True))
    open_asking(page, press)
    say = language(tag)

    expect(page.get_by_role("checkbox", name=say.text("gift_anonymous"))).to_be_visible()
    expect(page.get_by_label(say.text("gift_message"))).to_be_visible()
    assert faults(page, "keep-open[placement=article_top]") == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.locator("keep-open .root").screenshot(path=artefacts / f"gift-fields-{tag}.png")


@pytest.mark.parametrize("tag", ["en", "de"])
def test_while_cards_are_tested_the_least_is_named_in_words(page: Page, press: Press, stub: Stub, tag: str) -> None:
    stub.show(prompt(copy__language=tag))
    stub.wants_proof, stub.least_minor = True, 1500
    open_asking(page, press)
    least, most = ("15 €", "2.000 €") if tag == "de" else ("€15", "€2,000")

    page.get_by_role("button", name="Support the Courier").click()
    alert = page.get_by_role("alert")
    expect(alert).to_have_text(language(tag).text("range", min=least, max=most))

    page.get_by_text("€25" if tag == "en" else "25 €", exact=True).click()
    page.get_by_role("button", name="Support the Courier").click()
    page.wait_for_url("**/hosted")
    assert stub.checkouts[-1]["amount_minor"] == 2500
