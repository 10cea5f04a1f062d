"""Work out the facts the widget sends about a page, each with the part of the page it comes from."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from service.widget.install.page.address import own_page
from service.widget.install.page.facts import FACT_NAMES, Fact, FactOrigin, PageFacts
from service.widget.install.page.page_type import page_type_of
from service.widget.install.page.source import PageSource
from service.widget.install.page.structured_data import StructuredData, members, names_in

Origin = tuple[FactOrigin, str]
LANGUAGE_TAG = re.compile(r"[a-z]{2,3}(-[a-z]{2})?", re.IGNORECASE)
PAGE_TYPES = ("article", "front", "section", "liveblog", "other")
ACCESSES = ("free", "metered", "locked", "gift")
FLAGS = ("is_sensitive", "is_paid_content", "hide_appeals")
MOST_TAGS = 50
MOST_CHARACTERS = 900


def expect_facts(source: PageSource, data: StructuredData) -> PageFacts:
    """Return the facts the widget would send about this page, by the definition in docs/embed.md."""
    found = {fact.name: fact for fact in _facts(source, data)}
    return PageFacts({name: found[name] for name in FACT_NAMES if name in found and found[name].value})


def trace_facts(sent: Mapping[str, str], source: PageSource, data: StructuredData) -> PageFacts:
    """Return the facts that were sent, each with the part of the page that states this value."""
    expected = expect_facts(source, data)
    facts = {name: _trace(name, sent[name], expected) for name in FACT_NAMES if sent.get(name)}
    return PageFacts(facts, were_sent=True)


def join_tags(tags: Iterable[str]) -> str:
    """Return tags as one text, for comparing and printing."""
    return ", ".join(filter(None, (tag.strip() for tag in tags)))


def _trace(name: str, value: str, expected: PageFacts) -> Fact:
    if expected.value(name) == value:
        return expected.facts[name]
    return Fact(name, value, FactOrigin.UNKNOWN, "a script: no part of the finished page states it")


def _facts(source: PageSource, data: StructuredData) -> Iterator[Fact]:
    values = data.article.values
    page_id, origin = _told("page_id", source)
    address = (FactOrigin.ADDRESS, "the page's address")
    yield Fact("page_id", _lone(page_id) if origin else own_page(source), *(origin or address))
    stated, origin = _told("page_type", source)
    is_known = origin and _lone(stated) in PAGE_TYPES
    yield Fact("page_type", _lone(stated), *origin) if is_known and origin else page_type_of(source, data)
    yield from _names(source, data)
    for name in FLAGS:
        yield from _flag(name, source, data)
    access, origin = _told("access", source)
    free = str(values.get("isAccessibleForFree", "")).lower()
    if origin and _lone(access) in ACCESSES:
        yield Fact("access", _lone(access), *origin)
    elif free.endswith(("true", "false")):
        found = "free" if free.endswith("true") else "metered"
        yield Fact("access", found, FactOrigin.STRUCTURED_DATA, "JSON-LD isAccessibleForFree")
    yield _language(source, values)


def _names(source: PageSource, data: StructuredData) -> Iterator[Fact]:
    """Yield the section, and the tags with the further sections and the parents of the section."""
    values = data.article.values
    sections, section_origin = _first("section", source, values.get("articleSection"), "articleSection")
    keywords, tag_origin = _first("tags", source, values.get("keywords"), "keywords")
    names = names_in(sections)
    section = names[0] if names else ""
    if section_origin and section:
        yield Fact("section", section, *section_origin)
    related = [*names[1:], *names_in(_split_lone(sections)), *names_in(list(_trail(data)))]
    tags = dict.fromkeys([*names_in(_split_lone(keywords)), *(name for name in related if name != section)])
    kept, room = [], MOST_CHARACTERS
    for tag in tags:
        room -= len(tag) + 1
        if room > 0:
            kept.append(tag)
    origin = tag_origin or section_origin or (FactOrigin.STRUCTURED_DATA, "JSON-LD of type BreadcrumbList")
    yield Fact("tags", join_tags(kept[:MOST_TAGS]), *origin)


def _first(name: str, source: PageSource, in_data: Any, data_name: str) -> tuple[Any, Origin | None]:
    """Return the first statement of a section or of tags: the page's own, JSON-LD, then Open Graph."""
    told, origin = _told(name, source)
    if origin:
        return _lone_or_list(told), origin
    if in_data:
        return in_data, (FactOrigin.STRUCTURED_DATA, f"JSON-LD {data_name}")
    open_graph = f"article:{name.removesuffix('s')}"
    metas = source.metas.get(open_graph, ())
    return (_lone_or_list(metas), (FactOrigin.OPEN_GRAPH, open_graph)) if metas else (None, None)


def _trail(data: StructuredData) -> Iterator[Any]:
    for item in data.of_this_page:
        if "BreadcrumbList" in item.type_names:
            for step in members(item.values.get("itemListElement"))[1:-1]:
                page = step.get("item") if isinstance(step, dict) else None
                yield step.get("name", page.get("name") if isinstance(page, dict) else None) if step else None


def _flag(name: str, source: PageSource, data: StructuredData) -> Iterator[Fact]:
    told, origin = _told(name, source)
    if origin:
        if re.search("true|1", _lone(told)):
            yield Fact(name, "true", *origin)
        return
    advertiser = next((known for known in data.type_names if "Advertiser" in known), "")
    if name == "is_paid_content" and advertiser:
        yield Fact(name, "true", FactOrigin.STRUCTURED_DATA, f"JSON-LD of type {advertiser}")


def _language(source: PageSource, values: Mapping[str, Any]) -> Fact:
    told, origin = _told("language", source)
    in_data = names_in(values.get("inLanguage"))
    text, found_at = source.language, (FactOrigin.LANGUAGE, "<html lang>")
    if in_data:
        text, found_at = in_data[0], (FactOrigin.STRUCTURED_DATA, "JSON-LD inLanguage")
    if origin:
        text, found_at = _lone(told), origin
    found = LANGUAGE_TAG.match(text)
    return Fact("language", found[0] if found else "", *found_at)


def _told(name: str, source: PageSource) -> tuple[tuple[str, ...], Origin | None]:
    """Return what an attribute of the script or `keepopen:` metas say. The origin is None if they say nothing."""
    attribute = source.attribute(name)
    if attribute:
        return (attribute,), (FactOrigin.ATTRIBUTE, f"data-{name.replace('_', '-')} of the script")
    metas = source.metas.get(f"keepopen:{name}", ())
    return metas, (FactOrigin.META, f'<meta name="keepopen:{name}">') if any(metas) else None


def _lone(texts: tuple[str, ...]) -> str:
    return ",".join(texts)


def _lone_or_list(texts: tuple[str, ...]) -> str | list[str]:
    return texts[0] if len(texts) == 1 else list(texts)


def _split_lone(value: Any) -> Any:
    """Split a text that stands alone at its commas. Lists and objects are returned as they are."""
    return value.split(",") if isinstance(value, str) else value
