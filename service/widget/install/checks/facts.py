"""Check the other facts about a page: section, tags and language, and whether they describe this page."""

from collections.abc import Iterator

from service.widget.install.finding import Code, Finding, advice, fine, problem
from service.widget.install.page.facts import Fact, FactOrigin, PageFacts
from service.widget.install.page.structured_data import StructuredData

TARGETS = ("section", "tags", "language")


def check_facts(facts: PageFacts, data: StructuredData) -> Iterator[Finding]:
    """Yield the findings about what campaigns can target."""
    if data.unreadable_count:
        yield advice(
            Code.FACTS_UNREADABLE,
            f"{data.unreadable_count} JSON-LD scripts are not JSON, so their facts are lost",
            "Correct them.",
        )
    yield from _check_subject(facts, data)
    if facts.is_article:
        yield from _check_targets(facts)


def _check_subject(facts: PageFacts, data: StructuredData) -> Iterator[Finding]:
    """Check that the facts do not come from JSON-LD that describes another page."""
    foreign = [item for item in data.of_other_pages if item.is_article]
    taken = [fact for fact in facts.facts.values() if fact.origin is FactOrigin.DATA_OF_ANOTHER_PAGE]
    if not foreign:
        return
    remedy = (
        "Let `url` or `mainEntityOfPage` be this page's own address. With Turbo, put the JSON-LD into the body: "
        "Turbo never removes scripts from the head."
    )
    if taken or not any(item.is_article for item in data.of_this_page):
        found = f"; from it comes {_listed(taken)}" if taken else ""
        yield problem(
            Code.FACTS_OF_ANOTHER_PAGE, f"the JSON-LD of the article describes {foreign[0].address}{found}", remedy
        )
    else:
        what = f"the page also has the JSON-LD of another article, {foreign[0].address}"
        yield advice(Code.FACTS_OF_ANOTHER_PAGE, what, remedy)


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


def _listed(facts: list[Fact]) -> str:
    return ", ".join(f"{fact.name} {fact.value}" for fact in facts)
