"""Call a publication's service: HTTPS to a public address, no redirects, a small answer, and a deadline.

The host is resolved once, and the connection uses the address that was checked. Otherwise a second lookup could lead
into our own network.
"""

import ipaddress
import socket
import ssl
import time
from http.client import HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from service.readers.outside import OutsideFaultError

MAX_ANSWER_BYTES = 16 * 1024


def fetch(url: str, body: bytes, timeout_seconds: float) -> bytes:
    """Return the body of the answer to a POST. Raise OutsideFaultError unless it is a 200 in time and small enough."""
    parts = urlsplit(url)
    if parts.scheme != "https" or parts.hostname is None:
        raise OutsideFaultError("the address does not begin with https")
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
        raise OutsideFaultError("the answer is late, too large or not a 200")
    return found


def public_address(host: str, port: int) -> str:
    """Return an address of a host. Raise OutsideFaultError unless every address of the host is public."""
    addresses = {str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    if not addresses or not all(ipaddress.ip_address(address).is_global for address in addresses):
        raise OutsideFaultError("the host has an address that is not public")
    return min(addresses)


class _Pinned(HTTPSConnection):
    """A connection to an address that was checked already. The certificate must still be the host's."""

    def __init__(self, host: str, address: str, port: int, timeout: float) -> None:
        super().__init__(host, port, timeout=timeout, context=ssl.create_default_context())
        self._address = address

    def connect(self) -> None:
        plain = socket.create_connection((self._address, self.port), self.timeout)
        self.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=self.host)
