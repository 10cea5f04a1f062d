"""What happened to a prompt reaches the service when the reader leaves, and is counted once."""

from collections import Counter

import pytest
from playwright.sync_api import Page, Route

from tests.browser.hearing import events_on, wait_for
from tests.browser.press import Press
from tests.browser.stub import Stub, prompt

pytestmark = pytest.mark.browser


def received(page: Page, stub: Stub) -> Counter[str]:
    """How often each event came, once any has and a repeat would have had its time."""
    for _ in range(50):
        if stub.events:
            break
        page.wait_for_timeout(100)
    page.wait_for_timeout(300)
    return Counter(event["event"] for event in stub.events)


def test_who_leaves_at_once_after_seeing_it_is_counted_once(page: Page, press: Press, stub: Stub) -> None:
    stub.show(prompt())
    elsewhere = press.publish("<p>Elsewhere</p>", head="", path="elsewhere")
    leave = f"addEventListener('keepopen:seen', () => location.assign('{elsewhere}'))"
    page.goto(press.article(head=f"<script>{leave}</script>" + press.script()), wait_until="commit")

    page.wait_for_url(elsewhere)

    assert received(page, stub) == {"seen": 1}


def test_a_tab_that_is_closed_after_seeing_it_is_counted_once(page: Page, press: Press, stub: Stub) -> None:
    stub.show(prompt())
    tab = page.context.new_page()
    tab.goto(press.article())
    wait_for(tab, "seen")

    tab.close(run_before_unload=True)

    assert received(page, stub) == {"seen": 1}


def test_who_leaves_before_a_quarter_of_a_second_has_seen_nothing(page: Page, press: Press, stub: Stub) -> None:
    stub.show(prompt())
    elsewhere = press.publish("<p>Elsewhere</p>", head="", path="elsewhere")
    leave = f"addEventListener('keepopen:shown', () => location.assign('{elsewhere}'))"
    page.goto(press.article(head=f"<script>{leave}</script>" + press.script()), wait_until="commit")

    page.wait_for_url(elsewhere)
    page.wait_for_timeout(500)

    assert stub.events == []


def test_what_could_not_be_told_is_told_when_the_page_goes_under_the_same_id(
    page: Page, press: Press, stub: Stub
) -> None:
    refused: list[str] = []

    def refuse_once(route: Route) -> None:
        refused.append(route.request.post_data or "")
        route.abort() if len(refused) == 1 else route.continue_()

    stub.show(prompt())
    page.route("**/v1/events", refuse_once)
    page.goto(press.article())
    wait_for(page, "seen")
    page.wait_for_timeout(200)
    assert stub.events == []

    page.goto(press.publish("<p>Elsewhere</p>", head="", path="elsewhere"))

    assert received(page, stub) == {"seen": 1}
    assert stub.events[0]["event_id"] in refused[0]


def test_a_closed_banner_is_told_of_to_page_and_service(page: Page, press: Press, stub: Stub) -> None:
    stub.show(prompt(kind="banner", placement="page_bottom"))
    page.goto(press.article())
    wait_for(page, "seen")

    with page.expect_response(lambda answer: "dismissed" in (answer.request.post_data or "")):
        page.get_by_role("button", name="Close").click()
    wait_for(page, "dismissed")

    assert received(page, stub) == {"seen": 1, "dismissed": 1}


ANEW = """(placement) => {
    const [old] = document.querySelectorAll(`keep-open[placement=${placement}]`);
    const made = document.createElement('keep-open');
    made.setAttribute('placement', placement);
    old.replaceWith(made);
}"""


def test_what_was_closed_stays_away_when_the_page_draws_its_places_anew(page: Page, press: Press, stub: Stub) -> None:
    stub.show(prompt(), prompt(kind="banner", placement="page_bottom", campaign="b"))
    page.goto(press.article())
    wait_for(page, "shown", 2)
    for _ in range(2):
        page.get_by_role("button", name="Close").last.click()
    wait_for(page, "dismissed", 2)

    page.evaluate(ANEW, "article_top")
    page.evaluate(ANEW, "article_end")
    page.wait_for_timeout(500)

    assert page.get_by_role("region", name="You have read").count() == 0
    assert events_on(page).count("shown") == 2


def test_a_place_that_the_page_draws_anew_gets_its_appeal_back_and_counts_once(
    page: Page, press: Press, stub: Stub
) -> None:
    stub.show(prompt())
    page.goto(press.article())
    wait_for(page, "seen")

    page.evaluate(ANEW, "article_top")
    wait_for(page, "shown", 2)
    page.wait_for_timeout(600)

    assert page.get_by_role("region", name="You have read").is_visible()
    assert (events_on(page).count("seen"), stub.event_names()) == (1, ["seen"])
