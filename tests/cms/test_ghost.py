"""The snippets of docs/cms/ghost.md in a real Ghost with its own themes, in front of the real service."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hearing import wait_for
from tests.cms.conftest import DESKTOP, PHONE, Opener
from tests.cms.ghost import THEMES, Ghost, snippets
from tests.cms.keepopen import Keepopen
from tests.cms.looks import HIDDEN, LUMINANCE, PLACE, SHIFTS

pytestmark = [pytest.mark.browser, pytest.mark.cms]

SENT = "keepopen.explain().then(({ sent }) => sent)"
PARAGRAPH = ".gh-content > p"
FONT = "(node) => [getComputedStyle(node).fontFamily, getComputedStyle(node).fontSize]"
FRAME_FONT = f"(place) => ({FONT})(place.shadowRoot.querySelector('.text'))"
EDGES = "(node) => [Math.round(node.getBoundingClientRect().left), node.offsetWidth]"
WAYS = ("edited theme", "code injection")


def use(ghost: Ghost, keepopen: Keepopen, theme: str, way: str, site: str = "appeal") -> None:
    """Activate a theme, either edited or with the snippet in the site's header."""
    [injected] = snippets("html", keepopen.url)
    ghost.inject(injected.replace('"appeal"', f'"{site}"') if way == "code injection" else "")
    ghost.switch_theme(theme if way == "code injection" else f"{theme}-edited")


def open_at_home(open_tab: Opener, **options: object) -> Page:
    """Open a tab that loads nothing from other hosts. Errors of Ghost's own scripts do not count."""
    tab = open_tab(blames="v1/widget", **options)
    tab.route(re.compile(r"^https?://(?!127\.0\.0\.1)"), lambda route: route.abort())
    return tab


@pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("theme", THEMES)
def test_an_appeal_has_the_width_and_font_of_the_text_and_moves_nothing(
    ghost: Ghost,
    keepopen: Keepopen,
    open_tab: Opener,
    theme: str,
    way: str,
    screen: dict[str, int],
    artefacts: Path,
) -> None:
    use(ghost, keepopen, theme, way)
    tab = open_at_home(open_tab, viewport=screen)
    tab.add_init_script(SHIFTS)

    tab.goto(f"{ghost.url}/buses/")
    wait_for(tab, "shown")
    tab.wait_for_timeout(500)

    place, text = tab.locator(PLACE), tab.locator(PARAGRAPH).first
    assert place.evaluate(EDGES) == text.evaluate(EDGES)
    assert place.evaluate(FRAME_FONT) == text.evaluate(FONT)
    late: Any = tab.evaluate("shifts.filter((shift) => shift.startTime > decidedAt).map((shift) => shift.value)")
    assert sum(late) == 0
    name = f"ghost-{theme}-{way.split(maxsplit=1)[0]}-{screen['width']}"
    tab.screenshot(path=artefacts / f"{name}.png", full_page=True)  # last, because it moves the page


@pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_an_appeal_is_dark_where_casper_is(
    ghost: Ghost, keepopen: Keepopen, open_tab: Opener, screen: dict[str, int], artefacts: Path
) -> None:
    use(ghost, keepopen, "casper", "code injection")
    ghost.ask("PUT", "custom_theme_settings/", custom_theme_settings=[{"key": "color_scheme", "value": "Auto"}])
    tab = open_at_home(open_tab, viewport=screen, color_scheme="dark")

    tab.goto(f"{ghost.url}/buses/")
    wait_for(tab, "shown")

    tab.wait_for_timeout(500)
    tab.screenshot(path=artefacts / f"ghost-casper-dark-{screen['width']}.png")
    assert tab.locator(PLACE).evaluate(LUMINANCE) < 0.25


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("theme", THEMES)
def test_every_kind_of_page_says_what_it_is(
    ghost: Ghost, keepopen: Keepopen, open_tab: Opener, theme: str, way: str
) -> None:
    use(ghost, keepopen, theme, way)
    tab = open_at_home(open_tab)
    types, sent = {}, {}
    for path in ("/buses/", "/quarry/", "/who/", "/tag/news/", "/author/editor/", "/"):
        tab.goto(ghost.url + path)
        wait_for(tab, "decision")
        sent[path] = tab.evaluate(SENT)
        types[path] = sent[path]["page_type"]

    assert types == {
        "/buses/": "article",
        "/quarry/": "article",
        "/who/": "other",
        "/tag/news/": "section",
        "/author/editor/": "other",
        "/": "front",
    }
    assert sent["/quarry/"]["is_sensitive"] is True
    assert not sent["/buses/"].get("is_sensitive")
    assert {"Buses"} <= set(sent["/buses/"]["tags"])
    if way == "edited theme":
        assert sent["/buses/"]["section"] == "News"
        assert re.fullmatch("[0-9a-f]{24}", sent["/buses/"]["page_id"])


@pytest.mark.parametrize("theme", THEMES)
def test_a_gate_hides_the_article_and_opens_nothing_by_an_interface_in_the_fragment(
    ghost: Ghost, keepopen: Keepopen, open_tab: Opener, theme: str, artefacts: Path
) -> None:
    use(ghost, keepopen, theme, "code injection", site="gate")
    tab = open_at_home(open_tab)
    for path in ("/buses/", "/buses/#/portal/signup", "/quarry/", "/wall/", "/who/", "/tag/news/"):
        tab.goto(ghost.url + path)
        wait_for(tab, "decision")
        expect(tab.get_by_role("dialog")).to_have_count(0)

    tab.goto(f"{ghost.url}/ferry/")  # the third article that is not sensitive
    expect(tab.get_by_role("dialog")).to_be_visible()

    text = tab.locator(PARAGRAPH)
    tab.screenshot(path=artefacts / f"ghost-{theme}-gate.png")
    assert text.evaluate_all(HIDDEN) == text.count() > 0
