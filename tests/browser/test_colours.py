"""An appeal can be read in every colour scheme, whatever colours a campaign sets."""

from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.hearing import wait_for
from tests.browser.press import Press
from tests.browser.stub import Stub, prompt
from tests.browser.world import BANNER, SOFT_GATE

pytestmark = pytest.mark.browser

SCHEME = '<meta name="color-scheme" content="light dark">'
GOAL = {"label": "Fund", "goal_minor": 900, "raised_minor": 300, "currency": "EUR", "ends_on": None}
SHAPES: dict[str, dict[str, Any]] = {"epic": {"ticker": GOAL}, "banner": BANNER, "gate": SOFT_GATE}
SETS = {
    "paper": {"accent": "#0b5563", "accent_text": "#ffffff", "background": "#f6f3ec", "text": "#1c1c1c"},
    "night": {"accent": "#ffcc00", "accent_text": "#000000", "background": "#101820", "text": "#f5f5f5"},
    "unreadable": {"accent": "#777777", "accent_text": "#888888", "background": "#7f7f7f", "text": "#8a8a8a"},
    "bright": {"accent": "#ffee00", "accent_text": "#ffffff", "background": "#ffffff", "text": "#eeee00"},
}
# The pixel a colour makes over the nearest opaque background, and its contrast with that background.
MEASURE = """() => {
    const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
    const pixel = (...colours) => {
        canvas.clearRect(0, 0, 1, 1);
        for (const colour of colours) { canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); }
        return [...canvas.getImageData(0, 0, 1, 1).data];
    };
    const luminance = (rgb) => rgb.slice(0, 3).map((part) => part / 255)
        .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
        .reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0.05);
    const ratio = (one, other) => Math.max(luminance(one) / luminance(other), luminance(other) / luminance(one));
    const backgrounds = (node) => {
        const found = [];
        for (let around = node; around; around = around.parentElement || around.getRootNode().host) {
            found.unshift(getComputedStyle(around).backgroundColor);
        }
        return found;
    };
    const behind = (node) => pixel('#fff', ...backgrounds(node));
    const roots = [...document.querySelectorAll('keep-open')].map((host) => host.shadowRoot?.querySelector('.root'));
    const root = roots.find(Boolean);
    const found = [];
    const texts = 'h2, .subheading, .text p, mark, legend, .card, .submit, .open, .links a, .footnote, .ticker p,'
        + '.close';
    for (const node of root.querySelectorAll(texts)) {
        if (!node.getClientRects().length) continue;
        const colour = pixel('#fff', getComputedStyle(node).color);
        found.push([`text of ${node.className || node.tagName}`, ratio(colour, behind(node)), 4.5]);
    }
    for (const node of root.querySelectorAll('.card, .submit, .open')) {
        if (getComputedStyle(node).borderTopWidth === '0px') found.push([`no edge of ${node.className}`, 0, 3]);
        const edge = pixel('#fff', getComputedStyle(node).borderTopColor);
        found.push([`edge of ${node.className}`, ratio(edge, behind(node.parentElement)), 3]);
    }
    return found.filter(([, value, least]) => value < least).map(([name, value]) => `${name} ${value.toFixed(2)}`);
}"""


def subsets() -> list[tuple[str, tuple[str, ...]]]:
    """Each set of colours with each subset of its tokens."""
    tokens = ("accent", "accent_text", "background", "text")
    chosen = [combination for size in range(5) for combination in combinations(tokens, size)]
    return [(name, names) for name in SETS for names in chosen]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("shape", SHAPES)
def test_text_and_controls_can_be_told_apart_in_every_combination(
    page: Page, press: Press, stub: Stub, shape: str, scheme: Any
) -> None:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.goto(press.article(head=SCHEME + press.script()))
    wait_for(page, "none")
    faults = []
    for count, (name, names) in enumerate(subsets(), 1):
        design = {token: SETS[name][token] for token in names}
        stub.show(prompt(**SHAPES[shape], design=design, copy__footnote="Any amount helps."))
        page.evaluate(f"keepopen.page({{ page_id: 'p{count}', page_type: 'article' }})")
        wait_for(page, "shown", count)
        faults += [f"{name} {names}: {fault}" for fault in page.evaluate(MEASURE)]

    assert faults == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_demo_campaigns_colours_are_readable(
    page: Page, newspaper: str, stub: Stub, artefacts: Path, scheme: Any
) -> None:
    page.emulate_media(color_scheme=scheme)
    stub.show(prompt(design=SETS["paper"]))
    page.goto(f"{newspaper}/articles/harbour-wall")
    page.locator("keep-open .appeal").scroll_into_view_if_needed()
    page.wait_for_timeout(500)
    page.screenshot(path=artefacts / f"demo-{scheme}.png")

    assert page.locator("keep-open .appeal").count() == 1


DARK = "<style>body.dark { background: #28303d; color: #f0f0f0; }</style>"
SCHEME_OF = "(node) => getComputedStyle(node).colorScheme"


@pytest.mark.parametrize("shape", SHAPES)
def test_a_dark_theme_without_a_colour_scheme_is_noticed_also_when_it_changes(
    page: Page, press: Press, stub: Stub, shape: str
) -> None:
    stub.show(prompt(**SHAPES[shape]))
    page.goto(press.article(head=DARK + press.script()))
    wait_for(page, "shown")
    root = page.locator("keep-open .root")
    assert root.evaluate(SCHEME_OF) == "normal"

    page.evaluate("document.body.className = 'dark'")
    page.wait_for_function(
        """[...document.querySelectorAll('keep-open')].map((host) => host.shadowRoot?.querySelector('.root'))
            .some((root) => root && getComputedStyle(root).colorScheme === 'dark')"""
    )
    assert page.evaluate(MEASURE) == []

    page.evaluate("document.body.className = ''")
    page.wait_for_function(
        """[...document.querySelectorAll('keep-open')].map((host) => host.shadowRoot?.querySelector('.root'))
            .some((root) => root && getComputedStyle(root).colorScheme === 'normal')"""
    )


@pytest.mark.kept_tab
@pytest.mark.parametrize(
    ("head", "place", "scheme"),
    [
        (":root { color-scheme: light; } body { color: #fff; background: #000; }", "", "light"),
        (":root { color-scheme: dark; }", "", "dark"),
        ("body { color: #fff; background: #000; }", "theme=light", "light"),
        ("body { color: #eee; background: #000; }", "", "dark"),
        ("p { color: #eee; } body { background: #000; }", "", "dark"),
        ("body { color: #222; }", "", "normal"),
        *(
            (f"p {{ color: {light}; }}", "", "dark")
            for light in ("rgb(255 255 255 / .75)", "oklch(.9 0 0)", "lab(90 0 0)")
        ),
        *((f"p {{ color: {dark}; }}", "", "normal") for dark in ("rgb(0 0 0 / .75)", "oklch(.3 0 0)", "lch(20 0 0)")),
    ],
)
def test_a_declared_scheme_stands_above_what_the_text_suggests(
    page: Page, press: Press, stub: Stub, head: str, place: str, scheme: str
) -> None:
    stub.show(prompt())
    body = f'<article><keep-open placement="article_top" {place}></keep-open><p>Some text of the article.</p></article>'
    page.goto(press.publish(body, head=f"<style>{head}</style>" + press.script()))
    wait_for(page, "shown")

    assert page.locator("keep-open .root").evaluate(SCHEME_OF) == scheme
