"""Check the page_id of an article against the page's canonical address and shortlink. The meter counts by page_id."""

import re
from collections.abc import Iterator

from service.widget.install.finding import Code, Finding, advice, fine, problem
from service.widget.install.page.address import address_key, is_same_host, resolved_address
from service.widget.install.page.facts import FactOrigin, PageFacts
from service.widget.install.page.source import PageSource

FURTHER_PAGE = re.compile(r"/(comment-page-\d+|page/\d+|\d{1,3})/?$")
REMEDY = 'Write <meta name="keepopen:page_id" content="…"> with the article\'s number in your system.'


def check_page_id(facts: PageFacts, source: PageSource) -> Iterator[Finding]:
    """Yield the findings about an article's page_id. Yield nothing for other pages, which no meter counts."""
    if not facts.is_article:
        return
    page_id = facts.value("page_id")
    if page_id == "/":
        yield problem(
            Code.PAGE_ID_NOT_UNIQUE,
            "the article's page_id is `/`: all articles with such an address count as one, so the meter never fills",
            REMEDY,
        )
    elif facts.origin("page_id") is not FactOrigin.ADDRESS or "#" in page_id:
        yield fine(f"the article has a page_id of its own, {page_id}")
    else:
        yield from _compare(page_id, source)


def _compare(page_id: str, source: PageSource) -> Iterator[Finding]:
    """Compare a page_id that is the page's path with what the page's links say."""
    shortlink = resolved_address(source.url, source.shortlink)
    number = shortlink.query.rpartition("=")[2]
    own = address_key(source.url, page_id)
    further = FURTHER_PAGE.search(page_id)
    if shortlink.scheme and own == address_key(source.url, source.shortlink):
        yield fine(f"the article's page_id {page_id} is its shortlink")
    elif number and further and number not in further[1]:
        yield problem(
            Code.PAGE_ID_DIFFERS,
            f"the page_id is {page_id}, but the shortlink says that this is a further page of article {number}: "
            "it counts as an article of its own",
            REMEDY,
        )
    elif source.canonical and own != address_key(source.url, source.canonical):
        what = f"the page_id is {page_id}, but the canonical address is {source.canonical}"
        if is_same_host(source.url, source.canonical):
            yield problem(Code.PAGE_ID_DIFFERS, f"{what}: one article counts as several, or several as one", REMEDY)
        else:
            yield advice(Code.PAGE_ID_DIFFERS, f"{what}, on another host", REMEDY)
    elif number:
        yield advice(
            Code.PAGE_ID_DIFFERS,
            f"the page_id is the path {page_id}, so further pages and comment pages of article {number} count as "
            "articles of their own",
            REMEDY,
        )
    else:
        yield fine(f"the article's page_id is its path, {page_id}")
