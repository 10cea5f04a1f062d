"""The connection to Stripe: pinned API version, timeouts, a few retries, and errors translated into our own."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

import stripe
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies, select_proxy
from urllib3 import PoolManager, Timeout
from urllib3.exceptions import HTTPError, SSLError

from service.errors import StripeRefusedError, StripeUnavailableError
from service.settings import Settings
from service.waiting_limits import (
    STRIPE_CALL_SECONDS,
    STRIPE_CALLS,
    STRIPE_CONNECT_SECONDS,
    STRIPE_FAILURES,
    STRIPE_PAUSE_SECONDS,
    STRIPE_READ_SECONDS,
    STRIPE_RETRIES,
    Breaker,
    seconds_left,
)

API_VERSION = "2026-10-28.endive"
# Stripe answers 409 on a lock timeout and on two concurrent requests with one idempotency key. Both are worth a retry.
RETRYABLE_STATUSES = frozenset({409, 429})
_TIMEOUT = Timeout(connect=STRIPE_CONNECT_SECONDS, read=STRIPE_READ_SECONDS)
Item = TypeVar("Item")

# Otherwise the library writes an id of this machine into the home folder, and sends it to Stripe with every request.
stripe.enable_telemetry = False


class StripeObjectMissingError(StripeRefusedError):
    """Stripe has no object with this id, or our API key may not read it."""

    code = "stripe_object_missing"


class StripeFailedError(StripeUnavailableError):
    """Stripe answered with an error of its own (500 to 599).

    It gives this answer to every repeat under the same idempotency key for a day, so a later try needs another key.
    """


class _NotSentError(stripe.APIConnectionError):
    """The request was not sent. Sending it again would end in the same way."""

    def __init__(self, message: str) -> None:
        super().__init__(message, should_retry=False)  # type: ignore[no-untyped-call]


class BoundedClient(stripe.HTTPClient):
    """Sends our requests to Stripe, but none that may outlast its deadline, and none while Stripe does not answer.

    After a few requests in a row without an answer the others fail at once for a while, so that readers who want to
    contribute learn quickly that they have to come back. Only time-outs and lost connections count.

    The time-outs of urllib3 bound each wait for a byte. So calls have threads of their own, and the caller waits for a
    whole answer only until the deadline, name lookup included. The library's own client, on requests, takes twice as
    long for a call, and thousands of events may wait for theirs.
    """

    name = "urllib3"

    def __init__(self, address: str = stripe.DEFAULT_API_BASE) -> None:
        super().__init__()
        self._connections = _connections(address)
        self._breaker = Breaker(STRIPE_FAILURES, STRIPE_PAUSE_SECONDS)
        self._threads = ThreadPoolExecutor(STRIPE_CALLS, "stripe-call")

    def request(  # type: ignore[override]  # the library's clients leave out an argument of their base class, too
        self, method: str, url: str, headers: Mapping[str, str] | None, post_data: Any = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        """Send a request. Raise APIConnectionError without sending it if there is no time, or no hope of an answer."""
        if seconds_left(STRIPE_CALL_SECONDS) < STRIPE_CALL_SECONDS:
            raise _NotSentError("too little time is left for an answer")
        if not self._breaker.allows_call():
            raise _NotSentError("Stripe has not answered several requests in a row")
        try:
            answer = self._whole_answer(method, url, headers, post_data)
        except stripe.APIConnectionError:
            self._breaker.failed()
            raise
        self._breaker.succeeded()
        return answer

    def _whole_answer(self, *request: Any) -> tuple[bytes, int, Mapping[str, str]]:
        call = self._threads.submit(self._answer, *request)
        try:
            return call.result(STRIPE_CALL_SECONDS)
        except TimeoutError:
            call.cancel()
            # Not tried again: the caller has waited long enough, and another answer may take as long.
            raise stripe.APIConnectionError("the answer was not whole in time") from None  # type: ignore[no-untyped-call]

    def _answer(
        self, method: str, url: str, headers: Mapping[str, str] | None, post_data: Any
    ) -> tuple[bytes, int, Mapping[str, str]]:
        sent = {**(headers or {}), "Accept-Encoding": "gzip"}
        try:
            answer = self._connections.request(
                method, url, body=post_data, headers=sent, timeout=_TIMEOUT, redirect=False, retries=False
            )
        except HTTPError as error:
            message, is_lost = f"no answer from Stripe: {type(error).__name__}", not isinstance(error, SSLError)
            raise stripe.APIConnectionError(message, should_retry=is_lost) from error  # type: ignore[no-untyped-call]
        return answer.data, answer.status, answer.headers


def _connections(address: str) -> PoolManager:
    """Return connections that threads share, through the proxy that the environment names for this address."""
    proxy = select_proxy(address, get_environ_proxies(address))
    if proxy:
        adapter = HTTPAdapter(pool_maxsize=STRIPE_CALLS)
        through_proxy: PoolManager = adapter.proxy_manager_for(proxy, ca_certs=stripe.ca_bundle_path)
        return through_proxy
    return PoolManager(maxsize=STRIPE_CALLS, ca_certs=stripe.ca_bundle_path)


def stripe_client(settings: Settings) -> stripe.StripeClient:
    """Return a client with these settings. It does not read the library's global state."""
    base = settings.stripe_api_base
    return stripe.StripeClient(
        settings.stripe_api_key,
        stripe_version=API_VERSION,
        base_addresses={"api": base, "files": base, "connect": base, "meter_events": base} if base else None,
        max_network_retries=STRIPE_RETRIES,
        http_client=BoundedClient(base or stripe.DEFAULT_API_BASE),
    )


@contextmanager
def stripe_errors_translated() -> Iterator[None]:
    """Translate the library's errors: StripeUnavailableError if a retry may help, otherwise StripeRefusedError."""
    try:
        yield
    except stripe.StripeError as error:
        raise _translated(error) from error


def unless_missing(fetched: Iterator[Item]) -> Iterator[Item]:
    """Yield what a fetch yields, and stop without an error if Stripe does not have the object.

    Use it for an object that another object names: the other object is worth keeping by itself.
    """
    try:
        with stripe_errors_translated():
            yield from fetched
    except StripeObjectMissingError:
        return


def _translated(error: stripe.StripeError) -> StripeRefusedError | StripeUnavailableError:
    status = error.http_status
    # The library's message may quote personal data. Code, status and request id are enough to find the request.
    detail = f"{error.code or type(error).__name__} (status {status}, request {error.request_id})"
    if status is not None and status >= 500:
        return StripeFailedError(f"Stripe could not answer; try again later: {detail}")
    if status == 401:
        return StripeRefusedError(f"Stripe does not know this API key: {detail}")
    if status == 403:
        return StripeRefusedError(f"This API key may not do what the service needs: {detail}")
    if status is None or status in RETRYABLE_STATUSES or status < 400:
        return StripeUnavailableError(f"Stripe could not answer; try again later: {detail}")
    if status == 404 or error.code == "resource_missing":
        return StripeObjectMissingError(f"Stripe has no such object, or our API key may not read it: {detail}")
    return StripeRefusedError(f"Stripe refused the request: {detail}")
