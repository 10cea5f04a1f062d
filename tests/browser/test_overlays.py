"""Banners keep off what readers need, also if it comes later, and gates hide the text and hold the page still."""

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.hearing import wait_for
from tests.browser.press import LONG_TEXT, Press
from tests.browser.stub import Stub, prompt
from tests.browser.world import BANNER, GATE, SOFT_GATE

pytestmark = pytest.mark.browser

GATED = {"state": "gated", "used": 5, "allowance": 5, "resets_at": None}
ASIDE = re.compile("aside")
COMMENTS = {
    "WordPress comments": '<div class="wp-block-comments">%s</div>',
    "classic comments": '<div class="comments-area">%s</div>',
    "the reply form": '<div id="respond">%s</div>',
    "Ghost comments": '<section class="gh-comments">%s</section>',
    "Disqus": '<div id="disqus_thread">%s</div>',
    "Coral": '<div id="coral_thread">%s</div>',
    "any comments": "<div data-comments>%s</div>",
}
TOOLS = {
    "OneTrust": '<div id="onetrust-banner-sdk" style="%s"></div>',
    "Cookiebot": '<div id="CybotCookiebotDialog" style="%s"></div>',
    "Osano's": '<div class="cc-window" style="%s"></div>',
    "Wagtail's bar": '<wagtail-userbar style="%s"></wagtail-userbar>',
    "an unknown tall bar": '<div style="%s; height: 40vh"></div>',
}
FIXED = "position: fixed; left: 0; right: 0; bottom: 0; height: 60px; z-index: 9999; display: block; background: #eee"
NEWS = '<script type="application/ld+json">{"@type": "NewsArticle"}</script>'


def banner_of(page: Page) -> Locator:
    return page.locator("keep-open .banner")


def show_banner(page: Page, press: Press, stub: Stub, extra: str = "", head: str | None = None) -> None:
    stub.show(prompt(**BANNER))
    body = f"<main><article><h1>A headline</h1>{LONG_TEXT}</article></main>{extra}"
    page.goto(press.publish(body, head=head))
    wait_for(page, "shown")


@pytest.mark.kept_tab
@pytest.mark.parametrize("name", COMMENTS)
def test_a_banner_keeps_off_the_comments_of_the_commonest_systems(
    page: Page, press: Press, stub: Stub, name: str
) -> None:
    show_banner(page, press, stub, COMMENTS[name] % ("<p>A comment.</p>" * 20))
    expect(banner_of(page)).not_to_have_class(ASIDE)

    page.locator("main + *").evaluate("(node) => scrollBy(0, node.getBoundingClientRect().top - innerHeight + 40)")

    expect(banner_of(page)).to_have_class(ASIDE)


@pytest.mark.kept_tab
@pytest.mark.parametrize("is_late", [False, True], ids=["at once", "late"])
@pytest.mark.parametrize("name", TOOLS)
def test_a_banner_keeps_off_consent_tools_and_editors_bars(
    page: Page, press: Press, stub: Stub, name: str, is_late: bool
) -> None:
    tool = TOOLS[name] % FIXED
    show_banner(page, press, stub, "" if is_late else tool)
    if is_late:
        expect(banner_of(page)).not_to_have_class(ASIDE)
        page.evaluate("(html) => document.body.insertAdjacentHTML('beforeend', html)", tool)

    expect(banner_of(page)).to_have_class(ASIDE)
    page.evaluate("document.querySelector('[style*=fixed]').remove()")
    expect(banner_of(page)).not_to_have_class(ASIDE)


@pytest.mark.parametrize(
    "style", ["left: 0; right: 0; bottom: 0; height: 56px", "right: 16px; bottom: 0; width: 64px; height: 72px"]
)
def test_a_banner_rests_on_tab_bars_and_chat_buttons(page: Page, press: Press, stub: Stub, style: str) -> None:
    show_banner(page, press, stub, f'<nav id="bar" style="position: fixed; {style}; background: #ddd"></nav>')

    expect(banner_of(page)).not_to_have_class(ASIDE)
    boxes = page.evaluate(
        """() => [document.querySelector('.keepopen-own').shadowRoot.querySelector('.banner'),
            document.querySelector('#bar')].map((node) => node.getBoundingClientRect().toJSON())"""
    )
    assert boxes[0]["bottom"] == pytest.approx(boxes[1]["top"], abs=1)


TCF_ASKS = """<script>window.__tcfapi = (command, version, listener) => {
    window.tool = listener; listener({ eventStatus: 'cmpuishown' }, true); };</script>"""
GPP_ASKS = """<script>window.__gpp = (command, listener) => { window.tool = listener;
    listener({ eventName: 'listenerRegistered', pingData: { cmpDisplayStatus: 'visible' } }, true); };</script>"""
ASKING = {
    "tcf": (TCF_ASKS, "tool({ eventStatus: 'useractioncomplete', purpose: { consents: {} } }, true)"),
    "gpp": (GPP_ASKS, "tool({ pingData: { cmpDisplayStatus: 'hidden', signalStatus: 'ready' } }, true)"),
}


@pytest.mark.parametrize("name", ASKING)
def test_a_banner_waits_while_a_consent_tool_asks(page: Page, press: Press, stub: Stub, name: str) -> None:
    asking, answered = ASKING[name]
    show_banner(page, press, stub, head=asking + press.script(""))
    expect(banner_of(page)).to_have_class(ASIDE)

    page.evaluate(answered)

    expect(banner_of(page)).not_to_have_class(ASIDE)


def visibility(page: Page, selector: str) -> str:
    found: str = page.locator(selector).first.evaluate("(node) => getComputedStyle(node).visibility")
    return found


HIDDEN_COUNT = "(nodes) => nodes.filter((node) => getComputedStyle(node).visibility === 'hidden').length"
BODIES = ["class=entry-content", "class=wp-block-post-content", "class=gh-content", "itemprop=articleBody"]


INNER = """<style>html, body {{ height: 100%; margin: 0; overflow: hidden; }}
    #app {{ overflow: auto; padding-bottom: 10px; }} {more}</style>
    <header>The Courier</header><div id=app><article><h1>A headline</h1>{text}
    <p><a href="/last" id=last>The last link</a></p></article></div>"""


@pytest.mark.parametrize(
    "more",
    [
        "header { display: none; } #app { box-sizing: border-box; height: 100vh; }",
        "body { display: flex; flex-direction: column; } #app { flex: 1; min-height: 0; }",
        "body { display: grid; grid-template-rows: auto 1fr; } #app { min-height: 0; }",
        "#app { position: fixed; inset: 30px 0 40px; }",
    ],
    ids=["the whole window", "flex", "grid", "fixed"],
)
def test_the_end_of_a_page_that_scrolls_in_a_box_is_above_the_banner(
    page: Page, press: Press, stub: Stub, more: str
) -> None:
    stub.show(prompt(**BANNER))
    page.goto(press.publish(INNER.format(more=more, text=LONG_TEXT)))
    wait_for(page, "shown")
    page.wait_for_timeout(500)

    page.locator("#app").evaluate("(app) => { app.scrollTop = app.scrollHeight; }")
    found = page.evaluate(
        """() => { const { left, top } = document.querySelector('#last').getBoundingClientRect();
            return document.elementFromPoint(left + 2, top + 2).id; }"""
    )
    banner_of(page).get_by_role("button", name="Close").click()

    assert found == "last"
    expect(page.locator("#app")).to_have_css("padding-bottom", "10px")


@pytest.mark.parametrize("attribute", BODIES)
def test_a_gate_hides_the_body_of_the_commonest_systems_on_the_screen_and_in_print(
    page: Page, press: Press, stub: Stub, attribute: str
) -> None:
    stub.show(prompt(**GATE), access=GATED)
    text = LONG_TEXT.replace("<p id=p3>", '<p id=p3 style="visibility: visible">')
    page.goto(press.publish(f"<article><h1>A</h1><div {attribute}>{text}</div></article>", head=NEWS + press.script()))
    wait_for(page, "shown")

    assert [visibility(page, selector) for selector in ("p#p1", "p#p3", "h1")] == ["hidden", "hidden", "visible"]
    page.emulate_media(media="print")
    assert visibility(page, "p#p1") == "hidden"
    assert page.evaluate("keepopen.explain().then((told) => told.gate.hides)") == 1


@pytest.mark.kept_tab
@pytest.mark.parametrize(
    ("selector", "hidden"),
    [
        ("#p1, #p2", 2),
        ("#p1:not(.a, .b), .nowhere", 1),
        ("#p1) {} body, :is(#p2", 0),
        ("#p1,", 0),
        (".nowhere", 0),
    ],
)
def test_a_gate_takes_a_list_of_selectors_and_ignores_what_is_none(
    page: Page, press: Press, stub: Stub, selector: str, hidden: int
) -> None:
    stub.show(prompt(**GATE), access=GATED)
    page.goto(press.article(head=press.script(f'data-consent="full" data-gated="{selector}"')))
    wait_for(page, "shown")

    assert page.locator(".body p").evaluate_all(HIDDEN_COUNT) == hidden
    assert page.evaluate("keepopen.explain().then((told) => told.gate.hides)") == hidden


def test_explain_says_when_a_gate_hides_nothing(page: Page, press: Press, stub: Stub) -> None:
    stub.show(prompt(**GATE), access=GATED)
    page.goto(press.article())
    wait_for(page, "shown")

    assert page.evaluate("keepopen.explain().then((told) => told.gate)") == {"selector": None, "hides": 0}


@pytest.mark.parametrize("size", [{"width": 1280, "height": 900}, {"width": 390, "height": 844}])
def test_the_page_behind_a_gate_does_not_scroll(page: Page, press: Press, stub: Stub, size: Any) -> None:
    page.set_viewport_size(size)
    stub.show(prompt(**SOFT_GATE), access=GATED)
    page.goto(press.article())
    wait_for(page, "shown")

    page.mouse.move(5, 5)
    page.mouse.wheel(0, 900)
    page.wait_for_timeout(300)
    assert page.evaluate("scrollY") == 0

    page.keyboard.press("Escape")
    page.mouse.wheel(0, 900)
    page.wait_for_function("scrollY > 0")
