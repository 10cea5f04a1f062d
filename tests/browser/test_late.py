"""Files, answers and events that come late, or in another order: nothing of an old view is drawn, nothing is lost."""

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.hearing import heard, wait_for
from tests.browser.press import Press
from tests.browser.stub import Stub, decision, prompt
from tests.browser.world import BANNER, GATE, HEAR_REJECTIONS, hold, settled

pytestmark = pytest.mark.browser

LOCAL = 'data-consent="full" data-passport="local"'
PLACE = """const place = document.createElement('keep-open');
    place.setAttribute('placement', 'article_end'); document.querySelector('main').append(place)"""


@pytest.fixture(autouse=True)
def no_unhandled_rejections(page: Page) -> None:
    page.add_init_script(HEAR_REJECTIONS)


FILES: dict[str, dict[str, Any]] = {
    "prompts.js": {},
    "appeal.js": {},
    "amounts.js": {},
    "en.js": {},
    "banner.js": BANNER,
    "gate.js": GATE,
}


@pytest.mark.deadlines(3)
@pytest.mark.parametrize("name", FILES)
def test_a_file_that_comes_after_the_time_draws_nothing_until_the_next_view(
    page: Page, press: Press, stub: Stub, name: str
) -> None:
    stub.show(prompt(**FILES[name]))
    release = hold(page, name)
    page.goto(press.article())
    wait_for(page, "none")

    release()
    page.evaluate(PLACE)
    told = settled(page)
    assert told == ["decision", "error", "none"]
    assert page.locator("keep-open .root").count() == 0

    page.evaluate("keepopen.page({ page_id: 'next' })")
    wait_for(page, "shown")
    assert heard(page)[-1]["page_id"] == "next"


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_comes_in_the_next_view_draws_nothing_of_the_last(
    page: Page, press: Press, stub: Stub, name: str
) -> None:
    stub.show(prompt(**FILES[name]))
    release = hold(page, name)
    page.goto(press.article())
    wait_for(page, "decision")
    stub.decide = lambda _: decision(decision_id="dec_2")
    page.evaluate("history.pushState({}, '', '/second')")
    wait_for(page, "none")

    release()

    assert settled(page) == ["decision", "decision", "none"]
    assert heard(page)[-1]["reason"] == "no_prompt"
    assert page.locator("keep-open .root").count() == 0


def test_a_view_left_with_one_prompt_drawn_and_one_on_its_way_tells_nothing_of_it(
    page: Page, press: Press, stub: Stub
) -> None:
    stub.show(prompt(), prompt(**BANNER))
    release = hold(page, "banner.js")
    page.goto(press.article())
    wait_for(page, "seen")
    stub.decide = lambda _: decision()
    page.evaluate("keepopen.page({ page_id: 'b' })")
    wait_for(page, "none")
    release()

    assert settled(page) == ["decision", "shown", "seen", "decision", "none"]


def test_an_answer_in_the_instant_between_a_new_view_and_its_question_is_not_taken(
    page: Page, press: Press, stub: Stub
) -> None:
    """The page keeps the first answer, and hands it over in the very turn in which the new view begins."""
    stub.decide = lambda body: decision(*[prompt()] * (body["page_id"] == "old"), decision_id=body["page_id"])
    keep = """<script>fetch = ((native) => async (url, options) => {
        const response = await native(url, options);
        if (!/"page_id":"old"/.test(options?.body)) return response;
        const text = await response.text();
        await new Promise((go) => { window.answer = go; });
        return { ok: true, text: async () => text };
    })(fetch)</script>"""
    page.goto(press.article(head=keep + press.script('data-consent="full" data-page-id="old"')))
    page.wait_for_function("typeof window.answer === 'function'")

    page.evaluate("keepopen.page({ page_id: 'new' }); answer()")
    wait_for(page, "none")

    assert settled(page) == ["decision", "none"]
    assert {(payload["page_id"], payload["decision_id"]) for payload in heard(page)} == {("new", "new")}


def test_a_route_takes_the_old_prompt_away_at_once(page: Page, press: Press, stub: Stub) -> None:
    stub.decide = lambda body: decision(*[prompt(**GATE)] * (body["page_id"] == "/page"))
    page.goto(press.article())
    wait_for(page, "shown")

    assert page.evaluate("history.pushState({}, '', '/second'); document.querySelectorAll('.keepopen-own').length") == 0
    wait_for(page, "none")
    assert [asked["page_id"] for asked in stub.decides] == ["/page", "/second"]


@pytest.mark.deadlines(1)
def test_local_mode_says_none_in_time_though_its_script_is_late(page: Page, press: Press, stub: Stub) -> None:
    stub.show(prompt())
    release = hold(page, "privacy.js")
    page.goto(press.article(head=press.script(LOCAL)))
    wait_for(page, "none")

    release()

    assert settled(page) == ["error", "none"]
    assert heard(page)[-1]["reason"] == "late"


def test_explain_answers_however_late_its_script_comes(page: Page, press: Press, stub: Stub) -> None:
    release = hold(page, "explain.js")
    page.goto(press.article())
    wait_for(page, "none")
    page.evaluate("window.told = keepopen.explain(); 0")
    page.wait_for_timeout(200)
    release()

    assert page.evaluate("told.then((found) => found.site)") == "courier"


def test_a_withdrawal_erases_though_the_script_for_it_is_late(page: Page, press: Press, stub: Stub) -> None:
    stub.show(prompt())
    release = hold(page, "privacy.js")
    page.goto(press.article())
    wait_for(page, "shown")
    page.evaluate("keepopen.consent('none')")
    page.wait_for_timeout(200)
    assert stub.erasures == []

    with page.expect_response("**/v1/passport?site=courier"):
        release()
    settled(page)


def test_an_answer_on_its_way_does_not_bring_back_what_was_forgotten(page: Page, press: Press, stub: Stub) -> None:
    stub.decide = lambda _: {"prompts": [], "passport": "held"}
    page.goto(press.article(head=press.script(LOCAL)))
    wait_for(page, "none")
    release = hold(page, "v1/decide")
    with page.expect_request("**/v1/decide"):
        page.evaluate("keepopen.page({ page_id: 'b' })")

    page.evaluate("keepopen.forget()")
    release()
    wait_for(page, "none", 2)
    page.wait_for_function("localStorage.getItem('keepopen-courier') === null")


def test_what_was_told_before_the_adapters_came_reaches_them_once(page: Page, press: Press, stub: Stub) -> None:
    stub.show(prompt())
    release = hold(page, "extras.js")
    page.goto(press.article(head=press.script('data-adapters="datalayer" data-consent="full"')))
    wait_for(page, "seen")
    release()

    page.wait_for_function("window.dataLayer?.length === 3")
    page.get_by_role("button", name="Close").click()
    page.wait_for_function("dataLayer.length === 4")
    names = page.evaluate("dataLayer.map((entry) => entry.keepopen.event)")
    assert names == ["decision", "shown", "seen", "dismissed"]


def test_a_route_before_the_script_that_follows_routes_came_is_noticed(page: Page, press: Press, stub: Stub) -> None:
    page.add_init_script("Object.defineProperty(window, 'navigation', { value: undefined });")
    release = hold(page, "extras.js")
    page.goto(press.article())
    wait_for(page, "none")
    page.evaluate("history.pushState({}, '', '/second')")
    page.wait_for_timeout(300)
    release()
    wait_for(page, "none", 2)

    assert [asked["page_id"] for asked in stub.decides] == ["/page", "/second"]
