"""The connection to Stripe: pinned API version, timeouts, a few retries, and errors translated into our own."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

import stripe

from service.errors import StripeRefusedError, StripeUnavailableError
from service.settings import Settings

API_VERSION = "2026-10-28.endive"
CONNECT_TIMEOUT_SECONDS = 3.0
READ_TIMEOUT_SECONDS = 12.0
MAX_NETWORK_RETRIES = 2
# Stripe answers 409 on a lock timeout and on two concurrent requests with one idempotency key. Both are worth a retry.
RETRYABLE_STATUSES = frozenset({409, 429})
Item = TypeVar("Item")


class StripeObjectMissingError(StripeRefusedError):
    """Stripe has no object with this id, or our API key may not read it."""

    code = "stripe_object_missing"


class StripeFailedError(StripeUnavailableError):
    """Stripe answered with an error of its own (500 to 599).

    It gives this answer to every repeat under the same idempotency key for a day, so a later try needs another key.
    """


def stripe_client(settings: Settings) -> stripe.StripeClient:
    """Return a client with these settings. It does not read the library's global state."""
    base = settings.stripe_api_base
    return stripe.StripeClient(
        settings.stripe_api_key,
        stripe_version=API_VERSION,
        base_addresses={"api": base, "files": base, "connect": base, "meter_events": base} if base else None,
        max_network_retries=MAX_NETWORK_RETRIES,
        http_client=stripe.RequestsClient(timeout=(CONNECT_TIMEOUT_SECONDS, READ_TIMEOUT_SECONDS)),
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
    if status is None or status in RETRYABLE_STATUSES or status < 400:
        return StripeUnavailableError(f"Stripe could not answer; try again later: {detail}")
    if status == 404 or error.code == "resource_missing":
        return StripeObjectMissingError(f"Stripe has no such object, or our API key may not read it: {detail}")
    return StripeRefusedError(f"Stripe refused the request: {detail}")
