"""Call a publication's service: HTTPS to a public address, no redirects, a small answer, and a deadline.

The host is resolved once, and the connection uses the address that was checked. Otherwise a second lookup could lead
into our own network.

The deadline is for the whole call. The time-out of a socket is only for one read, and a lookup of a host has none, so
each call runs in a thread of its own, and no request waits for that thread after the deadline.
"""

import socket
import ssl
import threading
import time
from contextlib import suppress
from http.client import HTTPException, HTTPSConnection

from service.addresses import is_public, split_address
from service.readers.outside import OutsideFaultError
from service.waiting_limits import OUTSIDE_CALLS

MAX_ANSWER_BYTES = 16 * 1024
_free_calls = threading.BoundedSemaphore(OUTSIDE_CALLS)  # a call that finds none free waits for one, for its deadline


def fetch(url: str, body: bytes, timeout_seconds: float) -> bytes:
    """Return the body of the answer to a POST. Raise OutsideFaultError unless it is a 200 in time and small enough."""
    deadline = time.monotonic() + timeout_seconds
    if not _free_calls.acquire(timeout=timeout_seconds):
        raise OutsideFaultError("too many calls are waiting for their answers")
    call = _Call(url, body, timeout_seconds)
    call.start()
    call.join(max(0.0, deadline - time.monotonic()))
    if call.is_alive():
        call.abort()
        raise OutsideFaultError("the answer is late")
    if call.answer is None:
        raise OutsideFaultError(call.fault)
    return call.answer


class _Call(threading.Thread):
    """A call in a thread of its own. At the end there is an answer, or a fault that says why there is none."""

    def __init__(self, url: str, body: bytes, timeout_seconds: float) -> None:
        super().__init__(name="outside", daemon=True)
        self._url, self._body, self._timeout_seconds = url, body, timeout_seconds
        self._connection: _Pinned | None = None
        self._is_aborted = False
        self.answer: bytes | None = None
        self.fault = ""

    def run(self) -> None:
        """Make the call."""
        try:
            self.answer = self._ask()
        except OutsideFaultError as error:
            self.fault = str(error)
        except (OSError, HTTPException, ValueError) as error:
            self.fault = type(error).__name__
        finally:
            _free_calls.release()

    def abort(self) -> None:
        """End the connection, so that the thread ends with its next read."""
        self._is_aborted = True
        if self._connection:
            self._connection.abort()

    def _ask(self) -> bytes:
        parts = split_address(self._url)
        if parts.scheme != "https" or parts.hostname is None:
            raise OutsideFaultError("the address does not begin with https")
        port = parts.port or 443
        address = public_address(parts.hostname, port)
        if self._is_aborted:
            raise OutsideFaultError("the answer is late")
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._connection = _Pinned(parts.hostname, address, port, self._timeout_seconds)
        try:
            self._connection.request("POST", path, self._body, {"Content-Type": "application/json"})
            response = self._connection.getresponse()
            found = response.read(MAX_ANSWER_BYTES + 1)
        finally:
            self._connection.close()
        if response.status != 200 or len(found) > MAX_ANSWER_BYTES:
            raise OutsideFaultError("the answer is too large or not a 200")
        return found


def public_address(host: str, port: int) -> str:
    """Return an address of a host. Raise OutsideFaultError unless every address of the host is public."""
    addresses = {str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    if not addresses or not all(is_public(address) for address in addresses):
        raise OutsideFaultError("the host has an address that is not public")
    return min(addresses)


class _Pinned(HTTPSConnection):
    """A connection to an address that was checked already. The certificate must still be the host's."""

    def __init__(self, host: str, address: str, port: int, timeout: float) -> None:
        super().__init__(host, port, timeout=timeout, context=ssl.create_default_context())
        self._address = address
        self.sock: ssl.SSLSocket | None = None

    def connect(self) -> None:
        plain = socket.create_connection((self._address, self.port), self.timeout)
        context = ssl.create_default_context()
        self.sock = context.wrap_socket(plain, server_hostname=self.host, do_handshake_on_connect=False)
        self.sock.do_handshake()

    def abort(self) -> None:
        """End the connection from another thread."""
        connected = self.sock
        if connected:
            with suppress(OSError):
                socket.socket.shutdown(connected, socket.SHUT_RDWR)
