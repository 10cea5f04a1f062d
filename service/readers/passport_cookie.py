"""The cookie that holds a passport, and what else a request says outside its body."""

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from service.readers.passport import PASSPORT_DAYS
from service.settings import Settings

MAX_USER_AGENT = 300
UNKNOWN_COUNTRIES = frozenset({"XX", "T1"})  # edges send them for an unknown country and for Tor


class Edge(NamedTuple):
    """What the headers of a request say: the country that the edge found, the user agent, and if it is a prefetch."""

    country: str | None = None
    user_agent: str = ""
    is_prefetch: bool = False


class RequestContext(NamedTuple):
    """What a request says outside its body: the passport cookie and the headers."""

    cookie: str | None = None
    edge: Edge = Edge()


def request_context(settings: Settings, header: Callable[[str], str | None], cookie: str | None) -> RequestContext:
    """Read the passport cookie and some headers. The address of the client is never read.

    `header` returns a header by its HTTP name, or None.
    """
    purpose = header("Sec-Purpose") or header("Purpose") or ""
    country = (header(settings.country_header) or "") if settings.country_header else ""
    return RequestContext(cookie, edge_of(country, (header("User-Agent") or "")[:MAX_USER_AGENT], purpose))


@lru_cache(maxsize=4096)
def edge_of(country: str, user_agent: str, purpose: str) -> Edge:
    """Return what the values of the headers mean. The user agent must be cut to MAX_USER_AGENT characters."""
    return Edge(_country(country), user_agent, "prefetch" in purpose or "prerender" in purpose)


@lru_cache(maxsize=1024)
def cookie_name(site: str, *, is_https: bool) -> str:
    """Return the name of the cookie. Over HTTPS, browsers send a `__Host-` cookie to this host alone."""
    return f"__Host-keepopen-{site}" if is_https else f"keepopen-{site}"


def cookie_value(header: str, name: str) -> str | None:
    """Return the first cookie of this name in a Cookie header, or None. A sealed passport is never quoted."""
    for pair in header.split(";"):
        found, _, value = pair.partition("=")
        if found.strip() == name:
            return value.strip()
    return None


def passport_cookie(site: str, passport: str, *, is_https: bool) -> str:
    """Return the Set-Cookie header that carries a passport. A sealed passport needs no quoting."""
    secure = "Secure; " if is_https else ""
    name = cookie_name(site, is_https=is_https)
    return f"{name}={passport}; {secure}HttpOnly; Max-Age={PASSPORT_DAYS * 86_400}; Path=/; SameSite=Lax"


def _country(text: str) -> str | None:
    is_country = len(text) == 2 and text.isascii() and text.isalpha() and text.upper() not in UNKNOWN_COUNTRIES
    return text.upper() if is_country else None
