"""The facts of an article are complete and describe this article."""

import json

import pytest

from service.campaigns.page_rules import PageType
from service.widget.install.checks.facts import check_facts
from service.widget.install.finding import Code, Finding
from service.widget.install.page.fact_origins import trace_facts
from service.widget.install.page.source import read_source
from service.widget.install.page.structured_data import read_structured_data
from tests.widget.install.pages import PAGE, advices, page_with, problems

SENT = {"page_type": "article", "section": "News", "tags": "tide", "language": "en"}


def article(address: str, section: str = "News") -> str:
    values = {"@type": "NewsArticle", "url": address, "articleSection": section, "keywords": "tide"}
    return f'<script type="application/ld+json">{json.dumps(values)}</script>'


def check(head: str, sent: dict[str, str], expected: PageType | None = None) -> list[Finding]:
    source = read_source(PAGE, page_with(head))
    data = read_structured_data(source)
    return list(check_facts(trace_facts(sent, source, data), data, expected))


def test_an_article_with_section_tags_and_language_is_fine() -> None:
    found = check(article(PAGE), SENT)

    assert (problems(found), advices(found), len(found)) == ([], [], 1)


@pytest.mark.parametrize("name", ["section", "tags", "language"])
def test_a_missing_fact_is_named(name: str) -> None:
    found = check(article(PAGE), {key: value for key, value in SENT.items() if key != name})

    assert advices(found) == [Code.FACTS_MISSING]
    assert name in found[0].what


def test_other_pages_need_no_section() -> None:
    assert check("", {"page_type": "front"}) == []


def test_structured_data_of_another_address_are_a_problem() -> None:
    found = check(article("/news/wall"), SENT)

    assert problems(found) == [Code.FACTS_OF_ANOTHER_PAGE]
    assert "describes /news/wall" in found[0].what


def test_a_list_of_articles_describes_other_pages() -> None:
    listed = article("/news/wall") + article("/news/quarry")

    assert check(listed, {"page_type": "section"}) == []
    assert check(listed, {"page_type": "other"}, PageType.OTHER) == []
    assert problems(check(listed, SENT)) == [Code.FACTS_OF_ANOTHER_PAGE]


def test_an_earlier_article_that_was_not_read_is_advice() -> None:
    found = check(article(PAGE) + article("/news/wall", "Sport"), SENT)

    assert (problems(found), advices(found)) == ([], [Code.FACTS_OF_ANOTHER_PAGE])


def test_structured_data_that_are_not_json_are_counted() -> None:
    found = check(article(PAGE) + '<script type="application/ld+json">{</script>', SENT)

    assert advices(found) == [Code.FACTS_UNREADABLE]
