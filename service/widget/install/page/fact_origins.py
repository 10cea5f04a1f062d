"""Find every statement of a fact in a page, to predict what the widget sends or to say where a sent fact came from."""

import re
from collections.abc import Callable, Iterator, Mapping

from service.addresses import split_address
from service.campaigns.page_rules import PageType
from service.widget.install.page.address import resolved_address
from service.widget.install.page.facts import FACT_NAMES, Fact, FactOrigin, PageFacts
from service.widget.install.page.source import PageSource
from service.widget.install.page.structured_data import LANGUAGE_TAG, Item, StructuredData

Statement = tuple[str, FactOrigin, str]  # value, origin, origin in words


def expect_facts(source: PageSource, data: StructuredData) -> PageFacts:
    """Return the facts the widget would send about this page."""
    found = {name: next(statements_of(name, source, data), None) for name in FACT_NAMES}
    return PageFacts({name: fact for name, fact in found.items() if fact})


def trace_facts(sent: Mapping[str, str], source: PageSource, data: StructuredData) -> PageFacts:
    """Return the facts that were sent, each with the first part of the page that states this value."""
    return PageFacts({name: _trace(name, sent[name], source, data) for name in FACT_NAMES if name in sent}, True)


def statements_of(name: str, source: PageSource, data: StructuredData) -> Iterator[Fact]:
    """Yield every statement of a fact in the page, in the widget's order of preference."""
    statements: tuple[Statement, ...] = (
        (source.attribute(name), FactOrigin.ATTRIBUTE, f"data-{name.replace('_', '-')} of the script"),
        (source.meta(f"keepopen:{name}"), FactOrigin.META, f'<meta name="keepopen:{name}">'),
        *_of_items(name, data.of_this_page),
        *OUTSIDE_STRUCTURED_DATA.get(name, _no_statements)(source),
        *_of_items(name, data.of_other_pages),
    )
    for value, origin, detail in statements:
        if value:
            yield Fact(name, _tidy(name, value), origin, detail)
    if name == "page_type":
        yield Fact(name, PageType.OTHER, FactOrigin.NOTHING, "nothing on the page")


def join_tags(tags: list[str]) -> str:
    """Return tags as one text, for comparing and printing."""
    return ", ".join(filter(None, (tag.strip() for tag in tags)))


def _trace(name: str, value: str, source: PageSource, data: StructuredData) -> Fact:
    matching = (fact for fact in statements_of(name, source, data) if fact.value == value)
    unknown = Fact(name, value, FactOrigin.UNKNOWN, "a script: no part of the finished page states it")
    return next(matching, unknown)


def _tidy(name: str, value: str) -> str:
    text = re.sub(r"\s+", " ", value).strip()
    if name == "tags":
        return join_tags(text.split(","))
    if name.startswith(("is_", "hide_")):
        return "true" if re.search("true|1", text) else "false"
    return text


def _of_items(name: str, items: tuple[Item, ...]) -> Iterator[Statement]:
    for item in items:
        is_foreign = item.is_of_another_page
        origin = FactOrigin.DATA_OF_ANOTHER_PAGE if is_foreign else FactOrigin.STRUCTURED_DATA
        for value, words in item.statements(name):
            yield value, origin, f"{words} of another page, {item.address}" if is_foreign else words


def _page_id(source: PageSource) -> Iterator[Statement]:
    parts = split_address(source.url)
    if not parts.scheme:
        return
    path = parts.path or "/"
    is_route = re.match("!?/", parts.fragment)
    yield (f"{path}#{parts.fragment}" if is_route else path), FactOrigin.ADDRESS, "the path"
    for address, words in ((source.shortlink, "<link rel=shortlink>"), (source.canonical, "<link rel=canonical>")):
        link = resolved_address(source.url, address)
        if link.scheme:
            whole = f"{link.path or '/'}?{link.query}" if link.query else link.path or "/"
            yield from ((value, FactOrigin.ADDRESS, words) for value in (whole, link.query))
    yield f"{path}?{parts.query}", FactOrigin.ADDRESS, "the path and query"


def _page_type(source: PageSource) -> Iterator[Statement]:
    open_graph = source.meta("og:type")
    if "Live" in open_graph:
        yield PageType.LIVEBLOG, FactOrigin.OPEN_GRAPH, "og:type"
    if re.search("article|posting", open_graph, re.IGNORECASE):
        yield PageType.ARTICLE, FactOrigin.OPEN_GRAPH, "og:type"
    if any(place.startswith("article") for place in source.places):
        yield PageType.ARTICLE, FactOrigin.PLACE, "the <keep-open> element for an article"
    parts = split_address(source.url)
    if parts.scheme and parts.path in {"", "/"} and not parts.query:
        yield PageType.FRONT, FactOrigin.ADDRESS, "the path"


def _section(source: PageSource) -> Iterator[Statement]:
    for section in source.metas.get("article:section", ()):
        yield section.partition(",")[0], FactOrigin.OPEN_GRAPH, "article:section"
        yield section, FactOrigin.OPEN_GRAPH, "article:section"


def _tags(source: PageSource) -> Iterator[Statement]:
    yield ",".join(source.metas.get("article:tag", ())), FactOrigin.OPEN_GRAPH, "article:tag"


def _language(source: PageSource) -> Iterator[Statement]:
    found = LANGUAGE_TAG.match(source.language)
    yield found[0] if found else "", FactOrigin.LANGUAGE, "<html lang>"


def _no_statements(_: PageSource) -> Iterator[Statement]:
    return iter(())


OUTSIDE_STRUCTURED_DATA: Mapping[str, Callable[[PageSource], Iterator[Statement]]] = {
    "page_id": _page_id,
    "page_type": _page_type,
    "section": _section,
    "tags": _tags,
    "language": _language,
}
