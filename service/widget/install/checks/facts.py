"""Check the other facts about a page: section, tags and language, and whether they describe this page."""

from collections.abc import Iterator

from service.campaigns.page_rules import PageType
from service.widget.install.finding import Code, Finding, advice, fine, problem
from service.widget.install.page.facts import FactOrigin, PageFacts
from service.widget.install.page.structured_data import StructuredData

ARTICLES = frozenset({PageType.ARTICLE, PageType.LIVEBLOG})
TARGETS = ("section", "tags", "language")


def check_facts(facts: PageFacts, data: StructuredData, expected: PageType | None = None) -> Iterator[Finding]:
    """Yield the findings about what campaigns can target. `expected`: the type the command named, if any."""
    if data.unreadable_count:
        yield advice(
            Code.FACTS_UNREADABLE,
            f"{data.unreadable_count} JSON-LD scripts are not JSON, so their facts are lost",
            "Correct them.",
        )
    yield from _check_subject(facts, data, is_list=expected not in {None, *ARTICLES})
    if facts.is_article:
        yield from _check_targets(facts)


def _check_subject(facts: PageFacts, data: StructuredData, is_list: bool) -> Iterator[Finding]:
    """Check that the JSON-LD of an article does not describe another page. A list of articles describes many."""
    foreign = data.of_other_articles
    if not foreign or is_list:
        return
    remedy = (
        "Let `url` or `mainEntityOfPage` be this page's own address. With Turbo, put the JSON-LD into the body: "
        "Turbo never removes scripts from the head."
    )
    if data.article.values:
        what = f"the page also has the JSON-LD of another article, {foreign[0].address}"
        yield advice(Code.FACTS_OF_ANOTHER_PAGE, what, remedy)
    elif facts.is_article or facts.origin("page_type") is FactOrigin.NOTHING:
        what = f"the JSON-LD of the article describes {foreign[0].address}, so the widget ignores it"
        yield problem(Code.FACTS_OF_ANOTHER_PAGE, what, remedy)


def _check_targets(facts: PageFacts) -> Iterator[Finding]:
    missing = [name for name in TARGETS if not facts.value(name)]
    if missing:
        yield advice(
            Code.FACTS_MISSING,
            f"the article has no {', '.join(missing)}: campaigns cannot target it by that",
            "Add it as JSON-LD, as a meta tag or as an attribute of the script.",
        )
    else:
        yield fine("the article has a section, tags and a language")
