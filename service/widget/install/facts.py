"""The facts a page tells about itself, taken from the same places and in the same order as the loader takes them."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from service.widget.install.source import PageSource

ARTICLE = re.compile("article|posting", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PageFacts:
    """- `is_type_told`: the page names its type; otherwise `page_type` is what is left to guess.
    - `is_withheld`: structured data call the page not free. `gated_part`: selectors of what a gate may hide.
    - `unreadable_count`: pieces of structured data that are not JSON.
    """

    page_type: str
    is_type_told: bool
    section: str
    has_tags: bool
    language: str
    is_withheld: bool = False
    gated_part: str = ""
    unreadable_count: int = 0


def read_facts(source: PageSource) -> PageFacts:
    """What the loader would send about this page."""
    data, unreadable_count = _structured(source.structured)
    told = _told(source, "page_type")
    parts = [part for part in _listed(data.get("hasPart")) if isinstance(part, dict)]
    return PageFacts(
        page_type=told or _guessed_type(source, _text(data.get("@type"))),
        is_type_told=bool(told),
        section=_told(source, "section") or _text(data.get("articleSection")) or source.meta("article:section"),
        has_tags=bool(_told(source, "tags") or data.get("keywords") or source.meta("article:tag")),
        language=_told(source, "language") or _text(data.get("inLanguage")) or source.language,
        is_withheld=str(data.get("isAccessibleForFree")).lower() == "false",
        gated_part=_attribute(source, "gated") or ",".join(_text(part.get("cssSelector")) for part in parts),
        unreadable_count=unreadable_count,
    )


def _told(source: PageSource, name: str) -> str:
    """A fact in our own words: an attribute of the script, or a meta tag."""
    return _attribute(source, name) or source.meta(f"keepopen:{name}")


def _attribute(source: PageSource, name: str) -> str:
    return source.tags[0].get("data-" + name.replace("_", "-")) if source.tags else ""


def _guessed_type(source: PageSource, structured_type: str) -> str:
    named = structured_type or source.meta("og:type")
    if "Live" in named:
        return "liveblog"
    if ARTICLE.search(named) or any(place.startswith("article") for place in source.places):
        return "article"
    parts = urlsplit(source.url)
    return "front" if parts.path in {"", "/"} and not parts.query else "other"


def _structured(texts: Iterable[str]) -> tuple[dict[str, Any], int]:
    """The last item that is an article, and how many texts are not JSON."""
    found: dict[str, Any] = {}
    unreadable_count = 0
    for text in texts:
        try:
            document = json.loads(text)
        except (ValueError, RecursionError):
            unreadable_count += 1
            continue
        found = next(
            (item for item in _items(document) if re.search("Article|Posting", _text(item.get("@type")))), found
        )
    return found, unreadable_count


def _items(document: Any) -> list[dict[str, Any]]:
    items = [item for one in _listed(document) if isinstance(one, dict) for item in _listed(one.get("@graph", one))]
    return [item for item in items if isinstance(item, dict)]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _text(value: Any) -> str:
    """Text of a JSON value: of a list its members, comma-separated."""
    if isinstance(value, list):
        return ",".join(_text(one) for one in value)
    return value.strip() if isinstance(value, str) else ""
