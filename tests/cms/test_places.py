"""Where appeals stand in WordPress's own themes, and where they must not."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hearing import wait_for
from tests.cms.conftest import DESKTOP, PHONE, Opener
from tests.cms.debian import THEMES
from tests.cms.looks import LUMINANCE, PLACE, SHIFTS
from tests.cms.wordpress import WordPress

pytestmark = [pytest.mark.browser, pytest.mark.cms]

PARAGRAPH = "#p2"


def column(tab: Page, selector: str) -> tuple[int, int]:
    """Return the left edge and the width of an element."""
    box = tab.locator(selector).bounding_box()
    assert box is not None
    return round(box["x"]), round(box["width"])


@pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("theme", THEMES)
def test_an_appeal_is_as_wide_as_the_text_and_moves_nothing(
    wordpress: WordPress,
    open_tab: Opener,
    theme: str,
    screen: dict[str, int],
    artefacts: Path,
) -> None:
    wordpress.switch_theme(theme)
    tab = open_tab(viewport=screen)
    tab.add_init_script(SHIFTS)
    tab.route("**/*.woff2", lambda route: route.abort())  # a theme's font that arrives late moves the page by itself

    tab.goto(wordpress.addresses["buses"])
    wait_for(tab, "shown")
    tab.wait_for_timeout(500)  # whatever the page moves, it moves by now

    tab.screenshot(path=artefacts / f"wordpress-{theme}-{screen['width']}.png")
    assert column(tab, PLACE) == column(tab, PARAGRAPH)
    late: Any = tab.evaluate("shifts.filter((shift) => shift.startTime > decidedAt).map((shift) => shift.value)")
    assert sum(late) == 0


def test_an_appeal_is_dark_where_the_theme_is(wordpress: WordPress, open_tab: Opener, artefacts: Path) -> None:
    wordpress.switch_theme("twentytwentyone")
    wordpress.run("set_theme_mod('respect_user_color_preference', true);")
    tab = open_tab(color_scheme="dark")

    tab.goto(wordpress.addresses["buses"])
    wait_for(tab, "shown")

    tab.screenshot(path=artefacts / "wordpress-twentytwentyone-dark.png")
    assert "is-dark-theme" in (tab.locator("html").get_attribute("class") or "")
    assert tab.locator(PLACE).evaluate(LUMINANCE) < 0.25


@pytest.mark.parametrize(("name", "placement"), [("block", "article_top"), ("shortcode", "article_end")])
def test_an_editors_own_place_replaces_the_automatic_one(
    wordpress: WordPress, open_tab: Opener, name: str, placement: str
) -> None:
    tab = open_tab()

    tab.goto(wordpress.addresses[name])

    expect(tab.locator("keep-open")).to_have_count(1)
    expect(tab.locator(f"p:has-text('First.') ~ div > keep-open[placement={placement}]")).to_have_count(1)


def test_places_at_both_ends_are_inside_the_text(wordpress: WordPress, open_tab: Opener) -> None:
    wordpress.configure(places=["article_top", "article_end"])
    tab = open_tab()

    tab.goto(wordpress.addresses["buses"])

    expect(tab.locator(".entry-content > div:first-child > keep-open[placement=article_top]")).to_have_count(1)
    expect(tab.locator(".entry-content > div:last-child > keep-open[placement=article_end]")).to_have_count(1)


def test_without_javascript_there_is_a_link(wordpress: WordPress, open_tab: Opener) -> None:
    tab = open_tab(java_script_enabled=False)

    tab.goto(wordpress.addresses["buses"])

    link = tab.get_by_role("link", name="Support The Tide")
    assert (link.get_attribute("href") or "").endswith("/support/appeal")


def test_a_post_with_a_password_is_silent_until_it_is_open(wordpress: WordPress, open_tab: Opener) -> None:
    tab = open_tab()

    tab.goto(wordpress.addresses["secret"])
    expect(tab.locator("input[name=post_password]")).to_be_visible()
    expect(tab.locator("keep-open")).to_have_count(0)

    tab.fill("input[name=post_password]", "open sesame")
    tab.click("input[name=Submit]")
    wait_for(tab, "shown")
    assert column(tab, PLACE) == column(tab, PARAGRAPH)


@pytest.mark.parametrize("name", ["front", "category", "search", "about", "author"])
def test_lists_and_pages_have_no_place(wordpress: WordPress, open_tab: Opener, name: str) -> None:
    tab = open_tab()

    tab.goto(wordpress.addresses[name])
    wait_for(tab, "none")

    expect(tab.locator("keep-open")).to_have_count(0)


def test_another_post_inside_an_article_has_no_place(wordpress: WordPress) -> None:
    own, other = wordpress.run(
        """
        wp( "p=$own" );
        the_post();
        $text = fn() => apply_filters( 'the_content', get_the_content() );
        $first = $text();
        $GLOBALS['post'] = get_post( $other );
        setup_postdata( $GLOBALS['post'] );
        return [ $first, $text() ];
        """,
        own=wordpress.ids["buses"],
        other=wordpress.ids["wall"],
    )

    assert own.count("<keep-open") == 1
    assert "<keep-open" not in other


def test_an_author_without_raw_html_can_place_the_block(wordpress: WordPress) -> None:
    page = wordpress.run(
        """
        wp_set_current_user( get_user_by( 'login', 'author' )->ID );
        kses_init();
        $text = '<!-- wp:keepopen/appeal {"placement":"article_end"} /--><keep-open></keep-open>';
        $post = [ 'post_title' => 'By an author', 'post_content' => $text, 'post_status' => 'publish' ];
        $id   = wp_insert_post( $post );
        wp_set_current_user( 0 );
        wp( "p=$id" );
        the_post();
        $html = apply_filters( 'the_content', get_the_content() );
        wp_delete_post( $id, true );
        return $html;
        """
    )

    assert page.count("<keep-open") == 1
    assert '<keep-open placement="article_end">' in page
