"""The page type that is sent has to be right, and the page has to agree with itself."""

import pytest

from service.campaigns.page_rules import PageType
from service.widget.install.checks.page_type import check_page_type
from service.widget.install.finding import Code, Finding
from service.widget.install.page.fact_origins import expect_facts, trace_facts
from service.widget.install.page.source import read_source
from service.widget.install.page.structured_data import read_structured_data
from tests.widget.install.pages import DATA, ORIGIN, PAGE, advices, page_with, problems

OG_ARTICLE = '<meta property="og:type" content="article">'
OG_WEBSITE = '<meta property="og:type" content="website">'
PUBLISHED = '<meta property="article:published_time" content="2026-11-01">'
COLLECTION = '<script type="application/ld+json">{"@graph": [{"@type": "CollectionPage"}]}</script>'
STATED = '<meta name="keepopen:page_type" content="article">'


def check(head: str, expected: PageType | None = None, url: str = PAGE, **sent: str) -> list[Finding]:
    source = read_source(url, page_with(head, "<p>Text</p>"))
    data = read_structured_data(source)
    facts = trace_facts(sent, source, data) if sent else expect_facts(source, data)
    return list(check_page_type(facts, source, data, expected))


def test_a_type_that_was_not_expected_is_a_problem_with_its_origin() -> None:
    found = check(OG_ARTICLE + PUBLISHED, PageType.SECTION)

    assert Code.TYPE_UNEXPECTED in problems(found)
    assert found[0].what == (
        "this page should be section, but its page_type is article, from og:type with a time of publication"
    )
    assert '<meta name="keepopen:page_type" content="section">' in found[0].remedy


@pytest.mark.parametrize("expected", [PageType.OTHER, PageType.FRONT])
def test_every_type_can_be_expected(expected: PageType) -> None:
    url = f"{ORIGIN}/" if expected is PageType.FRONT else PAGE

    assert problems(check("", expected, url)) == []


def test_a_page_without_metadata_does_not_count_as_an_article() -> None:
    assert problems(check("")) == [Code.FACTS_MISSING]


def test_an_article_that_open_graph_calls_a_page_is_a_problem() -> None:
    assert problems(check(DATA + OG_WEBSITE)) == [Code.FACTS_CONTRADICT]
    assert problems(check(DATA + OG_WEBSITE, page_type="other")) == [Code.FACTS_CONTRADICT]


def test_a_category_that_an_seo_plugin_calls_an_article_is_a_section() -> None:
    assert check(COLLECTION + OG_ARTICLE) == []


def test_a_contradiction_is_advice_if_the_expected_type_was_sent() -> None:
    found = check(DATA + OG_WEBSITE, PageType.OTHER)

    assert (problems(found), advices(found)) == ([], [Code.FACTS_CONTRADICT])


def test_a_type_in_keepopens_own_words_settles_a_contradiction() -> None:
    assert check(COLLECTION + OG_ARTICLE + STATED) == []


def test_a_front_page_may_carry_metadata_of_a_website() -> None:
    assert check(COLLECTION + OG_WEBSITE, url=f"{ORIGIN}/", page_type="front") == []


@pytest.mark.parametrize(("head", "expected"), [(OG_ARTICLE + PUBLISHED, None), (OG_ARTICLE + PUBLISHED + DATA, None)])
def test_an_article_only_by_open_graph_is_advice(head: str, expected: PageType | None) -> None:
    found = check(head, expected)

    assert (problems(found), advices(found)) == ([], [] if DATA in head else [Code.TYPE_GUESSED])


def test_open_graph_alone_makes_no_article() -> None:
    assert problems(check(OG_ARTICLE)) == [Code.FACTS_MISSING]
