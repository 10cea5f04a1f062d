"""Check the page type that was sent: against the expected type, and against what the page says of itself."""

from collections.abc import Iterator

from service.campaigns.page_rules import PageType
from service.widget.install.finding import Code, Finding, advice, fine, problem
from service.widget.install.page.facts import FactOrigin, PageFacts
from service.widget.install.page.source import PageSource
from service.widget.install.page.structured_data import StructuredData


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
    elif sent == PageType.OTHER and facts.origin("page_type") is FactOrigin.NOTHING and not data.of_other_articles:
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
    sent = facts.value("page_type")
    if sent == PageType.OTHER and data.article.values and facts.origin("page_type") is FactOrigin.OPEN_GRAPH:
        what = (
            f"JSON-LD says that the page is an article ({data.article.type_names[0]}), og:type says {open_graph}; "
            f"the widget took {sent}"
        )
        remedy = _remedy(PageType.ARTICLE)
        yield (
            advice(Code.FACTS_CONTRADICT, what, remedy) if is_settled else problem(Code.FACTS_CONTRADICT, what, remedy)
        )
    elif facts.origin("page_type") in {FactOrigin.OPEN_GRAPH, FactOrigin.PLACE} and not is_settled:
        yield advice(
            Code.TYPE_GUESSED,
            f"the page counts as {sent} only because of {facts.detail('page_type')}: if categories, search or the "
            "contact page have it too, they count as articles and can be gated",
            "State the type in every template, and check one page of each: --page section=URL --page other=URL.",
        )


def _remedy(page_type: PageType) -> str:
    return f'Write <meta name="keepopen:page_type" content="{page_type}"> into the head of this page\'s template.'
