"""Which pages a campaign, an exclusion or a meter applies to, and how names of pages are compared.

A name with an accent has several spellings: composed or decomposed in Unicode, and in an address as bytes after
percent signs. Editors write one of them and pages send another, so sections, tags and page ids are stored folded.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from unicodedata import category, normalize
from urllib.parse import unquote

from service.addresses import split_address


class PageType(StrEnum):
    """The type that a page gives itself."""

    ARTICLE = "article"
    FRONT = "front"
    SECTION = "section"
    LIVEBLOG = "liveblog"
    OTHER = "other"


class PageAccess(StrEnum):
    """The access that a page gives itself.

    `free` for everyone, `metered` (reading it uses the allowance), `locked` (always behind the gate), or `gift` (opened
    by a link that a subscriber shared).
    """

    FREE = "free"
    METERED = "metered"
    LOCKED = "locked"
    GIFT = "gift"


class PageCondition(StrEnum):
    """Whether a campaign is shown on pages with a property (sensitive, paid content): never, also, or only there."""

    NEVER = "never"
    ALSO = "also"
    ONLY = "only"


@dataclass(frozen=True, slots=True)
class PageRules:
    """Which pages a campaign is shown on. A page must pass every rule; None sets no rule.

    - `sections_any`, `tags_any`: a page with any of these sections or tags passes. The two are one rule: a match in
      either list is enough. Lists of sections also look at the page's tags, as which it sends further sections.
    - `page_ids_any`: only pages with one of these ids pass.
    - `sections_none`, `tags_none`, `page_ids_none`: a page with any of these fails.
    """

    types: frozenset[PageType] | None = None
    sections_any: frozenset[str] | None = None
    tags_any: frozenset[str] | None = None
    sections_none: frozenset[str] = frozenset()
    tags_none: frozenset[str] = frozenset()
    page_ids_any: frozenset[str] | None = None
    page_ids_none: frozenset[str] = frozenset()
    accesses: frozenset[PageAccess] | None = None
    sensitive: PageCondition = PageCondition.NEVER
    paid: PageCondition = PageCondition.NEVER


@dataclass(frozen=True, slots=True)
class PageMatch:
    """The pages that have any of the listed sections, tags, page ids or paths. If nothing is listed, every page.

    `paths`: the page of a path and all pages below it. `/games` covers `/games/chess`, but not `/games-fair`.
    """

    sections: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    page_ids: frozenset[str] = frozenset()
    paths: frozenset[str] = frozenset()


EVERYWHERE = PageMatch()


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Pages of a site on which no prompt is shown, or none of some kinds.

    `kinds`: names of the kinds of campaign that are silent; None means all, gates included. `types` None means every
    type. `starts_on` and `ends_on` are local days and both included; None means no limit.
    """

    pages: PageMatch = field(default_factory=PageMatch)
    types: frozenset[PageType] | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    reason: str = ""
    kinds: frozenset[str] | None = None


def folded(name: str) -> str:
    """Return a name in the form in which names are compared: composed, and without upper and lower case."""
    text = name.strip()
    return text.lower() if text.isascii() else normalize("NFC", normalize("NFD", text).casefold())


def plain_page_id(page_id: str) -> str:
    """Return a page id with its percent escapes read, composed, and its path without a slash at the end.

    Escapes that are not UTF-8, or that stand for a control character, are kept.
    """
    text = page_id.strip()
    if text.isascii() and not ("%" in text or "?" in text or text.endswith("/")):
        return text
    path, mark, query = normalize("NFC", _unescaped(text)).partition("?")
    return (path.rstrip("/") or "/" * path.startswith("/")) + mark + query


def is_below(page_id: str, paths: frozenset[str]) -> bool:
    """Return True if a folded page id is one of these folded paths, or lies below one of them."""
    path = page_id.partition("?")[0]
    while path and path not in paths:
        path = path.rpartition("/")[0]
    return bool(path) or (page_id.startswith("/") and "/" in paths)


def folded_page_id(page_id: str) -> str:
    """Return a page id in the form in which page ids are compared."""
    return folded(plain_page_id(page_id))


def _unescaped(text: str) -> str:
    if "%" not in text:
        return text
    try:
        found = unquote(text, errors="strict")
    except UnicodeDecodeError:
        return text
    return text if any(category(character) == "Cc" for character in found) else found


def exclusions_of(addresses: Iterable[str | None], hosts: Collection[str | None]) -> tuple[Exclusion, ...]:
    """Exclude pages that serve readers, by their addresses on these hosts. The root address excludes nothing.

    Their page ids are those of pages that state none: decoded paths in Unicode's composed form, without a last slash.
    """
    parts = [split_address(address) for address in addresses if address]
    page_ids = frozenset(folded_page_id(part.path) for part in parts if part.hostname in hosts) - {"", "/"}
    return (Exclusion(PageMatch(page_ids=page_ids), reason="page for readers"),) if page_ids else ()
