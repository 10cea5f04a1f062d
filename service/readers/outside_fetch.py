"""The call itself: HTTPS to a public address, resolved once, no redirects, a small answer, and one deadline."""

import ipaddress
import socket
import ssl
import time
from http.client import HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from service.readers.outside import OutsideFaultError

MAX_ANSWER_BYTES = 16 * 1024


def fetch(url: str, body: bytes, timeout_seconds: float) -> bytes:
    """The answer to a POST. Raises OutsideFaultError for anything but a 200 in time."""
    parts = urlsplit(url)
    if parts.scheme != "https" or parts.hostname is None:
        raise OutsideFaultError("only https")
    deadline = time.monotonic() + timeout_seconds
    port = parts.port or 443
    try:
        connection = _Pinned(parts.hostname, public_address(parts.hostname, port), port, timeout_seconds)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", path, body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        found = response.read(MAX_ANSWER_BYTES + 1)
        connection.close()
    except (OSError, HTTPException) as error:
        raise OutsideFaultError(type(error).__name__) from error
    if response.status != 200 or len(found) > MAX_ANSWER_BYTES or time.monotonic() > deadline:
        raise OutsideFaultError("no answer to use")
    return found


def public_address(host: str, port: int) -> str:
    """One address of a host, if all of them are public; raises OutsideFaultError otherwise."""
    addresses = {str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    if not addresses or not all(ipaddress.ip_address(address).is_global for address in addresses):
        raise OutsideFaultError("not a public address")
    return min(addresses)


class _Pinned(HTTPSConnection):
    """Connects to the address that was checked, and still asks the host for its certificate."""

    def __init__(self, host: str, address: str, port: int, timeout: float) -> None:
        super().__init__(host, port, timeout=timeout, context=ssl.create_default_context())
        self._address = address

    def connect(self) -> None:
        plain = socket.create_connection((self._address, self.port), self.timeout)
        self.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=self.host)
