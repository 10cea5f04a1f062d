"""What the reader has done by the time a file or an answer comes: closed it, gone on, come back from paying."""

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.hearing import events_on, heard, wait_for
from tests.browser.press import Press
from tests.browser.stub import Stub, prompt
from tests.browser.world import BANNER, GATE, REGION, hold, settled

pytestmark = pytest.mark.browser

GIVE = "Support the Courier"
THANKS = "Thank you"


def begin_to_give(page: Page) -> None:
    with page.expect_request("**/v1/checkout"):
        page.get_by_role("button", name=GIVE).click()


def test_who_closes_the_appeal_is_not_taken_to_the_payment_page(page: Page, press: Press, stub: Stub) -> None:
    stub.show(prompt())
    page.goto(press.article())
    wait_for(page, "shown")
    release = hold(page, "v1/checkout")
    begin_to_give(page)
    page.get_by_role("button", name="Close").click()

    release()

    assert "checkout" not in settled(page)
    assert page.url.endswith("/page")


def test_who_went_on_to_another_story_is_not_taken_to_the_payment_page(page: Page, press: Press, stub: Stub) -> None:
    stub.show(prompt())
    page.goto(press.article())
    wait_for(page, "shown")
    release = hold(page, "v1/checkout")
    begin_to_give(page)
    page.evaluate("history.pushState({}, '', '/second')")
    wait_for(page, "shown", 2)

    release()

    assert "checkout" not in settled(page)
    assert page.url.endswith("/second")


def test_who_closes_the_banner_is_not_taken_to_the_support_page(page: Page, press: Press, stub: Stub) -> None:
    stub.show(prompt(**BANNER))
    page.goto(press.article())
    wait_for(page, "shown")
    held: list[Route] = []
    page.route("**/amounts.js", lambda route: held.append(route))  # noqa: PLW0108 - Playwright marks the function
    with page.expect_request("**/amounts.js"):
        page.get_by_role("button", name=GIVE).click()
    page.get_by_role("button", name="Close").click()

    held[0].abort()

    settled(page)
    assert page.url.endswith("/page")


def test_amounts_that_never_come_lead_to_the_support_page(page: Page, press: Press, stub: Stub) -> None:
    stub.show(prompt(**BANNER))
    page.goto(press.article())
    wait_for(page, "shown")
    hold(page, "amounts.js")

    page.get_by_role("button", name=GIVE).click()

    page.wait_for_url("**/support/courier")


def test_a_reminder_that_comes_late_does_not_take_the_focus(page: Page, press: Press, stub: Stub) -> None:
    stub.show(prompt())
    page.goto(press.article())
    wait_for(page, "shown")
    release = hold(page, "remind.js")
    with page.expect_request("**/remind.js"):
        page.get_by_role("button", name="Remind me later").click()
    page.get_by_label("Comment").focus()

    release()

    expect(page.get_by_role("button", name="in a week")).to_be_visible()
    expect(page.get_by_label("Comment")).to_be_focused()


@pytest.mark.parametrize("is_late", [False, True])
def test_who_is_back_from_paying_is_thanked_and_not_asked_again(
    page: Page, press: Press, stub: Stub, is_late: bool
) -> None:
    stub.show(prompt(), prompt(**BANNER))
    release = hold(page, "thanks.js")
    page.goto(press.article() + "#keepopen-thanks")
    wait_for(page, "decision")
    if is_late:
        wait_for(page, "shown", 2)
    release()

    expect(page.get_by_role("heading", name=THANKS)).to_be_visible()
    settled(page)
    expect(page.get_by_role("region", name=REGION)).to_have_count(0)
    assert "#" not in page.url

    page.evaluate("history.pushState({}, '', '/second')")
    expect(page.get_by_role("region", name=REGION)).to_have_count(2)
    expect(page.get_by_role("heading", name=THANKS)).to_have_count(0)
    assert events_on(page).count("returned") == 1


def test_thanks_do_not_open_a_gate(page: Page, press: Press, stub: Stub) -> None:
    stub.show(prompt(**GATE), prompt())
    page.goto(press.article() + "#keepopen-thanks")
    wait_for(page, "returned")

    expect(page.get_by_role("dialog", name=REGION)).to_be_visible()
    settled(page)
    assert page.locator("keep-open .appeal").count() == 1
    assert page.locator("keep-open .appeal h2").text_content() == THANKS


def test_thanks_that_come_after_the_reader_went_on_are_only_told(page: Page, press: Press, stub: Stub) -> None:
    release = hold(page, "thanks.js")
    page.goto(press.article() + "#keepopen-thanks")
    wait_for(page, "none")
    page.evaluate("history.pushState({}, '', '/second#/part')")
    wait_for(page, "none", 2)

    release()
    wait_for(page, "returned")

    settled(page)
    assert page.locator("keep-open .root").count() == 0
    assert page.url.endswith("/second#/part")


def test_thanks_stay_though_the_service_fails(page: Page, press: Press, stub: Stub) -> None:
    release = hold(page, "v1/decide")
    page.goto(press.article() + "#keepopen-thanks")
    expect(page.get_by_role("heading", name=THANKS)).to_be_visible()
    stub.decide = lambda _: ("oops", 500)
    release()
    wait_for(page, "none")

    expect(page.get_by_role("heading", name=THANKS)).to_be_visible()


def test_a_page_from_the_cache_with_files_on_their_way_shows_one_prompt(page: Page, press: Press, stub: Stub) -> None:
    stub.show(prompt())
    elsewhere = press.publish("<p>Elsewhere</p>", head="", path="elsewhere")
    page.goto(press.article())
    wait_for(page, "seen")
    page.goto(elsewhere)
    release = hold(page, "v1/decide")
    page.evaluate("setTimeout(() => history.back())")
    page.wait_for_timeout(500)
    page.evaluate("keepopen.consent('meter'); 0")
    page.wait_for_timeout(200)
    release()
    page.wait_for_function("heard.filter(({ event }) => event === 'decision').length >= 2")

    settled(page)
    expect(page.get_by_role("region", name=REGION)).to_have_count(1)
    assert heard(page)[-1]["event"] == "decision"
    assert stub.event_names().count("seen") == 1


def test_a_gift_whose_proof_cannot_be_shown_can_be_begun_again(page: Page, press: Press, stub: Stub) -> None:
    stub.show(prompt())
    page.goto(press.article())
    wait_for(page, "shown")
    stub.wants_proof = True
    page.route("**/proof.js", lambda route: route.abort())
    page.get_by_role("button", name=GIVE).click()

    expect(page.get_by_role("alert")).to_contain_text("nothing was charged")
    expect(page.get_by_role("button", name="€10 once")).to_be_enabled()
