"""The JSON-LD of a page: what each item says about the page, and which address it describes."""

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from service.widget.install.page.address import own_page, page_of
from service.widget.install.page.source import PageSource

ARTICLE_TYPE = re.compile(r"(^|\W)(\w*Article|(Live)?BlogPosting|Report)$", re.ASCII)
_ENTITY = re.compile(r"&(#x?)?(\w{1,7});", re.ASCII | re.IGNORECASE)
_ENTITIES = {"amp": "&", "quot": '"', "apos": "'", "lt": "<", "gt": ">", "nbsp": " "}
MOST_CHARACTERS = 200


class Subject(IntEnum):
    """The page an item describes, in the order in which items are preferred."""

    THIS_PAGE = 0
    NOT_STATED = 1
    ANOTHER_PAGE = 2


@dataclass(frozen=True, slots=True)
class Item:
    """An item of JSON-LD, at the top, in a `@graph` or a `mainEntity`. `address`: the page it describes, as written."""

    values: Mapping[str, Any]
    subject: Subject = Subject.NOT_STATED
    address: str = ""

    @property
    def type_names(self) -> list[str]:
        """The names of the item's `@type`."""
        return names_in(self.values.get("@type"))

    @property
    def is_article(self) -> bool:
        """Whether the widget takes facts from this item."""
        return any(ARTICLE_TYPE.search(name) for name in self.type_names)

    @property
    def is_withheld(self) -> bool:
        """Whether the item says that the page is not free."""
        return str(self.values.get("isAccessibleForFree")).lower().endswith("false")

    @property
    def gated_part(self) -> str:
        """The CSS selectors of the parts that are not free. Empty if none is named."""
        parts = [part for part in members(self.values.get("hasPart")) if isinstance(part, dict)]
        closed = [part for part in parts if "false" in str(part.get("isAccessibleForFree")).lower()]
        return ", ".join(filter(None, (_text(part.get("cssSelector")) for part in closed)))


@dataclass(frozen=True, slots=True)
class StructuredData:
    """All items of a page, in their order. `unreadable_count`: scripts that are not JSON."""

    items: tuple[Item, ...] = ()
    unreadable_count: int = 0

    @property
    def of_this_page(self) -> tuple[Item, ...]:
        """The items that do not name the address of another page."""
        return tuple(item for item in self.items if item.subject is not Subject.ANOTHER_PAGE)

    @property
    def of_other_articles(self) -> tuple[Item, ...]:
        """The articles that name the address of another page. The widget ignores them."""
        return tuple(item for item in self.items if item.subject is Subject.ANOTHER_PAGE and item.is_article)

    @property
    def type_names(self) -> list[str]:
        """The names of the types of all items about this page."""
        return [name for item in self.of_this_page for name in item.type_names]

    @property
    def article(self) -> Item:
        """The item from which the widget takes facts. An empty item if there is none."""
        return next((item for item in self.of_this_page if item.is_article), Item({}))


def read_structured_data(source: PageSource) -> StructuredData:
    """Parse the JSON-LD of a page."""
    documents: list[Any] = []
    unreadable_count = 0
    for text in source.structured:
        try:
            documents.append(json.loads(text))
        except (ValueError, RecursionError):
            unreadable_count += 1
    own = {own_page(source), page_of(source, source.url), page_of(source, source.canonical)}
    items = (_item(values, source, own) for document in documents for values in _item_values(document))
    return StructuredData(tuple(items), unreadable_count)


def members(value: Any) -> list[Any]:
    """Return the members of a list and of the lists in it, or a single value as a list."""
    return [member for part in value for member in members(part)] if isinstance(value, list) else [value]


def names_in(value: Any) -> list[str]:
    """Return the names in a value: texts, the `name` of objects, and lists of both, as a reader sees them."""
    named = (member.get("name", member) if isinstance(member, dict) else member for member in members(value))
    return [name for name in map(plain, filter(lambda name: isinstance(name, str), named)) if name]


def plain(text: str) -> str:
    """Return a text as a reader sees it: entities decoded, control characters removed, in the composed Unicode form."""
    shown = _ENTITY.sub(_character, text)[:MOST_CHARACTERS]
    visible = "".join(" " if unicodedata.category(character)[0] in "CZ" else character for character in shown)
    return unicodedata.normalize("NFC", " ".join(visible.split()))


def _character(entity: re.Match[str]) -> str:
    if entity[1]:
        try:
            return chr(int(entity[2], 16 if entity[1][1:] else 10))
        except (ValueError, OverflowError):
            return " "
    return _ENTITIES.get(entity[2], entity[0])


def _item_values(value: Any) -> Iterator[dict[str, Any]]:
    for member in members(value):
        if isinstance(member, dict):
            yield member
            yield from _item_values([member.get("@graph"), member.get("mainEntity")])


def _item(values: dict[str, Any], source: PageSource, own: set[str]) -> Item:
    named = {address: page_of(source, address) for address in _addresses(values)}
    pages = {page for page in named.values() if page}
    if pages & own:
        return Item(values, Subject.THIS_PAGE)
    other = next((address for address, page in named.items() if page), "")
    return Item(values, Subject.ANOTHER_PAGE, other) if other else Item(values)


def _addresses(values: dict[str, Any]) -> Iterator[str]:
    for member in members([values.get("url"), values.get("@id"), values.get("mainEntityOfPage")]):
        address = member.get("@id", member.get("url")) if isinstance(member, dict) else member
        if isinstance(address, str) and re.search("[/#]", address):
            yield address.strip()


def _text(value: Any) -> str:
    """Return a JSON value as text: a list as its members, an object as its `name`."""
    if isinstance(value, list):
        return ",".join(filter(None, map(_text, value)))
    if isinstance(value, dict):
        return _text(value.get("name"))
    return value.strip() if isinstance(value, str) else ""
