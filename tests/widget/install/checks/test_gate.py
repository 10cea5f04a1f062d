"""A gate has a part of the page to hide."""

import pytest

from service.widget.install.browser.visit import PageLayout
from service.widget.install.checks.gate import check_gate
from service.widget.install.finding import Code, Finding
from service.widget.install.page.facts import Fact, FactOrigin, PageFacts
from service.widget.install.page.source import read_source
from service.widget.install.page.structured_data import read_structured_data
from tests.widget.install.pages import PAGE, SCRIPT, advices, problems

NAMED = SCRIPT.replace("async", 'async data-gated=".entry-content"')
WITHHELD = '<script type="application/ld+json">{"@type": "NewsArticle", "isAccessibleForFree": false}</script>'
LAYOUT = PageLayout(body_candidates=(".wp-block-post-content",))


def check(
    html: str, layout: PageLayout | None = LAYOUT, has_gate: bool = True, page_type: str = "article", access: str = ""
) -> list[Finding]:
    source = read_source(PAGE, html)
    sent = {"page_type": page_type, "access": access}
    facts = PageFacts({name: Fact(name, value, FactOrigin.META, "") for name, value in sent.items()})
    return list(check_gate(source, read_structured_data(source), facts, layout, has_gate))


def test_a_live_gate_without_a_part_is_a_problem() -> None:
    assert problems(check(SCRIPT, PageLayout())) == [Code.GATED_PART_MISSING]
    assert advices(check(SCRIPT, None)) == [Code.GATED_PART_MISSING]


def test_the_text_that_the_widget_finds_by_itself_is_named() -> None:
    [found] = check(SCRIPT)

    assert (problems([found]), found.what) == (
        [],
        "a gate hides .wp-block-post-content, which the widget finds by itself",
    )


def test_without_a_gate_only_a_page_that_is_not_free_is_advised() -> None:
    assert check(SCRIPT, PageLayout(), has_gate=False) == []
    assert advices(check(SCRIPT + WITHHELD, PageLayout(), has_gate=False)) == [Code.GATED_PART_MISSING]


@pytest.mark.parametrize("count", [0, None], ids=["matches nothing", "is not a selector"])
def test_a_selector_that_finds_nothing_is_a_problem(count: int | None) -> None:
    found = check(NAMED, PageLayout(gated_count=count), has_gate=False)

    assert problems(found) == [Code.GATED_PART_UNMATCHED]
    assert ".entry-content" in found[0].what


def test_a_selector_that_finds_something_is_fine() -> None:
    found = check(NAMED, PageLayout(gated_count=1))

    assert (problems(found), [finding.what for finding in found]) == (
        [],
        ["a gate hides .entry-content (elements found: 1)"],
    )


def test_without_a_browser_nothing_is_said_about_matches() -> None:
    assert check(NAMED, None) == []


@pytest.mark.parametrize(("page_type", "access"), [("section", ""), ("article", "free")])
def test_a_page_that_no_gate_covers_needs_no_part(page_type: str, access: str) -> None:
    assert check(SCRIPT, page_type=page_type, access=access) == []
