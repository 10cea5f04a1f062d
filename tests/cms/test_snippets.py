"""The snippets in docs/cms, put into pages as each system writes them, in front of a stand-in service."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hearing import wait_for
from tests.browser.press import LONG_TEXT, Press
from tests.browser.stub import Stub, prompt

pytestmark = [pytest.mark.browser, pytest.mark.cms]

DOCS = Path(__file__).parents[2] / "docs" / "cms"
ARTICLE = {"page_type": "article", "page_id": "5", "section": "News", "tags": ["Buses", "O'Brien Mary"]}
CANVAS = """<style>
.gh-canvas { display: grid; grid-template-columns: [full] 40px [main] min(720px, 100% - 80px) [end] 1fr }
.gh-canvas > * { grid-column: main }
</style>"""


def snippet(name: str, service: str) -> str:
    """Return the HTML of a page of docs/cms, pointed at a service, for readers who have consented."""
    blocks = re.findall(r"```html\n(.*?)```", (DOCS / f"{name}.md").read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 1
    html = str(blocks[0]).replace("https://support.example.ie", service)
    return html.replace('data-site="courier"', 'data-site="courier" data-consent="full"')


def sent(stub: Stub, names: dict[str, Any]) -> dict[str, Any]:
    """Return the facts of the newest question that have these names."""
    return {name: stub.decides[-1].get(name) for name in names}


def column(page: Page, selector: str) -> tuple[float, float]:
    """Return the left edge and the width of an element."""
    box = page.locator(selector).first.bounding_box()
    assert box is not None
    return box["x"], box["width"]


@pytest.mark.parametrize("name", ["drupal", "wagtail", "turbo", "other"])
def test_an_article_sends_its_facts_and_shows_its_appeal(page: Page, press: Press, stub: Stub, name: str) -> None:
    stub.show(prompt())

    page.goto(press.publish(snippet(name, stub.url), head=""))
    wait_for(page, "shown")

    assert sent(stub, ARTICLE) == ARTICLE
    assert column(page, "keep-open") == column(page, "article p")


def test_a_gate_hides_what_the_snippet_names(page: Page, press: Press, stub: Stub) -> None:
    gate = prompt(
        placement="over_article", kind="gate", gate={"type": "payment", "strength": "hard"}, is_dismissible=False
    )
    stub.show(gate, access={"state": "gated", "used": 2, "allowance": 2, "resets_at": None})

    page.goto(press.publish(snippet("other", stub.url), head=""))
    wait_for(page, "shown")

    expect(page.locator("article p")).to_have_css("visibility", "hidden")


GHOST_PAGES: dict[str, tuple[str, dict[str, Any]]] = {
    "a post": ("post-template tag-news", {"page_type": "article", "access": None, "is_sensitive": None}),
    "a sensitive post": ("post-template tag-hash-sensitive", {"page_type": "article", "is_sensitive": True}),
    "an advertiser's post": ("post-template tag-hash-advertiser", {"page_type": "article", "is_paid_content": True}),
    "a quiet post": ("post-template tag-hash-quiet", {"page_type": "article", "hide_appeals": True}),
    "a page": ("page-template", {"page_type": "other", "access": "free"}),
    "a tag": ("tag-template tag-news", {"page_type": "section", "access": "free"}),
    "home": ("home-template", {"page_type": "front", "access": "free"}),
}


@pytest.mark.parametrize(("classes", "facts"), GHOST_PAGES.values(), ids=GHOST_PAGES)
def test_ghosts_code_injection_knows_the_page(
    page: Page,
    press: Press,
    stub: Stub,
    classes: str,
    facts: dict[str, Any],
) -> None:
    body = f"""<script>document.body.className = '{classes}'</script>{CANVAS}<article>
        <header class="gh-article-header gh-canvas"><h1>Buses</h1></header>
        <section class="gh-content gh-canvas">{LONG_TEXT}</section></article>"""
    stub.show(prompt())
    ghosts_own = '<meta property="og:type" content="article">'

    page.goto(press.publish(body, head=ghosts_own + snippet("ghost", stub.url)))
    wait_for(page, "decision")

    assert sent(stub, facts) == facts
    if facts["page_type"] == "article":
        wait_for(page, "shown")
        assert column(page, "header keep-open") == column(page, ".gh-content p")
    else:
        expect(page.locator("keep-open[placement^=article]")).to_have_count(0)


def test_react_tells_each_route_by_metas_or_by_a_call(page: Page, press: Press, stub: Stub) -> None:
    page.goto(press.publish("<main></main>", head=snippet("react", stub.url) + meta(page_type="front")))
    wait_for(page, "none")
    assert sent(stub, {"page_type": ""}) == {"page_type": "front"}

    replace_page(page, "/5", meta(page_type="article", page_id="5", section="News", tags="Buses, O'Brien Mary"))
    wait_until_asked(page, stub, 2)
    by_metas = sent(stub, ARTICLE)
    page.evaluate("window.keepopen.push(['page', { page_type: 'article', page_id: '6', tags: ['Late'] }])")
    wait_until_asked(page, stub, 3)

    assert by_metas == ARTICLE
    assert sent(stub, {"page_id": "", "tags": ""}) == {"page_id": "6", "tags": ["Late"]}


def test_turbo_tells_the_facts_of_the_page_it_has_come_to(page: Page, press: Press, stub: Stub) -> None:
    page.goto(press.publish(snippet("turbo", stub.url), head=""))
    wait_for(page, "none")

    replace_page(page, "/6", meta(page_type="article", page_id="6", section="Sport"))
    wait_until_asked(page, stub, 2)
    second = sent(stub, {"page_type": "", "page_id": "", "section": ""})
    replace_page(page, "/", meta(page_type="front"))
    wait_until_asked(page, stub, 3)

    assert second == {"page_type": "article", "page_id": "6", "section": "Sport"}
    assert sent(stub, {"page_type": "", "section": ""}) == {"page_type": "front", "section": None}


def meta(**facts: str) -> str:
    return "".join(f'<meta name="keepopen:{name}" content="{content}">' for name, content in facts.items())


def replace_page(page: Page, path: str, metas: str) -> None:
    """Do what a router or Turbo does on a visit: other metas, another body, another address. Scripts stay."""
    page.evaluate(
        """([path, metas]) => {
            document.querySelectorAll('meta[name^="keepopen:"]').forEach((meta) => meta.remove());
            document.querySelector('article, main').innerHTML = '<p>Another page.</p>';
            history.pushState({}, '', path);
            document.head.insertAdjacentHTML('beforeend', metas);
        }""",
        [path, metas],
    )


def wait_until_asked(page: Page, stub: Stub, times: int) -> None:
    """Wait until the widget has asked so often, for at most about ten seconds."""
    for _ in range(200):
        if len(stub.decides) >= times:
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"asked {len(stub.decides)} times, not {times}")
