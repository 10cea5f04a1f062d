"""WCAG 2.2 AA: what axe-core can tell in every state, theme and language, and by script what it cannot."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from service.pages.language import LANGUAGES
from tests.browser.axe import faults
from tests.browser.hearing import wait_for
from tests.browser.press import Press
from tests.browser.stub import Stub, prompt, serving
from tests.pages.make import PAGES, create_pages

pytestmark = pytest.mark.browser

GOAL = {
    "label": "Winter fund",
    "goal_minor": 2_000_000,
    "raised_minor": 1_240_000,
    "currency": "EUR",
    "ends_on": "2026-12-31",
}
SHAPES: dict[str, dict[str, Any]] = {
    "epic": {"ticker": GOAL, "ask__can_cover_fee": True, "copy__footnote": "Any amount helps."},
    "banner": {"kind": "banner", "placement": "page_bottom", "ticker": GOAL},
    "gate": {"kind": "gate", "placement": "over_article", "gate": {"type": "payment", "strength": "soft"}},
}
THEMES: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "forced": {"forced_colors": "active"},
}
SCHEME = '<meta name="color-scheme" content="light dark">'


def inside(selector: str) -> str:
    """JavaScript for the elements within every prompt that match a selector."""
    return (
        "[...document.querySelectorAll('keep-open')]"
        f".flatMap((host) => [...(host.shadowRoot?.querySelectorAll('{selector}') ?? [])])"
    )


def show(page: Page, press: Press, stub: Stub, shape: str, **changes: Any) -> None:
    stub.show(prompt(**{**SHAPES[shape], **changes}))
    page.goto(press.article(head=SCHEME + press.script()))
    wait_for(page, "shown")
    page.evaluate("Promise.all(document.getAnimations({ subtree: true }).map((one) => one.finished))")


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("shape", SHAPES)
def test_axe_finds_nothing_in_any_shape_theme_and_language(
    page: Page, press: Press, stub: Stub, shape: str, theme: str
) -> None:
    page.emulate_media(**THEMES[theme], reduced_motion="reduce")
    show(page, press, stub, shape)
    for count, language in enumerate(LANGUAGES, 2):
        stub.show(prompt(**SHAPES[shape], copy__language=language))
        page.evaluate(f"keepopen.page({{ page_id: '{language}', page_type: 'article' }})")
        wait_for(page, "shown", count)
        if shape == "banner":
            page.locator("keep-open .open").click()
        assert page.locator("keep-open .root").get_attribute("lang") == language
        assert faults(page, "keep-open[placement]") == [], language


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_in_the_states_of_the_chooser(page: Page, press: Press, stub: Stub, theme: str) -> None:
    page.emulate_media(**THEMES[theme])
    show(page, press, stub, "epic")
    page.get_by_role("radio", name="Monthly").check()
    page.get_by_role("radio", name="Other").check()
    page.locator("keep-open .submit").click()
    expect(page.get_by_role("alert")).not_to_be_empty()
    assert faults(page) == []

    page.get_by_role("button", name="Remind me later").click()
    expect(page.get_by_role("button", name="in a week")).to_be_focused()
    assert faults(page) == []

    page.goto(press.article(head=SCHEME + press.script()) + "?again#keepopen-thanks")
    wait_for(page, "returned")
    assert faults(page) == []


def test_axe_finds_nothing_on_the_reader_pages(page: Page) -> None:
    with serving(create_pages()) as url:
        for name in PAGES:
            page.goto(f"{url}/{name}/en")
            assert faults(page) == [], name
        page.emulate_media(color_scheme="dark")
        for name in ("support", "paid", "my-data", "portal"):
            page.goto(f"{url}/{name}/ar")
            assert faults(page) == [], name


def test_axe_finds_nothing_on_the_demo_newspaper(page: Page, newspaper: str, stub: Stub) -> None:
    page.context.close()
    context = page.context.browser.new_context(bypass_csp=True)  # type: ignore[union-attr]
    reader = context.new_page()
    for path in ("/", "/news", "/articles/harbour-wall", "/articles/kitchen-quartz"):
        reader.goto(newspaper + path, wait_until="networkidle")
        assert faults(reader) == [], path
    context.close()


@pytest.mark.parametrize("shape", SHAPES)
def test_it_reflows_at_320_pixels_and_with_wide_text_spacing(
    page: Page, press: Press, stub: Stub, shape: str, artefacts: Path
) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    show(page, press, stub, shape, copy__heading="Donaudampfschifffahrtsgesellschaftskapitän reads")
    page.screenshot(path=artefacts / f"{shape}-320.png", animations="disabled")
    page.evaluate(
        """() => { const sheet = new CSSStyleSheet();
        sheet.replaceSync('* { line-height: 1.5 !important; letter-spacing: .12em !important; }'
            + ' * { word-spacing: .16em !important; } p { margin-bottom: 2em !important; }');
        for (const host of document.querySelectorAll('keep-open')) host.shadowRoot?.adoptedStyleSheets.push(sheet); }"""
    )

    wide = inside(".root *:not(.unseen)") + (
        ".filter((one) => one.getBoundingClientRect().right > 320.5 || one.getBoundingClientRect().left < -0.5)"
        ".map((one) => one.outerHTML.slice(0, 90))"
    )
    assert page.evaluate(wide) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_every_target_is_at_least_24_pixels(page: Page, press: Press, stub: Stub) -> None:
    for shape in SHAPES:
        show(page, press, stub, shape)
        small = inside("a, button, label") + (
            ".map((one) => [one.textContent, one.getBoundingClientRect()])"
            ".filter(([, box]) => box.height && (box.height < 24 || box.width < 24)).map(([text]) => text)"
        )
        assert page.evaluate(small) == [], shape


def test_at_400_percent_a_banner_covers_nothing(page: Page, press: Press, stub: Stub) -> None:
    page.set_viewport_size({"width": 320, "height": 256})

    show(page, press, stub, "banner")

    assert page.locator("keep-open .banner").evaluate("(node) => getComputedStyle(node).position") == "relative"


def test_no_focused_element_is_hidden_behind_a_banner(page: Page, press: Press, stub: Stub) -> None:
    links = "".join(f'<p><a href="#l{number}">Link {number}</a></p>' for number in range(25))
    stub.show(prompt(**SHAPES["banner"]))
    page.set_viewport_size({"width": 900, "height": 700})
    page.goto(press.article(links))
    wait_for(page, "shown")
    hidden = []
    for _ in range(27):
        page.keyboard.press("Tab")
        hidden += page.evaluate(
            """() => { const one = document.activeElement;
            if (one === document.body || one.matches('keep-open')) return [];
            const box = one.getBoundingClientRect();
            const top = document.elementFromPoint(box.left + 2, box.top + box.height / 2);
            const host = document.querySelector('keep-open[placement=page_bottom]');
            const banner = host.shadowRoot.querySelector('.banner');
            const isAside = banner.classList.contains('aside');
            return top === one || one.contains(top) || isAside ? [] : [one.textContent]; }"""
        )

    assert hidden == []


def test_the_keyboard_alone_is_enough_to_give(page: Page, press: Press, stub: Stub) -> None:
    show(page, press, stub, "epic", ask__can_cover_fee=False)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.shadowRoot.activeElement.ariaLabel") == "Close"
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("button", name="Support the Courier: €3 a month")).to_be_visible()

    page.keyboard.press("Enter")
    page.wait_for_url("**/hosted")

    assert stub.checkouts[0]["interval"] == "month"


def test_reduced_motion_is_obeyed(page: Page, press: Press, stub: Stub) -> None:
    page.emulate_media(reduced_motion="reduce")
    show(page, press, stub, "banner")

    durations = page.locator("keep-open .banner").evaluate("(node) => getComputedStyle(node).transitionDuration")

    assert durations == "0s"


def test_print_leaves_it_out(page: Page, press: Press, stub: Stub) -> None:
    show(page, press, stub, "epic")

    page.emulate_media(media="print")

    assert (
        page.locator("keep-open[placement=article_top]").evaluate("(node) => getComputedStyle(node).display") == "none"
    )


def test_a_screen_reader_hears_a_labelled_region_with_named_groups(page: Page, press: Press, stub: Stub) -> None:
    show(page, press, stub, "epic")

    heard = page.locator("keep-open[placement=article_top]").aria_snapshot()

    assert 'region "You have read seven of our stories this month"' in heard
    assert 'group "How often would you like to give?"' in heard
    assert 'group "How much? Amounts in EUR"' in heard
    assert 'radio "Once" [checked]' in heard
