"""The cookie that holds a passport, and what else a request says outside its body."""

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from service.readers.passports.passport import PASSPORT_DAYS, PassportSealer
from service.readers.passports.passport_notes import Note, NoteChanges, note_named, with_notes
from service.readers.reader import Reader
from service.settings import Settings

MAX_USER_AGENT = 300
UNKNOWN_COUNTRIES = frozenset({"XX", "T1"})  # edges send them for an unknown country and for Tor


class Edge(NamedTuple):
    """What the headers of a request say: the country that the edge found, the user agent, and if it is a prefetch."""

    country: str | None = None
    user_agent: str = ""
    is_prefetch: bool = False


class RequestContext(NamedTuple):
    """What a request says outside its body: the passport cookie, the cookies of notes, and the headers."""

    cookie: str | None = None
    edge: Edge = Edge()
    notes: tuple[Note, ...] = ()


def request_context(
    settings: Settings, header: Callable[[str], str | None], cookie: str | None, notes: tuple[Note, ...] = ()
) -> RequestContext:
    """Read some headers, beside the cookies. The address of the client is never read.

    `header` returns a header by its HTTP name, or None.
    """
    purpose = header("Sec-Purpose") or header("Purpose") or ""
    country = (header(settings.country_header) or "") if settings.country_header else ""
    return RequestContext(cookie, edge_of(country, (header("User-Agent") or "")[:MAX_USER_AGENT], purpose), notes)


def carried_reader(sealer: PassportSealer, context: RequestContext, site: str, instant: int) -> Reader | None:
    """Return the reader whom the cookies of a request carry: the passport with what its notes add."""
    reader = sealer.open(context.cookie, site, instant) if context.cookie else None
    return with_notes(sealer.keys, site, reader, context.notes, instant) if context.notes else reader


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


def note_cookies(header: str, name: str) -> tuple[Note, ...]:
    """Return the notes in a Cookie header. Each is in a cookie whose name is that of the passport, a dot and a mark."""
    start = name + "."
    if start not in header:
        return ()
    pairs = (pair.strip().partition("=") for pair in header.split(";"))
    return tuple([note_named(found.removeprefix(start), value) for found, _, value in pairs if found.startswith(start)])


def set_note_cookies(site: str, changes: NoteChanges, *, is_https: bool) -> list[str]:
    """Return the Set-Cookie headers that set the note of an answer and drop the notes that are no longer needed."""
    secure = "Secure; " if is_https else ""
    name = cookie_name(site, is_https=is_https)
    rest = f"{secure}HttpOnly; Max-Age=%d; Path=/; SameSite=Lax"
    cookies = [f"{name}.{mark}=; {rest % 0}" for mark in changes.dropped]
    if changes.note is not None:
        cookies.append(f"{name}.{changes.note.mark}={changes.note.text}; {rest % (PASSPORT_DAYS * 86_400)}")
    return cookies


def passport_cookie(site: str, passport: str, *, is_https: bool) -> str:
    """Return the Set-Cookie header that carries a passport. A sealed passport needs no quoting."""
    secure = "Secure; " if is_https else ""
    name = cookie_name(site, is_https=is_https)
    return f"{name}={passport}; {secure}HttpOnly; Max-Age={PASSPORT_DAYS * 86_400}; Path=/; SameSite=Lax"


def _country(text: str) -> str | None:
    is_country = len(text) == 2 and text.isascii() and text.isalpha() and text.upper() not in UNKNOWN_COUNTRIES
    return text.upper() if is_country else None
