"""The installation check on pages built as Ghost, WordPress, Turbo and React build them."""

import json

import pytest
from playwright.sync_api import Browser

from service.campaigns.page_rules import PageType
from service.widget.install.browser.visit import SeenPlace
from service.widget.install.check import PageReport
from service.widget.install.finding import Code
from service.widget.install.page.facts import FactOrigin
from tests.browser.installation import Installation
from tests.browser.press import Press
from tests.browser.stub import Stub
from tests.widget.install.pages import advices, problems

pytestmark = pytest.mark.browser

LINK = '<a href="/support/courier">Support us</a>'
TEXT = "".join(f"<p>{'The tide turned, and the harbour was silent again. ' * 8}</p>" for _ in range(12))
TOP = '<keep-open placement="article_top"></keep-open>'
GHOST_GRID = """<style>
    .gh-content { display: grid; grid-template-columns: [full-start] 80px [main-start] 720px [main-end] 1fr [full-end] }
    .gh-content > p { grid-column: main }
    .gh-content > keep-open { grid-column: full-start / main-start }
</style>"""
BLOCK_THEME = """<style>
    .entry-content > p, .wp-block-comments { max-width: 650px; margin-inline: auto }
    .entry-content > keep-open { display: block; max-width: none }
</style>"""

PHONE_THEME = """<style>
    @media (max-width: 600px) { .wide { display: none } }
    @media (min-width: 601px) { .small { display: none } }
</style>"""


@pytest.fixture
def installation(browser: Browser, press: Press, stub: Stub) -> Installation:
    return Installation(browser, press)


def article_data(**values: object) -> str:
    article = {"@type": "NewsArticle", "keywords": "tide", **values}
    return f'<script type="application/ld+json">{json.dumps(article)}</script>'


def in_script(html: str) -> str:
    """Return HTML as a JavaScript string that may stand in a script element."""
    return json.dumps(html).replace("</", "<\\/")


def the_place(report: PageReport) -> SeenPlace:
    [place] = report.places
    return place


def test_a_place_that_a_script_inserts_into_ghosts_grid_is_measured(installation: Installation, press: Press) -> None:
    insert = f"<script>document.querySelector('.gh-content').insertAdjacentHTML('afterbegin', '{TOP}')</script>"
    body = f'<article><section class="gh-content">{TEXT}</section></article>{insert}{LINK}'

    report = installation.check(press.publish(body, GHOST_GRID + article_data() + press.script()))

    assert problems(report.findings) == [Code.PLACE_TOO_NARROW]
    assert (the_place(report).width, the_place(report).paragraph_width) == (80, 720)
    assert Code.PLACE_MISSING not in advices(report.findings)


def test_a_place_in_the_column_of_the_text_is_fine(installation: Installation, press: Press) -> None:
    body = f'<section class="gh-content"><p>{TOP}</p>{TEXT}</section>{LINK}'

    report = installation.check(press.publish(body, GHOST_GRID + article_data() + press.script()))

    assert problems(report.findings) == []
    assert the_place(report).is_drawn
    assert the_place(report).width == 720


def test_a_place_wider_than_the_text_of_a_block_theme_is_reported(installation: Installation, press: Press) -> None:
    body = f'<div class="entry-content">{TOP}{TEXT}</div>{LINK}'

    report = installation.check(press.publish(body, BLOCK_THEME + article_data() + press.script()))

    assert problems(report.findings) == [Code.PLACE_WIDTH_DIFFERS]
    assert the_place(report).paragraph_width == 650


def test_a_place_in_a_hidden_part_of_the_page_is_reported(installation: Installation, press: Press) -> None:
    hidden = f'<div style="display: none">{TOP}</div>'

    report = installation.check(press.publish(hidden + TEXT + LINK, article_data() + press.script()))

    assert problems(report.findings) == [Code.PLACE_HIDDEN]


def test_a_place_that_the_theme_hides_on_phones_is_reported(installation: Installation, press: Press) -> None:
    head = PHONE_THEME + article_data() + press.script()
    wide, small = f'<div class="wide">{TOP}</div>', f'<div class="small">{TOP}</div>'
    alone = press.publish(wide + TEXT + LINK, head)
    copied = press.publish(wide + small + TEXT + LINK, head, path="copied")

    found = installation.check(alone)

    assert problems(found.findings) == [Code.PLACE_HIDDEN]
    assert "hidden on phones" in found.findings[0].what
    assert problems(installation.check(copied).findings) == []


def test_comments_of_a_block_theme_are_covered_unless_they_are_kept_clear(
    installation: Installation, press: Press
) -> None:
    body = f'<div class="entry-content">{TEXT}</div><div class="talk" data-comments>{TEXT}</div>{LINK}'
    kept = press.script('data-consent="full" data-keep-clear=".talk"')
    not_kept = press.script('data-consent="full" data-keep-clear=".entry-title"')

    covered = installation.check(press.publish(body, BLOCK_THEME + article_data() + not_kept))
    clear = installation.check(press.publish(body, BLOCK_THEME + article_data() + kept, path="kept"))

    assert problems(covered.findings) == [Code.COMMENTS_COVERED]
    assert problems(clear.findings) == []
    assert any("keeps clear of .talk (elements found: 1)" in finding.what for finding in clear.findings)


def test_a_live_gate_that_hides_nothing_is_reported(installation: Installation, press: Press) -> None:
    installation.has_gate = True
    known = press.publish(f'<div class="entry-content">{TEXT}</div>{LINK}', article_data() + press.script())
    own = press.publish(f'<div class="story">{TEXT}</div>{LINK}', article_data() + press.script(), path="own")

    found = installation.check(known)

    assert problems(found.findings) == []
    assert any("a gate hides .entry-content" in finding.what for finding in found.findings)
    assert problems(installation.check(own).findings) == [Code.GATED_PART_MISSING]


def test_a_selector_that_matches_nothing_is_reported(installation: Installation, press: Press) -> None:
    script = press.script('data-consent="full" data-gated=".story-body"')

    report = installation.check(press.publish(f'<div class="gh-content">{TEXT}</div>{LINK}', article_data() + script))

    assert problems(report.findings) == [Code.GATED_PART_UNMATCHED]
    assert 'data-gated=".gh-content"' in report.findings[0].remedy


def test_a_category_that_an_seo_plugin_calls_an_article_is_a_section(installation: Installation, press: Press) -> None:
    head = """<meta property="og:type" content="article">
        <script type="application/ld+json">{"@graph": [{"@type": "CollectionPage"}]}</script>"""

    report = installation.check(press.publish(TEXT + LINK, head + press.script()))

    assert problems(report.findings) == []
    assert report.facts is not None
    assert (report.facts.value("page_type"), report.facts.were_sent) == ("section", True)


@pytest.mark.parametrize("expected", [PageType.ARTICLE, PageType.SECTION])
def test_the_type_that_was_sent_is_compared_with_the_expected_one(
    installation: Installation, press: Press, expected: PageType
) -> None:
    head = '<meta name="keepopen:page_type" content="section">'

    report = installation.check(press.publish(TEXT + LINK, head + press.script()), expected)

    assert report.facts is not None
    assert (report.facts.were_sent, report.facts.value("page_type")) == (True, "section")
    assert problems(report.findings) == ([] if expected is PageType.SECTION else [Code.TYPE_UNEXPECTED])


def test_plain_permalinks_of_wordpress_are_compared_by_number(installation: Installation, press: Press) -> None:
    head = article_data() + '<link rel="canonical" href="/page?p=5"><link rel="shortlink" href="/page?p=5">'

    url = press.publish(TEXT + LINK, head + press.script()) + "?p=5"
    stated = press.script('data-consent="full" data-page-id="5"')
    with_number = press.publish(TEXT + LINK, head + stated, path="stated") + "?p=5"

    sent = [installation.check(page).facts for page in (with_number, url)]

    assert [facts.value("page_id") for facts in sent if facts] == ["5", "/page?p=5"]
    assert problems(installation.check(url).findings) == []


def test_structured_data_that_turbo_left_in_the_head_are_recognised(installation: Installation, press: Press) -> None:
    left = article_data(url="/wall", articleSection="Sport")
    insert = f"<script>document.head.insertAdjacentHTML('beforeend', {in_script(left)})</script>"

    report = installation.check(press.publish(TEXT + LINK, insert + press.script(), path="front-page"))

    assert Code.FACTS_OF_ANOTHER_PAGE in problems(report.findings)


def test_facts_that_react_sets_after_the_page_has_loaded_are_traced(installation: Installation, press: Press) -> None:
    render = f"""<script>
        document.querySelector('#root').innerHTML = {in_script(TOP + TEXT + LINK)};
        document.head.insertAdjacentHTML('beforeend', '<meta name="keepopen:page_type" content="article">');
        (window.keepopen ||= []).push(['page', {{ section: 'Harbour', page_type: 'article' }}]);
    </script>"""

    report = installation.check(press.publish(f'<div id="root"></div>{render}', press.script()))

    assert report.facts is not None
    assert report.facts.origin("page_type") is FactOrigin.META
    assert (report.facts.value("section"), report.facts.origin("section")) == ("Harbour", FactOrigin.UNKNOWN)
    assert the_place(report).is_drawn
    assert problems(report.findings) == []
