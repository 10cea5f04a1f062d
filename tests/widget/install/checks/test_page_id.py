"""An article's page_id names the article: not all articles, and not a page of it."""

import pytest

from service.widget.install.checks.page_id import check_page_id
from service.widget.install.finding import Code, Finding
from service.widget.install.page.fact_origins import trace_facts
from service.widget.install.page.source import read_source
from service.widget.install.page.structured_data import read_structured_data
from tests.widget.install.pages import ORIGIN, advices, page_with, problems


def check(path: str, head: str, page_id: str, page_type: str = "article") -> list[Finding]:
    source = read_source(ORIGIN + path, page_with(head))
    facts = trace_facts({"page_id": page_id, "page_type": page_type}, source, read_structured_data(source))
    return list(check_page_id(facts, source))


def links(canonical: str = "", shortlink: str = "") -> str:
    return "".join(
        f'<link rel="{name}" href="{address}">'
        for name, address in (("canonical", canonical), ("shortlink", shortlink))
        if address
    )


@pytest.mark.parametrize(
    ("path", "head", "page_id", "code"),
    [
        ("/?p=5", links("/?p=5"), "/", Code.PAGE_ID_NOT_UNIQUE),
        ("/index.php?id=5", links("/index.php?id=5"), "/index.php", Code.PAGE_ID_DIFFERS),
        ("/tide/amp", links(f"{ORIGIN}/tide"), "/tide/amp", Code.PAGE_ID_DIFFERS),
        ("/tide/2/", links("/tide/2/", "/?p=9"), "/tide/2/", Code.PAGE_ID_DIFFERS),
        ("/tide/comment-page-2/", links("", "/?p=9"), "/tide/comment-page-2/", Code.PAGE_ID_DIFFERS),
    ],
)
def test_a_page_id_that_miscounts_is_a_problem(path: str, head: str, page_id: str, code: Code) -> None:
    assert problems(check(path, head, page_id)) == [code]


@pytest.mark.parametrize(
    ("path", "head", "page_id"),
    [
        ("/tide", "", "/tide"),
        ("/tide/?utm_source=x", links(f"{ORIGIN}/tide"), "/tide/"),
        ("/tide", links("/tide", "/?p=9"), "/?p=9"),
        ("/?p=5", '<meta name="keepopen:page_id" content="5">', "5"),
        ("/", "", "/#/tide"),
        ("/caf%C3%A9", links("/café"), "/caf%C3%A9"),
    ],
)
def test_a_page_id_that_counts_rightly_is_fine(path: str, head: str, page_id: str) -> None:
    found = check(path, head, page_id)

    assert (problems(found), advices(found), len(found)) == ([], [], 1)


@pytest.mark.parametrize(
    ("path", "head"),
    [
        ("/tide/", links("/tide/", "/?p=9")),
        ("/archives/123", links("", "/?p=123")),
        ("/tide/", links("https://agency.example/1")),
    ],
    ids=["further pages would count", "a number that is the article's", "canonical on another host"],
)
def test_a_page_id_that_may_miscount_is_advice(path: str, head: str) -> None:
    found = check(path, head, path)

    assert (problems(found), advices(found)) == ([], [Code.PAGE_ID_DIFFERS])


def test_pages_that_are_no_articles_are_not_checked() -> None:
    assert check("/", "", "/", "front") == []
