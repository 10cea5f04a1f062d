"""How names of pages are compared: sections, tags and page ids that mean the same are made equal.

A name with an accent has several spellings: composed or decomposed in Unicode, and in an address as bytes after
percent signs. Editors write one of them and pages send another.
"""

from functools import lru_cache
from unicodedata import category, normalize
from urllib.parse import unquote


@lru_cache(maxsize=8192)
def folded(name: str) -> str:
    """Return a name in the form in which names are compared: composed, and without upper and lower case."""
    return normalize("NFC", normalize("NFD", name.strip()).casefold())


@lru_cache(maxsize=8192)
def plain_page_id(page_id: str) -> str:
    """Return a page id with its percent escapes read, composed, and its path without a slash at the end.

    Escapes that are not UTF-8, or that stand for a control character, are kept.
    """
    path, mark, query = normalize("NFC", _unescaped(page_id.strip())).partition("?")
    return (path.rstrip("/") or "/" * path.startswith("/")) + mark + query


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
