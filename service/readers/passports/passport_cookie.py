"""The cookies that hold a passport and its notes, and what else a request says outside its body."""

import re
from collections.abc import Callable
from functools import lru_cache

from msgspec import Struct

from service.campaigns.reader_rules import Device
from service.readers.devices import device_of
from service.readers.passports.passport import PASSPORT_DAYS, PassportSealer
from service.readers.passports.passport_notes import MARK, Note, NoteChanges, with_notes
from service.readers.reader import Reader
from service.settings import Settings
from service.web.crawlers import is_crawler

MAX_USER_AGENT = 300
UNKNOWN_COUNTRIES = frozenset({"XX", "T1"})  # edges send them for an unknown country and for Tor


class Edge(Struct, frozen=True, gc=False):
    """What the headers of a request say: the country that the edge found, the device, and who asks for the page."""

    country: str | None = None
    device: Device = Device.DESKTOP
    is_crawler: bool = False
    is_prefetch: bool = False


class RequestContext(Struct, frozen=True, gc=False):
    """What a request says outside its body: the passport in its cookie, the notes beside it, and the headers."""

    cookie: str | None = None
    edge: Edge = Edge()
    notes: tuple[Note, ...] = ()


class PassportCookies:
    """The cookies of a site's readers: what they are called, what a request brings in them, and how answers set them.

    A note is in a cookie whose name is that of the passport, a dot and the note's mark. No sealed text needs quoting.
    """

    def __init__(self, site: str, *, is_https: bool) -> None:
        # Over HTTPS, browsers send a `__Host-` cookie to this host alone.
        self.name = f"__Host-keepopen-{site}" if is_https else f"keepopen-{site}"
        self._name_of_notes = f"{self.name}."
        # It begins with plain characters, which `re` finds at once among the cookies of others.
        self._found_in = re.compile(rf"; {re.escape(self.name)}(?:\.({MARK.pattern}))?=([^;]*)").findall
        attributes = f"; {'Secure; ' if is_https else ''}HttpOnly; Max-Age={{}}; Path=/; SameSite=Lax"
        self._kept, self._dropped = attributes.format(PASSPORT_DAYS * 86_400), attributes.format(0)

    def carried(self, header: str) -> tuple[str | None, tuple[Note, ...]]:
        """Return the passport and the notes in a Cookie header. The first cookie with the name is the passport."""
        passport: str | None = None
        notes: list[Note] = []
        for mark, text in self._found_in("; " + header):
            if mark:
                notes.append(Note(mark, text))
            elif passport is None:
                passport = text
        return passport, tuple(notes)

    def set_cookies(self, passport: str | None, changes: NoteChanges) -> list[tuple[str, str]]:
        """Return the headers that set a passport and a note, and drop the notes that are no longer needed."""
        headers = [] if passport is None else [("Set-Cookie", f"{self.name}={passport}{self._kept}")]
        for mark in changes.dropped:
            headers.append(("Set-Cookie", f"{self._name_of_notes}{mark}={self._dropped}"))
        if changes.note is not None:
            note = changes.note
            headers.append(("Set-Cookie", f"{self._name_of_notes}{note.mark}={note.text}{self._kept}"))
        return headers


@lru_cache(maxsize=1024)
def passport_cookies(site: str, *, is_https: bool) -> PassportCookies:
    return PassportCookies(site, is_https=is_https)


def request_context(settings: Settings, header: Callable[[str], str | None], site: str) -> RequestContext:
    """Read the cookies and some headers of a request. The address of the client is never read.

    `header` returns a header by its HTTP name, or None.
    """
    purpose = header("Sec-Purpose") or header("Purpose") or ""
    country = (header(settings.country_header) or "") if settings.country_header else ""
    edge = edge_of(country, (header("User-Agent") or "")[:MAX_USER_AGENT], purpose)
    passport, notes = passport_cookies(site, is_https=settings.is_https).carried(header("Cookie") or "")
    return RequestContext(passport, edge, notes)


def carried_reader(sealer: PassportSealer, context: RequestContext, site: str, instant: int) -> Reader | None:
    """Return the reader whom the cookies of a request carry: the passport with what its notes add."""
    reader = sealer.open(context.cookie, site, instant) if context.cookie else None
    return with_notes(sealer.keys, site, reader, context.notes, instant)[0]


@lru_cache(maxsize=4096)
def edge_of(country: str, user_agent: str, purpose: str) -> Edge:
    """Return what the values of the headers mean. The user agent must be cut to MAX_USER_AGENT characters."""
    is_prefetch = "prefetch" in purpose or "prerender" in purpose
    return Edge(_country(country), device_of(user_agent), is_crawler(user_agent), is_prefetch)


def _country(text: str) -> str | None:
    is_country = len(text) == 2 and text.isascii() and text.isalpha() and text.upper() not in UNKNOWN_COUNTRIES
    return text.upper() if is_country else None
