"""The appeal at the head of an article, as a reader meets it."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from service.contributions.checkout.card_testing import is_proof
from tests.browser.stub import Stub, prompt

pytestmark = pytest.mark.browser

HEADING = "You have read seven of our stories this month"


def open_story(page: Page, newspaper: str, slug: str = "harbour-wall") -> None:
    page.goto(f"{newspaper}/articles/{slug}")
    expect(page.get_by_role("region", name=HEADING)).to_be_visible()


def test_an_appeal_stands_at_the_head_of_the_article(page: Page, newspaper: str, stub: Stub, artefacts: Path) -> None:
    stub.show(prompt())

    open_story(page, newspaper)

    expect(page.get_by_role("button", name="Support the Courier: €10 once")).to_be_visible()
    page.screenshot(path=artefacts / "appeal.png", animations="disabled")


def test_it_takes_no_focus(page: Page, newspaper: str, stub: Stub) -> None:
    stub.show(prompt())

    open_story(page, newspaper)

    assert page.evaluate("document.activeElement === document.body")


def test_the_service_is_told_the_facts_of_the_page(page: Page, newspaper: str, stub: Stub) -> None:
    page.goto(f"{newspaper}/articles/school-bus-collision", wait_until="networkidle")

    asked = stub.decides[0]
    assert (asked["site"], asked["page_id"], asked["page_type"]) == ("courier", "school-bus-collision", "article")
    assert (asked["section"], asked["is_sensitive"], asked["consent"]) == ("news", True, "full")
    assert set(asked["placements"]) == {"article_top", "article_end", "page_bottom", "over_article"}
    assert asked["tags"] == ["coast-road", "bereavement"]


def test_seen_is_told_once_it_was_half_visible_for_a_quarter_of_a_second(
    page: Page, newspaper: str, stub: Stub
) -> None:
    stub.show(prompt())

    with page.expect_response("**/v1/events"):
        open_story(page, newspaper)
        page.get_by_role("region", name=HEADING).scroll_into_view_if_needed()

    page.wait_for_timeout(400)
    assert stub.event_names() == ["seen"]
    assert stub.events[0]["prompt_token"] == "tok_0123456789abcdef"


def test_an_appeal_below_the_fold_is_not_seen_until_it_is_scrolled_to(page: Page, newspaper: str, stub: Stub) -> None:
    stub.show(prompt(placement="article_end"))
    open_story(page, newspaper)
    page.wait_for_timeout(400)
    assert stub.events == []

    with page.expect_response("**/v1/events"):
        page.locator("keep-open[placement=article_end]").scroll_into_view_if_needed()

    assert stub.event_names() == ["seen"]


def test_closing_it_is_told_and_gives_the_focus_back_to_the_reading(page: Page, newspaper: str, stub: Stub) -> None:
    stub.show(prompt())
    open_story(page, newspaper)

    with page.expect_request(lambda request: "dismissed" in (request.post_data or "")):
        page.get_by_role("button", name="Close").click()

    expect(page.get_by_role("region", name=HEADING)).to_have_count(0)
    assert page.evaluate("document.activeElement.tagName") == "H1"


def test_a_suggested_amount_leads_to_the_hosted_page(page: Page, newspaper: str, stub: Stub) -> None:
    stub.show(prompt())
    open_story(page, newspaper)

    page.get_by_text("Monthly", exact=True).click()
    page.get_by_text("€3", exact=True).click()
    page.get_by_role("button", name="Support the Courier: €3 a month").click()
    page.wait_for_url("**/hosted")

    sent = stub.checkouts[0]
    assert (sent["amount_minor"], sent["currency"], sent["interval"]) == (300, "EUR", "month")
    assert sent["prompt_token"] == "tok_0123456789abcdef"
    assert sent["return_url"] == f"{newspaper}/articles/harbour-wall"
    assert "clicked" in stub.event_names()


OUT_OF_RANGE = ("0", "0.50", "2000.01")


def test_an_own_amount_that_cannot_be_taken_is_explained_in_words(page: Page, newspaper: str, stub: Stub) -> None:
    stub.show(prompt())
    open_story(page, newspaper)
    page.get_by_text("Other", exact=True).click()
    own = page.get_by_label("Your own amount")

    for typed in (*OUT_OF_RANGE, "", "abc", "5.005", "$5"):
        own.fill(typed)
        page.get_by_role("button", name="Support the Courier").click()
        expect(page.get_by_role("alert")).to_have_text(
            "Please enter an amount from €1 to €2,000."
            if typed in OUT_OF_RANGE
            else "We could not read this amount. Please write it in digits, such as 5 or 5.50."
        )
        expect(own).to_be_focused()
    assert stub.checkouts == []


def test_monthly_is_never_chosen_for_the_reader(page: Page, newspaper: str, stub: Stub) -> None:
    stub.show(prompt(ask__default_interval="month"))

    open_story(page, newspaper)

    expect(page.get_by_role("radio", name="Once")).to_be_checked()
    expect(page.get_by_role("radio", name="Monthly")).not_to_be_checked()


def test_without_a_one_off_choice_nothing_is_chosen(page: Page, newspaper: str, stub: Stub) -> None:
    made = prompt()
    made["ask"]["intervals"] = made["ask"]["intervals"][1:]
    stub.show(made)
    open_story(page, newspaper)

    page.get_by_role("button", name="Support the Courier").click()

    expect(page.get_by_role("alert")).to_have_text("Please choose how often.")


def test_the_fee_is_covered_only_when_the_reader_says_so(page: Page, newspaper: str, stub: Stub) -> None:
    stub.show(prompt(ask__can_cover_fee=True))
    open_story(page, newspaper)
    box = page.get_by_role("checkbox")
    expect(box).not_to_be_checked()

    box.check()
    page.get_by_role("button", name="Support the Courier").click()
    page.wait_for_url("**/hosted")

    assert stub.checkouts[0]["covers_fee"] is True


def test_a_failing_checkout_says_that_nothing_was_charged(page: Page, newspaper: str, stub: Stub) -> None:
    stub.show(prompt())
    stub.checkout_status = 502
    open_story(page, newspaper)

    page.get_by_role("button", name="Support the Courier").click()

    expect(page.get_by_role("alert")).to_contain_text("nothing was charged")
    expect(page.get_by_role("button", name="Support the Courier: €10 once")).to_be_enabled()


def test_while_cards_are_being_tested_the_browser_works_for_its_reader(page: Page, newspaper: str, stub: Stub) -> None:
    stub.show(prompt())
    stub.wants_proof = True
    open_story(page, newspaper)

    page.get_by_role("button", name="Support the Courier").click()
    page.wait_for_url("**/hosted")

    first, second = stub.checkouts
    assert is_proof(first["prompt_token"], second.pop("proof"))
    assert first == second


def test_words_of_an_appeal_are_never_markup(page: Page, newspaper: str, stub: Stub) -> None:
    stub.show(prompt(copy__subheading="<img src=x onerror=alert(1)> <b>bold</b>"))

    open_story(page, newspaper)

    expect(page.get_by_text("<img src=x onerror=alert(1)> <b>bold</b>")).to_be_visible()
