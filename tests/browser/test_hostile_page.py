"""Pages that work against the widget without meaning to: old libraries, odd structured data, scripts that tidy up."""

import json
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from schemas.decide import DecideSchema
from tests.browser.hearing import events_on, wait_for
from tests.browser.press import Press
from tests.browser.stub import Stub, prompt
from tests.browser.world import BANNER, GATE, HEAR_REJECTIONS, REGION, hold

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def no_unhandled_rejections(page: Page) -> None:
    page.add_init_script(HEAR_REJECTIONS)


# What Prototype.js 1.6 does to a page: arrays and texts become JSON twice, and the mapping of Array.from is lost.
PROTOTYPE = """<script>
    Array.prototype.toJSON = function () { return '[' + this.map((one) => JSON.stringify(one)).join(', ') + ']'; };
    String.prototype.toJSON = function () { return '"' + this + '"'; };
    Array.from = function (given) { const made = []; for (let at = 0; at < given.length; at++) made[at] = given[at];
        return made; };
    Array.prototype.entries = function () { return this; };
    Object.prototype.extend = function () {};
    Element.prototype.show = Element.prototype.hide = function () { return this; };
</script>"""
BLUNT = """<script>
    delete Promise.allSettled; delete Promise.any; delete Object.groupBy; delete Array.prototype.toSorted;
    window.fetch = ((native) => (...given) => native(...given).then((answer) => answer))(fetch);
    window.CustomEvent = class extends CustomEvent {};
    window.JSON = { parse: JSON.parse, stringify: JSON.stringify };
</script>"""


@pytest.mark.parametrize("library", [PROTOTYPE, BLUNT], ids=["prototype", "blunt"])
def test_old_libraries_that_change_the_language_do_no_harm(page: Page, press: Press, stub: Stub, library: str) -> None:
    stub.show(prompt(), prompt(**BANNER))
    data = '<script type="application/ld+json">{"@type": "NewsArticle", "keywords": ["one", "two"]}</script>'

    page.goto(press.article(head=library + data + press.script()))
    wait_for(page, "seen")

    asked = stub.decides[0]
    asked.pop("_cookie")
    assert DecideSchema().validate(asked) == {}
    assert asked["tags"] == ["one", "two"]
    page.wait_for_timeout(300)
    assert {"error", "unhandled"}.isdisjoint(events_on(page))
    expect(page.get_by_role("region", name=REGION)).to_have_count(2)
    page.get_by_role("button", name="Support the Courier").first.click()
    page.wait_for_url("**/hosted")
    assert stub.checkouts[0]["amount_minor"] == 1000


@pytest.mark.parametrize(
    "broken",
    [
        "window.fetch = () => { throw Error('old') }",
        "window.fetch = () => undefined",
        "window.fetch = async () => ({})",
        "JSON.stringify = undefined",
        "JSON.parse = () => null",
        "delete AbortSignal.timeout",
    ],
)
def test_a_language_broken_beyond_use_is_silence(page: Page, press: Press, stub: Stub, broken: str) -> None:
    stub.show(prompt(**GATE))

    page.goto(press.article(head=f"<script>{broken}</script>" + press.script()))
    wait_for(page, "none")
    page.evaluate("keepopen.consent('none'); keepopen.forget(); 0")
    page.wait_for_timeout(1300)

    assert {"unhandled", "shown"}.isdisjoint(events_on(page))
    assert page.locator("p#p3").is_visible()


CALLED = {"toString": 1, "valueOf": None}
ARTICLE = {"@type": "NewsArticle"}
DATA: dict[str, tuple[Any, dict[str, Any]]] = {
    "texts that cannot be texts": (
        ARTICLE | dict.fromkeys(("isAccessibleForFree", "inLanguage", "keywords", "articleSection", "hasPart"), CALLED),
        {"language": "en"},
    ),
    "a name that cannot be a text": (ARTICLE | {"keywords": {"name": [CALLED]}, "inLanguage": [CALLED]}, {}),
    "a type that cannot be a text": ([{"@type": CALLED}, ARTICLE | {"articleSection": "News"}], {"section": "news"}),
    "numbers": (ARTICLE | {"isAccessibleForFree": 0, "inLanguage": 5, "keywords": 7}, {"language": "en"}),
    "names of the language": (ARTICLE | {"isAccessibleForFree": "__proto__", "inLanguage": "constructor"}, {}),
    "nothing at all": (
        [None, 5, "text", ARTICLE | {"articleSection": "News", "inLanguage": None}],
        {"section": "news"},
    ),
    "a graph with gaps": ({"@graph": [None, [], ARTICLE | {"inLanguage": ["ga-IE", "en"]}]}, {"language": "ga-ie"}),
    "a language as a thing": (
        ARTICLE | {"inLanguage": {"@type": "Language", "alternateName": "ga"}},
        {"language": "en"},
    ),
    "the address of a word": (ARTICLE | {"isAccessibleForFree": "https://schema.org/False"}, {"access": "metered"}),
    "far too much": (ARTICLE | {"inLanguage": "en-" + "x" * 99_999, "articleSection": "y" * 99_999}, {}),
}


@pytest.mark.kept_tab
@pytest.mark.parametrize("name", DATA)
def test_odd_structured_data_is_read_as_far_as_it_goes(page: Page, press: Press, stub: Stub, name: str) -> None:
    data, facts = DATA[name]
    head = (
        f'<script type="application/ld+json">{json.dumps(data)}</script><script type="application/ld+json">{{</script>'
    )

    page.goto(press.article(head=head + press.script()))
    wait_for(page, "none")

    asked = stub.decides[0]
    asked.pop("_cookie")
    assert DecideSchema().validate(asked) == {}
    assert "unhandled" not in events_on(page)
    assert asked["page_type"] == "article"
    assert {key: str(asked[key]).lower() for key in facts} == facts


def test_a_private_tag_as_the_language_of_the_page_does_not_silence_it(page: Page, press: Press, stub: Stub) -> None:
    page.add_init_script(
        "document.addEventListener('readystatechange', () => document.documentElement.lang = 'en-x-kids')"
    )

    page.goto(press.article())
    wait_for(page, "none")

    assert stub.decides[0]["language"] == "en"


TIDY = """<script>new MutationObserver(() => {
    for (const one of document.querySelectorAll('%s')) if (%s) one.remove();
}).observe(document, { childList: true, subtree: true });</script>"""


@pytest.mark.parametrize("shape", [GATE, BANNER], ids=["gate", "banner"])
def test_a_page_that_removes_what_it_does_not_know_keeps_its_text_and_room(
    page: Page, press: Press, stub: Stub, shape: dict[str, Any]
) -> None:
    stub.show(prompt(**shape), access={"state": "gated", "used": 5, "allowance": 5, "resets_at": None})
    tidy = TIDY % ("body > keep-open.keepopen-own", "true")

    page.goto(press.article(head=tidy + press.script('data-consent="full" data-gated=".body"')))
    wait_for(page, "decision")
    page.wait_for_timeout(600)

    assert {"unhandled", "shown"}.isdisjoint(events_on(page))
    assert page.evaluate("getComputedStyle(document.querySelector('.body')).visibility") == "visible"
    assert page.evaluate("getComputedStyle(document.body).paddingBottom") == "0px"


def test_text_comes_back_when_the_page_removes_a_standing_gate(page: Page, press: Press, stub: Stub) -> None:
    stub.show(prompt(**GATE), access={"state": "gated", "used": 5, "allowance": 5, "resets_at": None})
    page.goto(press.article(head=press.script('data-consent="full" data-gated=".body"')))
    wait_for(page, "shown")
    visibility = "getComputedStyle(document.querySelector('.body')).visibility"
    assert page.evaluate(visibility) == "hidden"

    page.evaluate("document.querySelector('.keepopen-own').remove()")

    page.wait_for_function(f"{visibility} === 'visible'")


def test_a_place_that_the_page_takes_away_during_the_drawing_is_not_put_elsewhere(
    page: Page, press: Press, stub: Stub
) -> None:
    stub.show(prompt())
    release = hold(page, "amounts.js")
    page.goto(press.article())
    wait_for(page, "decision")
    page.wait_for_timeout(500)  # all but the amounts is there, and the drawing waits for them
    page.evaluate("document.querySelector('keep-open').remove()")
    release()
    page.wait_for_timeout(900)

    assert "unhandled" not in events_on(page)
    assert page.locator("keep-open .root").count() == 0
