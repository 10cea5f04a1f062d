"""Check the page type that was sent: against the expected type, and against what the page says of itself."""

from collections.abc import Iterator

from service.campaigns.page_rules import PageType
from service.widget.install.finding import Code, Finding, advice, fine, problem
from service.widget.install.page.facts import FactOrigin, PageFacts
from service.widget.install.page.source import PageSource
from service.widget.install.page.structured_data import StructuredData

ARTICLES = frozenset({PageType.ARTICLE, PageType.LIVEBLOG})


def check_page_type(
    facts: PageFacts, source: PageSource, data: StructuredData, expected: PageType | None
) -> Iterator[Finding]:
    """Yield the findings about the page type. `expected` is None if the command did not name a type."""
    sent = facts.value("page_type")
    is_wrong = expected is not None and sent != expected
    if expected and is_wrong:
        yield problem(
            Code.TYPE_UNEXPECTED,
            f"this page should be {expected}, but its page_type is {sent}, from {facts.detail('page_type')}",
            _remedy(expected),
        )
    elif expected:
        yield fine(f"the page counts as {sent}, as expected")
    elif sent == PageType.OTHER and facts.origin("page_type") is FactOrigin.NOTHING:
        yield problem(
            Code.FACTS_MISSING,
            "the page does not say that it is an article: it is not counted, and campaigns for articles ignore it",
            'Add JSON-LD of type NewsArticle, or data-page-type="article" to the script. '
            "If this is no article, name its type: --page other=URL.",
        )
    if not facts.is_stated("page_type"):
        yield from _check_agreement(facts, source, data, is_settled=expected is not None and not is_wrong)


def _check_agreement(facts: PageFacts, source: PageSource, data: StructuredData, is_settled: bool) -> Iterator[Finding]:
    """Compare JSON-LD with og:type. `is_settled`: the type that was sent is known to be right."""
    open_graph = source.meta("og:type")
    item = next((item for item in data.of_this_page if item.page_type), None)
    is_front = facts.value("page_type") == PageType.FRONT
    if item and open_graph and not is_front and (item.page_type in ARTICLES) != (open_graph == "article"):
        what = (
            f"JSON-LD says {item.page_type} ({item.type_name}), og:type says {open_graph}; "
            f"the widget took {facts.value('page_type')}"
        )
        remedy = _remedy(item.page_type or PageType.OTHER)
        yield (
            advice(Code.FACTS_CONTRADICT, what, remedy) if is_settled else problem(Code.FACTS_CONTRADICT, what, remedy)
        )
        return
    is_bare = facts.origin("page_type") is FactOrigin.OPEN_GRAPH and not source.meta("article:published_time")
    if not is_settled and (is_bare or facts.origin("page_type") is FactOrigin.PLACE):
        yield advice(
            Code.TYPE_GUESSED,
            f"the page counts as an article only because of {facts.detail('page_type')}: if categories, search or the "
            "contact page have it too, they count as articles and can be gated",
            "State the type in every template, and check one page of each: --page section=URL --page other=URL.",
        )


def _remedy(page_type: PageType) -> str:
    return f'Write <meta name="keepopen:page_type" content="{page_type}"> into the head of this page\'s template.'
