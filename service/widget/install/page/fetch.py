"""Fetch a publisher's page: over HTTPS from a public address, or from loopback if the address itself is loopback."""

import socket
import ssl
import time
import zlib
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPMessage, HTTPResponse, HTTPSConnection
from urllib.parse import SplitResult

from service import __version__
from service.addresses import LOOPBACK_HOSTS, is_public, join_address, split_address
from service.errors import DomainError
from service.widget.install.page.source import PageSource, read_source

MAX_PAGE_BYTES = 2 * 1024 * 1024  # the rest of a longer page is not read
MAX_REDIRECTS = 1
TIMEOUT_SECONDS = 15.0
CHUNK_BYTES = 64 * 1024
HEADERS = {
    "Accept": "text/html",
    "Accept-Encoding": "gzip, identity;q=0.5",
    "User-Agent": f"Mozilla/5.0 (compatible; Keepopen-doctor/{__version__})",
}


class PageUnreachableError(DomainError):
    """The page could not be read; the message says why."""

    code = "page_unreachable"


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: HTTPMessage
    body: bytes


def fetch_source(url: str, timeout_seconds: float = TIMEOUT_SECONDS) -> PageSource:
    """Return a page and its policies, after at most one redirect. Raise PageUnreachableError if there is no page."""
    may_be_loopback = _parts(url).hostname in LOOPBACK_HOSTS
    deadline = time.monotonic() + timeout_seconds
    for _ in range(MAX_REDIRECTS + 1):
        parts = _parts(url)
        address = address_of(parts, may_be_loopback)
        answer = _get(parts, address, deadline)
        target = answer.headers.get("Location")
        if answer.status in {301, 302, 303, 307, 308} and target:
            url = join_address(url, target)
            continue
        return _source(url, answer, address)
    raise PageUnreachableError(f"it redirects more than once; give the final address, perhaps {url}")


def address_of(parts: SplitResult, may_be_loopback: bool) -> str:
    """Return the numeric address to connect to.

    Raise PageUnreachableError for a private address, and for plain http outside loopback.
    """
    host = parts.hostname or ""
    if host in LOOPBACK_HOSTS and may_be_loopback:
        return _resolved(parts)[0]
    if parts.scheme != "https":
        raise PageUnreachableError("only https addresses and loopback are fetched")
    addresses = _resolved(parts)
    if not all(is_public(address) for address in addresses):
        raise PageUnreachableError(f"{host} is not a public address")
    return addresses[0]


def network_of(url: str) -> str:
    """Return the numeric address of the service. Return an empty text if it cannot be resolved."""
    try:
        return _resolved(_parts(url))[0]
    except PageUnreachableError:
        return ""


def _parts(url: str) -> SplitResult:
    parts = split_address(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise PageUnreachableError("it is not the address of a web page")
    return parts


def _resolved(parts: SplitResult) -> list[str]:
    """Return all numeric addresses of a host, IPv4 first, because a machine may have no IPv6."""
    try:
        entries = socket.getaddrinfo(parts.hostname, _port(parts), type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise PageUnreachableError(f"{parts.hostname} cannot be found") from error
    return sorted({str(entry[4][0]) for entry in entries}, key=lambda address: (":" in address, address))


def _port(parts: SplitResult) -> int:
    return parts.port or (443 if parts.scheme == "https" else 80)


def _get(parts: SplitResult, address: str, deadline: float) -> _Answer:
    try:
        connection = _connection(parts, address, max(0.1, deadline - time.monotonic()))
        try:
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request("GET", path, headers=HEADERS)
            with closing(connection.getresponse()) as response:
                return _Answer(response.status, response.headers, _body(response, deadline))
        finally:
            connection.close()
    except (OSError, HTTPException, ValueError, zlib.error) as error:
        raise PageUnreachableError(f"{parts.hostname} sent no page: {error or type(error).__name__}") from error


def _connection(parts: SplitResult, address: str, timeout_seconds: float) -> HTTPConnection:
    """Connect to the address that was checked. TLS still verifies the certificate of the host."""
    host, port = parts.hostname or "", _port(parts)
    plain = socket.create_connection((address, port), timeout_seconds)
    if parts.scheme == "http":
        connection = HTTPConnection(host, port)
        connection.sock = plain
        return connection
    context = ssl.create_default_context()
    secure = HTTPSConnection(host, port, context=context)
    secure.sock = context.wrap_socket(plain, server_hostname=host)
    return secure


def _body(response: HTTPResponse, deadline: float) -> bytes:
    unpack = zlib.decompressobj(31) if response.getheader("Content-Encoding", "").lower() == "gzip" else None
    found = b""
    while len(found) < MAX_PAGE_BYTES:
        if time.monotonic() > deadline:
            raise TimeoutError("it takes too long")
        chunk = response.read1(CHUNK_BYTES)
        if not chunk:
            break
        found += unpack.decompress(chunk, MAX_PAGE_BYTES) if unpack else chunk
    return found[:MAX_PAGE_BYTES]


def _source(url: str, answer: _Answer, address: str) -> PageSource:
    if answer.status != 200:
        raise PageUnreachableError(f"it answers {answer.status}")
    if answer.headers.get_content_type() not in {"text/html", "application/xhtml+xml"}:
        raise PageUnreachableError(f"it is {answer.headers.get_content_type()}, not HTML")
    charset = answer.headers.get_content_charset() or "utf-8"
    try:
        html = answer.body.decode(charset, errors="replace")
    except LookupError:
        html = answer.body.decode("utf-8", errors="replace")
    return read_source(url, html, answer.headers.get_all("Content-Security-Policy") or (), address)
