"""Check the page_id of an article against the page's canonical address. The meter counts by page_id."""

from collections.abc import Iterator

from service.widget.install.finding import Code, Finding, advice, fine, problem
from service.widget.install.page.address import further_parameters, is_same_host, page_of
from service.widget.install.page.facts import FactOrigin, PageFacts
from service.widget.install.page.source import PageSource

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
    elif facts.origin("page_id") is FactOrigin.ADDRESS:
        yield _compare(page_id, source)
    else:
        yield fine(f"the article has a page_id of its own, {page_id}")


def _compare(page_id: str, source: PageSource) -> Finding:
    """Compare a page_id that is the page's address with the canonical address."""
    canonical = page_of(source, source.canonical) if source.canonical else page_id
    left_out = further_parameters(source)
    if canonical != page_id.partition("#")[0]:
        what = f"the page_id is {page_id}, but the canonical address is {source.canonical}"
        if is_same_host(source.url, source.canonical):
            what += ": one article counts as several, or several as one"
            return problem(Code.PAGE_ID_DIFFERS, what, REMEDY)
        return advice(Code.PAGE_ID_DIFFERS, f"{what}, on another host", REMEDY)
    if left_out and not source.canonical:
        names = ", ".join(left_out)
        what = f"the page_id {page_id} leaves out {names}: if that names the article, several articles count as one"
        return advice(Code.PAGE_ID_DIFFERS, what, f"Give the page a canonical address with {names}. Or: {REMEDY}")
    return fine(f"the article's page_id is its address, {page_id}")
