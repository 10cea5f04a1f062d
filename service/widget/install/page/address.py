"""The page an address names, as the widget reads addresses (`pageOf` in facts.js)."""

import re
import unicodedata
from urllib.parse import SplitResult, parse_qsl, unquote

from service.addresses import UNREADABLE, join_address, split_address
from service.widget.install.page.source import PageSource

MOST_CHARACTERS = 500
# JavaScript's decodeURI leaves these characters encoded.
_KEPT_ENCODED = re.compile("%(?=2[346BCF]|3[ABDF]|40)", re.IGNORECASE)
_MALFORMED = re.compile("%(?![0-9a-f]{2})", re.IGNORECASE)
_FURTHER_PAGES = re.compile(r"(/(page/|comment-page-)[0-9]+)?/*$")
_PART_OF_POST = re.compile(r"(.+)/([0-9]{1,3})")
_IDENTIFYING_PARAMETERS = re.compile("p|page_id|(article|story|post|node)?_?id|nid|article|story", re.IGNORECASE)
_PAGING_PARAMETERS = re.compile("c?page|paged", re.IGNORECASE)
# A front page may be opened with these parameters; with others it is a search or a list.
_CAMPAIGN_PARAMETERS = re.compile("utm_|mc_|[a-z0-9_]*clid|ref$|keepopen")


def resolved_address(base: str, address: str) -> SplitResult:
    """Resolve and split an address. All parts are empty if it is empty or cannot be read."""
    return split_address(join_address(base, address)) if address else UNREADABLE


def page_of(source: PageSource, address: str, *, has_routes: bool = False) -> str:
    """Return the page an address names: its decoded path and the parameters that identify a page.

    Return an empty text if it is no http address or its path cannot be decoded. `has_routes`: fragments that begin with
    `#/` or `#!/` are pages.
    """
    parts = resolved_address(source.url, address)
    if parts.scheme not in {"http", "https"}:
        return ""
    path = _decoded(parts.path or "/")
    if path is None:
        return ""
    path = _FURTHER_PAGES.sub("", path, count=1) or "/"
    post = dict(_parameters(resolved_address(source.url, source.shortlink))).get("p", "")
    part = _PART_OF_POST.fullmatch(path) if post else None
    if part and part[2] != post:
        path = part[1]
    query = "&".join(f"{name}={value}" for name, value in _parameters(parts) if _identifies(name, source))
    route = f"#{parts.fragment}" if has_routes and re.match("!?/", parts.fragment) else ""
    return (path + (f"?{query}" if query else "") + route)[:MOST_CHARACTERS]


def own_page(source: PageSource) -> str:
    """Return the page_id of a page that does not state another."""
    parts = resolved_address(source.url, source.url)
    return page_of(source, source.url, has_routes=bool(source.attribute("routes"))) or parts.path[:MOST_CHARACTERS]


def further_parameters(source: PageSource) -> tuple[str, ...]:
    """Return the address's parameters that neither identify the page nor belong to campaigns or paging."""
    names = (name for name, _ in _parameters(resolved_address(source.url, source.url)))
    return tuple(
        name
        for name in names
        if not (_CAMPAIGN_PARAMETERS.match(name) or _PAGING_PARAMETERS.fullmatch(name) or _identifies(name, source))
    )


def is_front(source: PageSource) -> bool:
    """Return whether the address is the root, with no parameters but those of campaigns."""
    names = (name for name, _ in _parameters(resolved_address(source.url, source.url)))
    return own_page(source) == "/" and all(_CAMPAIGN_PARAMETERS.match(name) for name in names)


def is_same_host(base: str, address: str) -> bool:
    """Return whether two addresses have the same host, with or without `www.`."""
    hosts = [resolved_address(base, other).hostname or "" for other in (base, address)]
    return hosts[0].removeprefix("www.") == hosts[1].removeprefix("www.")


def _identifies(name: str, source: PageSource) -> bool:
    in_canonical = name in dict(_parameters(resolved_address(source.url, source.canonical)))
    is_identifying = in_canonical or _IDENTIFYING_PARAMETERS.fullmatch(name) is not None
    return is_identifying and not _PAGING_PARAMETERS.fullmatch(name)


def _parameters(parts: SplitResult) -> list[tuple[str, str]]:
    return parse_qsl(parts.query, keep_blank_values=True)


def _decoded(path: str) -> str | None:
    if _MALFORMED.search(path):
        return None
    try:
        decoded = unquote(_KEPT_ENCODED.sub("%25", path), errors="strict")
    except UnicodeDecodeError:
        return None
    composed = unicodedata.normalize("NFC", decoded)
    return "".join(character for character in composed if not unicodedata.category(character).startswith("C"))
