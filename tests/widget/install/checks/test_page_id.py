"""An article's page_id names the article: not all articles, and not a page of it."""

import pytest

from service.widget.install.checks.page_id import check_page_id
from service.widget.install.finding import Code, Finding
from service.widget.install.page.fact_origins import expect_facts
from service.widget.install.page.source import read_source
from service.widget.install.page.structured_data import read_structured_data
from tests.widget.install.pages import ORIGIN, advices, page_with, problems


def check(path: str, head: str, page_type: str = "article") -> list[Finding]:
    source = read_source(ORIGIN + path, page_with(head + f'<meta name="keepopen:page_type" content="{page_type}">'))
    return list(check_page_id(expect_facts(source, read_structured_data(source)), source))


def links(canonical: str = "", shortlink: str = "") -> str:
    return "".join(
        f'<link rel="{name}" href="{address}">'
        for name, address in (("canonical", canonical), ("shortlink", shortlink))
        if address
    )


@pytest.mark.parametrize(
    ("path", "head", "code"),
    [
        ("/?tale=5", "", Code.PAGE_ID_NOT_UNIQUE),
        ("/tide/amp", links(f"{ORIGIN}/tide"), Code.PAGE_ID_DIFFERS),
        ("/tide", links("/"), Code.PAGE_ID_DIFFERS),
        ("/?p=5", links("/?p=6"), Code.PAGE_ID_DIFFERS),
    ],
)
def test_a_page_id_that_miscounts_is_a_problem(path: str, head: str, code: Code) -> None:
    assert problems(check(path, head)) == [code]


@pytest.mark.parametrize(
    ("path", "head"),
    [
        ("/tide", ""),
        ("/tide/?utm_source=x&fbclid=y", links(f"{ORIGIN}/tide")),
        ("/tide/2/", links("/tide/2/", "/?p=9")),
        ("/tide/comment-page-2/", links("", "/?p=9")),
        ("/index.php?id=5", links("/index.php?id=5")),
        ("/show?tale=5", links("/show?tale=5")),
        ("/show?tale=5&sort=up", links("/show?tale=5")),
        ("/?p=5", '<meta name="keepopen:page_id" content="5">'),
        ("/caf%C3%A9", links("/cafe\u0301")),
    ],
)
def test_a_page_id_that_counts_rightly_is_fine(path: str, head: str) -> None:
    found = check(path, head)

    assert (problems(found), advices(found), len(found)) == ([], [], 1)


@pytest.mark.parametrize(
    ("path", "head", "words"),
    [
        ("/tide/", links("https://agency.example/1"), "on another host"),
        ("/show?tale=5&utm_source=x", "", "leaves out tale"),
    ],
)
def test_a_page_id_that_may_miscount_is_advice(path: str, head: str, words: str) -> None:
    found = check(path, head)

    assert (problems(found), advices(found)) == ([], [Code.PAGE_ID_DIFFERS])
    assert words in found[0].what


def test_pages_that_are_no_articles_are_not_checked() -> None:
    assert check("/", "", "front") == []
