"""A banner does not cover the comments."""

from service.widget.install.browser.visit import PageLayout
from service.widget.install.checks.comments import check_comments
from service.widget.install.finding import Code, Finding
from service.widget.install.page.facts import Fact, FactOrigin, PageFacts
from service.widget.install.page.source import read_source
from tests.widget.install.pages import PAGE, SCRIPT, advices, problems

NAMED = SCRIPT.replace("async", 'async data-keep-clear="#talk"')


def check(script: str, layout: PageLayout, page_type: str = "article") -> list[Finding]:
    facts = PageFacts({"page_type": Fact("page_type", page_type, FactOrigin.META, "")})
    return list(check_comments(read_source(PAGE, script), facts, layout))


def test_covered_comments_are_a_problem_with_the_attribute_to_set() -> None:
    found = check(NAMED, PageLayout(covered={".wp-block-comments": 208}, keep_clear_count=1))

    assert problems(found) == [Code.COMMENTS_COVERED]
    assert "208 px of .wp-block-comments" in found[0].what
    assert 'data-keep-clear="#talk, .wp-block-comments"' in found[0].remedy


def test_a_selector_that_matches_nothing_on_an_article_is_advice() -> None:
    assert advices(check(NAMED, PageLayout(keep_clear_count=0))) == [Code.KEEP_CLEAR_UNMATCHED]
    assert check(NAMED, PageLayout(keep_clear_count=0), "front") == []


def test_a_selector_that_matches_is_fine() -> None:
    found = check(NAMED, PageLayout(keep_clear_count=2))

    assert (problems(found), advices(found), len(found)) == ([], [], 1)


def test_nothing_is_said_without_comments_and_selector() -> None:
    assert check(SCRIPT, PageLayout()) == []
