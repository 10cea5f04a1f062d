"""The place is laid out as the theme lays out paragraphs, and nothing is drawn in a place where no appeal fits."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hearing import heard, wait_for
from tests.browser.press import Press
from tests.browser.stub import Stub, prompt

pytestmark = pytest.mark.browser

REGION = "You have read seven of our stories this month"
SENTENCE = "The harbour wall was built in a hurry and paid for twice, and nobody has looked at it since. "
TEXT = "".join(f"<p class=text>{SENTENCE * 5}</p>" for _ in range(6))
PLACE = '<keep-open placement="article_top"></keep-open>'
PICTURE = """<svg class=picture xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 3"><path d="M0 0h4v3H0z"/></svg>"""
BASE = "<style>body { margin: 0; font-family: sans-serif; } %s</style>"
DESKTOP: Any = {"width": 1280, "height": 900}
PHONE: Any = {"width": 390, "height": 844}

# Layouts of articles: the style sheet, and the body with the place beside a paragraph of running text.
LAYOUTS: dict[str, tuple[str, str]] = {
    "plain": ("body { padding: 0 20px; }", PLACE + TEXT),
    "column": (".c { max-width: 40rem; margin: 0 auto; padding: 0 16px; }", f"<div class=c>{PLACE}{TEXT}</div>"),
    "canvas grid": (
        """.c { display: grid; grid-template-columns: [wide-start] minmax(20px, 1fr)
           [text-start] minmax(0, 45rem) [text-end] minmax(20px, 1fr) [wide-end]; row-gap: 20px; }
           .c > * { grid-column: text-start / text-end; margin: 0; }""",
        f"<div class=c>{PLACE}{TEXT}</div>",
    ),
    "canvas grid with narrow outer columns": (
        ".c { display: grid; grid-template-columns: min(80px, 8vw) 1fr min(80px, 8vw); } .c > * { grid-column: 2; }",
        f"<div class=c>{PLACE}{TEXT}</div>",
    ),
    "constrained flow": (".c > * { max-width: 650px; margin-inline: auto; }", f"<div class=c>{PLACE}{TEXT}</div>"),
    "constrained flow to one side": (
        ".c > * { box-sizing: border-box; width: min(90%, 36rem); margin-inline: 7% auto; padding-inline: 12px; }",
        f"<div class=c>{PLACE}{TEXT}</div>",
    ),
    "flex column": (
        ".c { display: flex; flex-direction: column; align-items: center; } .c > * { max-width: 600px; }",
        f"<div class=c>{PLACE}{TEXT}</div>",
    ),
    "flex row that wraps": (
        ".c { display: flex; flex-flow: row wrap; gap: 16px; } .c > * { flex: 0 0 80%; margin: 0 0 0 10%; }",
        f"<div class=c>{PLACE}{TEXT}</div>",
    ),
    "flex row of text and side": (
        ".c { display: flex; } .t { flex: 3; min-width: 0; } aside { flex: 1; }",
        f"<div class=c><div class=t>{PLACE}{TEXT}</div><aside>Side</aside></div>",
    ),
    "beside a float": (
        ".c { max-width: 45rem; margin: auto; } .picture { float: left; width: 40%; margin: 0 16px 16px 0; }",
        f"<div class=c>{PICTURE}{PLACE}{TEXT}</div>",
    ),
    "after floats": (
        ".side { float: right; width: 30%; } .c { width: 60%; min-width: 300px; } .c > * { clear: both; }",
        f"<div class=side>Side</div><div class=c>{PLACE}{TEXT}</div>",
    ),
    "columns": (
        ".c { columns: 20rem auto; column-gap: 32px; } p { margin: 0 0 1em; }",
        f"<div class=c><p class=text>{SENTENCE}</p>{PLACE}{TEXT}</div>",
    ),
    "container query": (
        """.o { container-type: inline-size; } .c > * { margin-inline: 10px; }
           @container (min-width: 50rem) { .c > * { max-width: 30rem; margin-inline: 20% auto; } }""",
        f"<div class=o><div class=c>{PLACE}{TEXT}</div></div>",
    ),
    "inside a paragraph's parent of its own": (
        ".c > * { max-width: 650px; margin-inline: auto; }",
        f"<div class=c><div>{PLACE}</div>{TEXT}</div>",
    ),
    "right to left": (
        ".c { direction: rtl; } .c > * { max-width: 34rem; margin-inline: 40px auto; }",
        f"<div class=c>{PLACE}{TEXT}</div>",
    ),
    "at the end": (".c > * { max-width: 650px; margin-inline: auto; }", f"<div class=c>{TEXT}{PLACE}</div>"),
}
BOXES = """() => {
    const box = ({ left, right, top, bottom, width, height }) => ({ left, right, top, bottom, width, height });
    const place = document.querySelector('keep-open');
    const before = place.previousElementSibling;
    const text = before?.matches('p') ? before : document.querySelector('keep-open ~ p, div ~ p, p');
    const picture = document.querySelector('.picture');
    return {
        place: box(place.getBoundingClientRect()),
        text: box(text.getBoundingClientRect()),
        drawn: box(place.shadowRoot.querySelector('.root').getBoundingClientRect()),
        picture: picture && box(picture.getBoundingClientRect()),
    };
}"""


def publish(press: Press, css: str, body: str) -> str:
    return press.publish(f"<main><article>{body}</article></main>", head=BASE % css + press.script())


@pytest.mark.kept_tab
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("name", LAYOUTS)
def test_the_place_is_as_wide_as_the_text_and_begins_where_it_begins(
    page: Page, press: Press, stub: Stub, artefacts: Path, name: str, size: Any
) -> None:
    page.set_viewport_size(size)
    stub.show(prompt())
    page.goto(publish(press, *LAYOUTS[name]))
    wait_for(page, "shown")
    expect(page.get_by_role("region", name=REGION)).to_be_visible()
    page.wait_for_timeout(400)
    page.screenshot(path=artefacts / f"layout-{name.replace(' ', '-')}-{size['width']}.png", full_page=True)

    boxes = page.evaluate(BOXES)

    for edge in ("left", "width"):
        assert boxes["place"][edge] == pytest.approx(boxes["text"][edge], abs=1), boxes
    assert boxes["drawn"]["height"] < 1400
    picture = boxes["picture"]
    assert not picture or boxes["drawn"]["left"] >= picture["right"] or boxes["drawn"]["top"] >= picture["bottom"]
    assert boxes["drawn"]["left"] >= boxes["place"]["left"]
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


SHIFTS = """window.shifts = []; new PerformanceObserver((list) => shifts.push(...list.getEntries()))
    .observe({ type: 'layout-shift', buffered: true });"""


def test_margins_that_no_longer_collapse_through_the_place_shift_nothing(page: Page, press: Press, stub: Stub) -> None:
    css = "h1 { margin: 0; } .c > * { margin: 0; } .c > * + * { margin-top: 90px; }"
    body = f"<h1>A headline</h1><div class=c>{PLACE}{TEXT}</div>"
    stub.show(prompt())
    page.add_init_script(SHIFTS)
    page.goto(publish(press, css, body))
    wait_for(page, "shown")
    page.wait_for_timeout(500)

    assert page.locator(".c").evaluate("(node) => node.offsetTop - node.previousElementSibling.offsetHeight") == 28
    assert page.evaluate("shifts.map((shift) => shift.value)") == []


NARROW = ".c { display: grid; grid-template-columns: 80px 1fr; } .c > p { grid-column: 2; }"
LONG_WORDS = ["Advertising no longer pays for the reporting of this newspaper. " * 40] * 6
UNFIT: dict[str, tuple[str, str, str, dict[str, Any]]] = {
    "an outer column of a grid": ("too_narrow", NARROW, f"<div class=c>{PLACE}{TEXT}</div>", {}),
    "a narrow box": ("too_narrow", ".c { width: 200px; }", f"<div class=c>{PLACE}</div>{TEXT}", {}),
    "a hidden part of the page": ("hidden", ".c { display: none; }", f"<div class=c>{PLACE}</div>{TEXT}", {}),
    "an invisible part of the page": ("hidden", ".c { visibility: hidden; }", f"<div class=c>{PLACE}</div>{TEXT}", {}),
    "a closed box": ("hidden", "", f"<details><summary>More</summary>{PLACE}</details>{TEXT}", {}),
    "a hidden place": ("hidden", "", PLACE.replace(">", " hidden>", 1) + TEXT, {}),
    "a text without end": ("too_high", ".c { width: 260px; }", f"<div class=c>{PLACE}{TEXT}</div>",
                           {"copy__paragraphs": LONG_WORDS}),
}  # fmt: skip
STATE = """() => {
    const place = document.querySelector('keep-open');
    const { width, height } = place.getBoundingClientRect();
    return { width, height, drawn: place.shadowRoot?.querySelectorAll('.root').length || 0,
        text: [...document.querySelectorAll('p.text')].map((p) => JSON.stringify(p.getBoundingClientRect())).join(),
        sheets: place.shadowRoot?.adoptedStyleSheets.length || 0 };
}"""


@pytest.mark.parametrize("name", UNFIT)
def test_nothing_is_drawn_where_no_appeal_fits_and_the_page_hears_why(
    page: Page, press: Press, stub: Stub, name: str
) -> None:
    reason, css, body, changes = UNFIT[name]
    stub.show(prompt(**changes))
    page.goto(publish(press, css, body))
    page.wait_for_load_state("networkidle")
    wait_for(page, "none")
    page.wait_for_timeout(500)

    told = heard(page)
    assert [payload["event"] for payload in told] == ["decision", "none"]
    assert (told[-1]["reason"], told[-1]["placement"]) == (reason, "article_top")
    after = page.evaluate(STATE)
    page.goto(press.publish(f"<main><article>{body}</article></main>", head=BASE % css))
    before = page.evaluate(STATE)
    assert after == before
    assert stub.events == []


def test_the_link_in_a_place_where_nothing_fits_stays(page: Page, press: Press, stub: Stub) -> None:
    stub.show(prompt())
    place = '<keep-open placement="article_top"><a href="/support">Support us</a></keep-open>'
    page.goto(publish(press, ".c { width: 200px; }", f"<div class=c>{place}</div>{TEXT}"))
    wait_for(page, "none")

    expect(page.get_by_role("link", name="Support us")).to_be_visible()
    assert page.evaluate("keepopen.explain().then((told) => told.reasons[0].meaning)") == (
        "the place is narrower than 240 pixels"
    )


def test_of_two_places_the_rendered_one_is_used(page: Page, press: Press, stub: Stub) -> None:
    stub.show(prompt())
    css = "@media (min-width: 600px) { .phone { display: none; } }"
    body = f"<div class=phone>{PLACE}</div><div class=desk>{PLACE}</div>{TEXT}"
    page.goto(publish(press, css, body))
    wait_for(page, "seen")

    assert page.locator(".desk keep-open .root").count() == 1
    assert page.locator(".phone keep-open .root").count() == 0


HOSTILE = {
    "display": "display: none",
    "display of another kind": "display: inline-flex",
    "opacity": "opacity: .1",
    "visibility": "visibility: hidden",
    "transform": "transform: rotate(90deg); translate: 40px; rotate: 9deg; scale: .2",
    "filter": "filter: blur(4px)",
    "position": "position: absolute; inset: -900px",
    "clip": "position: absolute; clip: rect(0 0 0 0); clip-path: inset(50%)",
    "mask": "mask: linear-gradient(transparent, transparent)",
    "height": "height: 0; max-height: 0; overflow: hidden",
    "containment": "contain: strict; content-visibility: hidden",
    "transition": "opacity: 0; transition: all 60s",
    "inherited": "font: 2px monospace; color: #fff; line-height: 0; letter-spacing: 1em; text-transform: uppercase;"
    " text-align: right; white-space: nowrap; writing-mode: vertical-lr; text-indent: 9em; pointer-events: none",
}


@pytest.mark.kept_tab
@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("selector", ["keep-open", ".c > *:not(p)"])
def test_styles_that_would_hide_or_distort_the_place_have_no_effect(
    page: Page, press: Press, stub: Stub, name: str, selector: str
) -> None:
    stub.show(prompt())
    rules = "; ".join(f"{rule} !important" for rule in HOSTILE[name].split(";"))
    page.goto(publish(press, selector + " { " + rules + " }", f"<div class=c>{PLACE}{TEXT}</div>"))
    wait_for(page, "seen")

    boxes = page.evaluate(BOXES)
    looks = page.locator("keep-open .text p").first.evaluate(
        """(node) => { const style = getComputedStyle(node);
            return [style.fontSize, style.letterSpacing, style.textTransform, style.textAlign, style.writingMode]; }"""
    )
    assert boxes["place"]["left"] == boxes["text"]["left"]
    assert boxes["place"]["width"] == boxes["drawn"]["width"] == boxes["text"]["width"]
    assert boxes["place"]["height"] >= boxes["drawn"]["height"] > 300
    assert looks == ["16px", "normal", "none", "start", "horizontal-tb"]
    expect(page.locator("keep-open")).to_have_css("opacity", "1")
    assert page.locator("keep-open").evaluate("(node) => node.checkVisibility()")


FONTS: dict[str, tuple[str, str, str, float]] = {
    "on the paragraphs": ("p { font: 20px/1.6 Georgia, serif; }", TEXT, "Georgia, serif", 20),
    "on the article": ("article { font: 18px/1.6 Georgia, serif; }", TEXT, "Georgia, serif", 18),
    "by a relative size": ("html { font-size: 125%; } p { font-size: 1.1rem; }", TEXT, "sans-serif", 22),
    "of the running text, not of the lead": (
        "p { font: 19px Georgia; } .lead { font: 27px Arial; }",
        f"<p class=lead>{SENTENCE}</p>{TEXT}",
        "Georgia",
        19,
    ),
    "of the running text, not of a quotation": (
        "p { font: 19px Georgia; } blockquote p { font: 27px Arial; }",
        f"<blockquote><p>{SENTENCE * 9}</p></blockquote>{TEXT}",
        "Georgia",
        19,
    ),
    "without a paragraph": ("article { font: 18px Georgia; }", f"<div>{SENTENCE * 9}</div>", "Georgia", 18),
    "of an unreadable size": ("p { font: 4px Georgia; }", TEXT, "Georgia", 16),
    "overruled": (
        "p { font: 20px Georgia; } html { --keepopen-font: Arial; --keepopen-font-size: 15px; }",
        TEXT,
        "Arial",
        15,
    ),
}


@pytest.mark.kept_tab
@pytest.mark.parametrize("name", FONTS)
@pytest.mark.parametrize("where", ["before", "after"])
def test_an_appeal_wears_the_font_and_size_of_the_articles_text(
    page: Page, press: Press, stub: Stub, name: str, where: str
) -> None:
    css, text, family, size = FONTS[name]
    stub.show(prompt())
    body = PLACE + text if where == "before" else text + PLACE
    page.goto(publish(press, css, f"<header><p>{SENTENCE * 12}</p></header><div class=c>{body}</div>"))
    wait_for(page, "shown")

    look = "(node) => [getComputedStyle(node).fontFamily, parseFloat(getComputedStyle(node).fontSize)]"
    assert page.locator("keep-open .text p").first.evaluate(look) == [family, pytest.approx(size)]


SCHEMES: dict[str, Any] = {"light": {"color_scheme": "light"}, "dark": {"color_scheme": "dark"}}


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("scheme", SCHEMES)
def test_an_appeal_in_a_canvas_grid_is_readable(
    page: Page, press: Press, stub: Stub, artefacts: Path, scheme: str, size: Any
) -> None:
    page.set_viewport_size(size)
    page.emulate_media(**SCHEMES[scheme])
    stub.show(prompt())
    css, body = LAYOUTS["canvas grid"]
    page.goto(publish(press, ":root { color-scheme: light dark; } p { font: 19px/1.6 Georgia, serif; }" + css, body))
    wait_for(page, "shown")
    page.wait_for_timeout(400)
    page.screenshot(path=artefacts / f"canvas-{scheme}-{size['width']}.png", full_page=True)

    wide = page.evaluate(
        """[...document.querySelector('keep-open').shadowRoot.querySelectorAll('.root *')]
            .filter((part) => part.getBoundingClientRect().right > innerWidth).length"""
    )
    assert wide == 0
