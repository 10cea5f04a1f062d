"""The JSON-LD of a page: what each item says about the page, and which address it describes."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from service.campaigns.page_rules import PageType
from service.widget.install.page.address import address_key
from service.widget.install.page.source import PageSource

ARTICLE_TYPE = re.compile("Article|(?<!Job)Posting")
LANGUAGE_TAG = re.compile(r"[a-z]{2,3}(-[a-z]{2})?", re.IGNORECASE)
PAGE_TYPES: Mapping[str, PageType] = {
    "CollectionPage": PageType.SECTION,
    "SearchResultsPage": PageType.OTHER,
    "ProfilePage": PageType.OTHER,
    "AboutPage": PageType.OTHER,
    "ContactPage": PageType.OTHER,
}
ACCESS = {"true": "free", "false": "metered"}


class Subject(IntEnum):
    """The page an item describes, in the order in which items are preferred."""

    THIS_PAGE = 0
    NOT_STATED = 1
    ANOTHER_PAGE = 2


@dataclass(frozen=True, slots=True)
class Item:
    """A top-level item of JSON-LD, or an item of its `@graph`. `address` is the page it describes, as written."""

    values: Mapping[str, Any]
    subject: Subject = Subject.NOT_STATED
    address: str = ""

    @property
    def type_name(self) -> str:
        """The item's `@type` as text."""
        return _text(self.values.get("@type"))

    @property
    def is_article(self) -> bool:
        """Whether the widget takes facts from this item."""
        return bool(ARTICLE_TYPE.search(self.type_name))

    @property
    def is_of_another_page(self) -> bool:
        """Whether the item names another address than this page's."""
        return self.subject is Subject.ANOTHER_PAGE

    @property
    def page_type(self) -> PageType | None:
        """The page type that follows from `@type`. None if it says nothing about the page."""
        if self.is_article:
            return PageType.LIVEBLOG if "Live" in self.type_name else PageType.ARTICLE
        return next((found for name, found in PAGE_TYPES.items() if name in self.type_name.split(",")), None)

    @property
    def is_withheld(self) -> bool:
        """Whether the item says that the page is not free."""
        return self._lower("isAccessibleForFree") == "false"

    @property
    def gated_part(self) -> str:
        """The CSS selectors of the parts that are not free. Empty if none is named."""
        parts = [part for part in _members(self.values.get("hasPart")) if isinstance(part, dict)]
        closed = [part for part in parts if str(part.get("isAccessibleForFree")).lower() == "false"]
        return ", ".join(filter(None, (_text(part.get("cssSelector")) for part in closed)))

    def statements(self, name: str) -> Iterator[tuple[str, str]]:
        """Yield the values this item gives for a fact, each with its origin in words."""
        if name == "page_type" and self.page_type:
            yield self.page_type, f"JSON-LD of type {self.type_name}"
        if not self.is_article:
            return
        if name == "section":
            sections = [_text(section) for section in _members(self.values.get("articleSection"))]
            yield from ((value, "JSON-LD articleSection") for value in (sections[0].partition(",")[0], *sections))
        elif name == "tags":
            yield _text(self.values.get("keywords")), "JSON-LD keywords"
        elif name == "language":
            found = LANGUAGE_TAG.match(_text(self.values.get("inLanguage")))
            yield found[0] if found else "", "JSON-LD inLanguage"
        elif name == "access":
            yield ACCESS.get(self._lower("isAccessibleForFree"), ""), "JSON-LD isAccessibleForFree"
        elif name == "is_paid_content" and "Advertiser" in self.type_name:
            yield "true", f"JSON-LD of type {self.type_name}"

    def _lower(self, name: str) -> str:
        return str(self.values.get(name)).lower()


@dataclass(frozen=True, slots=True)
class StructuredData:
    """All items of a page, the preferred ones first. `unreadable_count`: scripts that are not JSON."""

    items: tuple[Item, ...] = ()
    unreadable_count: int = 0

    @property
    def of_this_page(self) -> tuple[Item, ...]:
        """The items that do not name the address of another page."""
        return tuple(item for item in self.items if not item.is_of_another_page)

    @property
    def of_other_pages(self) -> tuple[Item, ...]:
        """The items that name the address of another page."""
        return tuple(item for item in self.items if item.is_of_another_page)


def read_structured_data(source: PageSource) -> StructuredData:
    """Parse the JSON-LD of a page."""
    documents: list[Any] = []
    unreadable_count = 0
    for text in source.structured:
        try:
            documents.append(json.loads(text))
        except (ValueError, RecursionError):
            unreadable_count += 1
    items = [_item(values, source) for document in documents for values in _item_values(document)]
    return StructuredData(tuple(sorted(items, key=lambda item: (item.subject, not item.is_article))), unreadable_count)


def _item_values(document: Any) -> Iterator[dict[str, Any]]:
    for top in _members(document):
        if isinstance(top, dict):
            yield from (item for item in _members(top.get("@graph", top)) if isinstance(item, dict))


def _item(values: dict[str, Any], source: PageSource) -> Item:
    keys = {address: address_key(source.url, address) for address in _addresses(values)}
    own_keys = {
        address_key(source.url, source.url, with_query=False),
        *(address_key(source.url, address) for address in (source.url, source.canonical, source.shortlink) if address),
    }
    if own_keys & set(keys.values()):
        return Item(values, Subject.THIS_PAGE)
    # An `@id` such as `https://courier.example/#article` names no page.
    other = next((address for address, key in keys.items() if key not in {"", "/"}), "")
    return Item(values, Subject.ANOTHER_PAGE, other) if other else Item(values)


def _addresses(values: dict[str, Any]) -> Iterator[str]:
    for name in ("url", "mainEntityOfPage", "@id"):
        for value in _members(values.get(name)):
            address = value.get("@id") or value.get("url") if isinstance(value, dict) else value
            if isinstance(address, str):
                yield address.strip()


def _members(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _text(value: Any) -> str:
    """Return a JSON value as text: a list as its members, an object as its `name`."""
    if isinstance(value, list):
        return ",".join(filter(None, map(_text, value)))
    if isinstance(value, dict):
        return _text(value.get("name"))
    return value.strip() if isinstance(value, str) else ""
