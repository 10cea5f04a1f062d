"""A React application and a Turbo site, with the real libraries, in front of a stand-in service.

The libraries are not part of this repository: `KEEPOPEN_NODE` names a folder with their npm packages.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hearing import wait_for
from tests.browser.press import LONG_TEXT, Press
from tests.browser.stub import Stub, decision, prompt

pytestmark = [pytest.mark.browser, pytest.mark.cms]

REGION = "You have read seven of our stories this month"
REACT = Path(__file__).parent / "site" / "react" / "main.jsx"
PACKAGES = ("@hotwired/turbo", "react", "react-dom", "react-router", "rolldown")
FACTS = ("page_type", "page_id", "section", "tags", "is_sensitive")
STORIES: dict[str, dict[str, Any]] = {
    "5": {"id": "5", "title": "Buses", "section": "News", "tags": ["Buses"]},
    "6": {"id": "6", "title": "The wall", "section": "Harbour", "tags": ["Harbour"]},
    "7": {"id": "7", "title": "The quarry", "section": "News", "tags": ["Quarry"], "is_sensitive": True},
}
WALK = ("Buses", "The wall", "The quarry", "Front")
EDGES = "(node) => [node.getBoundingClientRect().left, node.offsetWidth]"


@pytest.fixture(scope="session")
def node_packages() -> Path:
    folder = Path(os.environ.get("KEEPOPEN_NODE", "/nowhere")) / "node_modules"
    missing = [name for name in PACKAGES if not (folder / name / "package.json").exists()]
    if missing or not shutil.which("node"):
        pytest.skip(f"KEEPOPEN_NODE names no folder with node and the npm packages {', '.join(missing)}")
    return folder


@pytest.fixture
def ask_unless_sensitive(stub: Stub) -> None:
    def answer(body: dict[str, Any]) -> Any:
        is_silent = body["page_type"] != "article" or body.get("is_sensitive")
        return decision() if is_silent else decision(prompt())

    stub.decide = answer


def facts_of(story: dict[str, Any]) -> dict[str, Any]:
    return {"page_type": "article", "page_id": story["id"], "section": story["section"], "tags": story["tags"]}


def sent(stub: Stub) -> list[dict[str, Any]]:
    """Return the facts of every question, without those that are missing."""
    return [{name: asked[name] for name in FACTS if asked.get(name)} for asked in stub.decides]


def follow(page: Page, stub: Stub, name: str) -> None:
    """Click a link, and wait until the widget has asked about the new page and has drawn what it draws."""
    asked = len(stub.decides)
    page.get_by_role("link", name=name, exact=True).first.click()
    settle(page, stub, asked)


def settle(page: Page, stub: Stub, asked: int) -> None:
    for _ in range(200):
        if len(stub.decides) > asked:
            page.wait_for_timeout(700)
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"the widget asked {asked} times and no more")


def is_asked(page: Page) -> bool:
    return page.get_by_role("region", name=REGION).count() == 1


def without_end(script: str) -> str:
    """Return a script that may stand in a script element."""
    return script.replace("</script", "<\\/script")


def react_page(press: Press, packages: Path, folder: Path) -> str:
    """Bundle the application and put it on every address of the press."""
    (folder / "node_modules").symlink_to(packages)
    shutil.copy(REACT, folder / "main.jsx")
    command = [str(packages / ".bin" / "rolldown"), "main.jsx", "--format", "iife", "--file", "out.js"]
    define = ["--transform.define", 'process.env.NODE_ENV:"production"']
    subprocess.run([*command, *define], cwd=folder, check=True, capture_output=True)
    bundle = (folder / "out.js").read_text(encoding="utf-8")
    stories = {key: {**story, "paragraphs": ["The tide turned. " * 30] * 9} for key, story in STORIES.items()}
    data = f'<script type="application/json" id="stories">{json.dumps(stories)}</script>'
    press.publish(f'<div id="root"></div>{data}<script>{without_end(bundle)}</script>', path="*")
    return press.url


def test_a_react_application_sends_the_facts_of_each_route(
    page: Page,
    press: Press,
    stub: Stub,
    node_packages: Path,
    tmp_path: Path,
    ask_unless_sensitive: None,
    artefacts: Path,
) -> None:
    page.goto(react_page(press, node_packages, tmp_path) + "/")
    wait_for(page, "none")
    seen = []
    for name in WALK:
        follow(page, stub, name)
        seen.append(is_asked(page))
        page.screenshot(path=artefacts / f"react-{name.replace(' ', '-')}.png")
    page.go_back()
    settle(page, stub, 5)
    page.go_back()
    settle(page, stub, 6)

    front, buses, wall, quarry = {"page_type": "front", "page_id": "/"}, *map(facts_of, STORIES.values())
    quarry["is_sensitive"] = True
    assert sent(stub) == [front, buses, wall, quarry, front, quarry, wall]
    assert seen == [True, True, False, False]
    assert is_asked(page)
    place, paragraph = (page.locator(selector).first.evaluate(EDGES) for selector in ("keep-open", ".article-text p"))
    assert place == paragraph


def turbo_site(press: Press, packages: Path, *, tells_by_metas: bool) -> str:
    """Publish three articles, a front page and a list, with JSON-LD in the head and, if wanted, Keepopen's metas."""
    library = (packages / "@hotwired" / "turbo" / "dist" / "turbo.es2017-umd.js").read_text(encoding="utf-8")
    head = f"<script>{without_end(library)}</script>{press.script()}"
    links = "".join(f'<a href="/{key}">{story["title"]}</a> ' for key, story in STORIES.items())
    links += '<a href="/">Front</a> <a href="/harbour">List</a>'
    for key, story in STORIES.items():
        about = {"@type": "NewsArticle", "articleSection": story["section"], "keywords": story["tags"]}
        metas = f'<script type="application/ld+json">{json.dumps(about)}</script><title>{story["title"]}</title>'
        if tells_by_metas:
            metas += "".join(
                f'<meta name="keepopen:{name}" content="{value}">' for name, value in metas_of(story).items()
            )
        body = f'<h1>{story["title"]}</h1><keep-open placement="article_top"></keep-open>{LONG_TEXT}'
        press.publish(f"<nav>{links}</nav><article>{body}</article>", head=head + metas, path=key)
    press.publish(f"<nav>{links}</nav><h1>The Tide</h1>", head=head + "<title>The Tide</title>", path="")
    press.publish(f"<nav>{links}</nav><h1>Harbour</h1>", head=head + "<title>Harbour</title>", path="harbour")
    return press.url


def metas_of(story: dict[str, Any]) -> dict[str, str]:
    sensitive = {"is_sensitive": "true"} if story.get("is_sensitive") else {}
    return {**facts_of(story), "tags": ", ".join(story["tags"]), **sensitive}


def test_a_turbo_site_sends_the_facts_of_each_visit(
    page: Page, press: Press, stub: Stub, node_packages: Path, ask_unless_sensitive: None, artefacts: Path
) -> None:
    page.goto(turbo_site(press, node_packages, tells_by_metas=True) + "/5")
    wait_for(page, "shown")
    seen = [is_asked(page)]
    for name in (*WALK[1:], "List"):
        follow(page, stub, name)
        seen.append(is_asked(page))
        page.screenshot(path=artefacts / f"turbo-{name.replace(' ', '-')}.png")

    buses, wall, quarry = map(facts_of, STORIES.values())
    front, harbour = {"page_type": "front", "page_id": "/"}, {"page_type": "other", "page_id": "/harbour"}
    assert sent(stub) == [buses, wall, quarry | {"is_sensitive": True}, front, harbour]
    assert seen == [True, True, False, False, False]


def test_structured_data_that_turbo_leaves_in_the_head_make_no_article_of_other_pages(
    page: Page, press: Press, stub: Stub, node_packages: Path, ask_unless_sensitive: None
) -> None:
    page.goto(turbo_site(press, node_packages, tells_by_metas=False) + "/5")
    wait_for(page, "shown")
    for name in ("The wall", "List", "Front", "The wall"):
        follow(page, stub, name)

    told = [(asked["page_id"], asked["page_type"], asked.get("section")) for asked in stub.decides]
    assert told == [
        ("/5", "article", "News"),
        ("/6", "article", "Harbour"),
        ("/harbour", "other", None),
        ("/", "front", None),
        ("/6", "article", "Harbour"),
    ]
    expect(page.get_by_role("region", name=REGION)).to_have_count(1)
