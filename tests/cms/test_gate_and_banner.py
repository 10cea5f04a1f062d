"""A gate hides the article and nothing else; a banner never covers the comments."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hearing import wait_for
from tests.cms.conftest import DESKTOP, PHONE, Opener
from tests.cms.debian import THEMES
from tests.cms.looks import HIDDEN
from tests.cms.wordpress import WordPress

pytestmark = [pytest.mark.browser, pytest.mark.cms]

PARAGRAPHS = 24
COMMENTS = {
    "twentytwentythree": ".wp-block-comments",
    "twentytwentytwo": ".wp-block-post-comments",
    "twentytwentyone": "#comments",
}
STEP = 60


def read(tab: Page, address: str) -> None:
    """Open a page and wait for the service's answer about it."""
    tab.goto(address)
    wait_for(tab, "decision")


@pytest.mark.parametrize("theme", THEMES)
def test_a_gate_hides_the_article_and_stands_nowhere_else(
    wordpress: WordPress,
    open_tab: Opener,
    theme: str,
    artefacts: Path,
) -> None:
    wordpress.configure(site="gate")
    wordpress.switch_theme(theme)
    tab = open_tab()
    for name in ("buses", "wall", "buses comments", "long", "long 2"):
        read(tab, wordpress.addresses[name])
    gate, text = tab.get_by_role("dialog"), tab.locator(".entry-content p[id^=p]")

    expect(gate).to_be_visible()  # the third article; its second page and comment pages are no further articles

    assert text.evaluate_all(HIDDEN) == text.count() == PARAGRAPHS
    tab.screenshot(path=artefacts / f"wordpress-{theme}-gate.png")
    for name in ("front", "category", "tag", "search", "about", "privacy", "author", "nowhere"):
        read(tab, wordpress.addresses[name])
        expect(gate).to_have_count(0)
    read(tab, wordpress.addresses["wall"])  # read before, so it stays open
    expect(gate).to_have_count(0)


@pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("theme", THEMES)
def test_a_banner_never_covers_the_comments(
    wordpress: WordPress,
    open_tab: Opener,
    theme: str,
    screen: dict[str, int],
    artefacts: Path,
) -> None:
    wordpress.configure(site="banner")
    wordpress.switch_theme(theme)
    tab = open_tab(viewport=screen, reduced_motion="reduce")
    tab.goto(wordpress.addresses["buses"])
    wait_for(tab, "shown")
    banner, comments = tab.get_by_role("region", name="Would you help"), tab.locator(COMMENTS[theme]).first
    expect(banner).to_be_visible()
    tab.screenshot(path=artefacts / f"wordpress-{theme}-banner-{screen['width']}.png")

    comments.evaluate("element => scrollTo(0, element.getBoundingClientRect().top + scrollY - innerHeight + 8)")
    expect(banner).to_be_hidden()
    height = comments.evaluate("element => element.getBoundingClientRect().height")
    for _ in range(int(height) // STEP):
        tab.mouse.wheel(0, STEP)
        tab.wait_for_timeout(50)
        box = comments.bounding_box()
        if box is not None and box["y"] + box["height"] > screen["height"] / 2:  # the banner's part of the window
            expect(banner).to_be_hidden()
