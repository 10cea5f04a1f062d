"""The type of a page that does not state its type, as the widget decides it (`typeOf` in facts.js)."""

import re

from service.campaigns.page_rules import PageType
from service.widget.install.page.address import is_front, own_page, page_of
from service.widget.install.page.facts import Fact, FactOrigin
from service.widget.install.page.source import PageSource
from service.widget.install.page.structured_data import ARTICLE_TYPE, StructuredData

OTHER_TYPE = re.compile("(SearchResults|Profile|About|Contact|Checkout)Page$")
OTHER_CLASS = re.compile(
    r"\b(error404|search-(no-)?results|attachmentid-[0-9]|author-([0-9]|template)|page-(id-[0-9]|template))"
)
SECTION_CLASS = re.compile(r"\b(archive|blog|tag-template)\b")
SERVICE_PAGE = re.compile(
    "/(about|contacto?|kontakt|support|subscribe|privacy|privacidad|datenschutz|terms|legal|imprint|impressum|cookies?|"
    r"account|sign-?(in|up)|log-?in|register|search|polit[A-Za-z0-9_]+-.*|mentions-.*)"
    r"([-_](us|policy|notice|(of|and)-.*))?(\.[A-Za-z0-9_]+)?$",
    re.IGNORECASE,
)


def is_service_page(source: PageSource) -> bool:
    """Return whether the page serves readers (contact, privacy, sign-in), by its address or by a link to it."""
    page = own_page(source)
    links = (*source.service_links, source.attribute("sign_in"))
    return bool(SERVICE_PAGE.search(page)) or page in {page_of(source, link) for link in links if link}


def page_type_of(source: PageSource, data: StructuredData) -> Fact:
    """Return the page type and the part of the page that decided it."""
    open_graph = source.meta("og:type")
    article = _type_name(data, ARTICLE_TYPE)
    is_published = "article" in open_graph and source.meta("article:published_time")
    has_place = any(place.startswith("article") for place in source.places)
    if is_front(source):
        return _found(PageType.FRONT, FactOrigin.ADDRESS, "the path")
    lists = _other_page(source, data) or _section_page(source, data)
    if lists:
        return lists
    if not (article or is_published or has_place):
        return _found(PageType.OTHER, FactOrigin.NOTHING, "nothing on the page")
    if open_graph.startswith(("website", "profile")):
        return _found(PageType.OTHER, FactOrigin.OPEN_GRAPH, f"og:type {open_graph}")
    is_live = any("Live" in name for name in data.type_names)
    page_type = PageType.LIVEBLOG if is_live else PageType.ARTICLE
    if article:
        return _found(page_type, FactOrigin.STRUCTURED_DATA, f"JSON-LD of type {article}")
    if is_published:
        return _found(page_type, FactOrigin.OPEN_GRAPH, "og:type with a time of publication")
    return _found(page_type, FactOrigin.PLACE, "the <keep-open> element for an article")


def _other_page(source: PageSource, data: StructuredData) -> Fact | None:
    if is_service_page(source):
        return _found(PageType.OTHER, FactOrigin.ADDRESS, "the address, which is that of a page that serves readers")
    if own_page(source) == "/":
        return _found(PageType.OTHER, FactOrigin.ADDRESS, "the parameters of the root address")
    name = _type_name(data, OTHER_TYPE)
    if name:
        return _found(PageType.OTHER, FactOrigin.STRUCTURED_DATA, f"JSON-LD of type {name}")
    return _by_class(source, OTHER_CLASS, PageType.OTHER)


def _section_page(source: PageSource, data: StructuredData) -> Fact | None:
    name = _type_name(data, re.compile("CollectionPage$"))
    if name:
        return _found(PageType.SECTION, FactOrigin.STRUCTURED_DATA, f"JSON-LD of type {name}")
    return _by_class(source, SECTION_CLASS, PageType.SECTION)


def _by_class(source: PageSource, pattern: re.Pattern[str], page_type: PageType) -> Fact | None:
    found = pattern.search(source.body_class)
    return _found(page_type, FactOrigin.BODY_CLASS, f"the body's class {found[0]}") if found else None


def _type_name(data: StructuredData, pattern: re.Pattern[str]) -> str:
    return next((name for name in data.type_names if pattern.search(name)), "")


def _found(page_type: PageType, origin: FactOrigin, detail: str) -> Fact:
    return Fact("page_type", page_type, origin, detail)
