"""How we reach Stripe: a pinned API version, a time-out, few retries, and faults as our own errors."""

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
# Stripe reports lock time-outs and two requests with one idempotency key at once as 409: both pass.
PASSING_STATUSES = frozenset({409, 429})
T = TypeVar("T")


class StripeObjectMissingError(StripeRefusedError):
    """Stripe has no such object, or our key may not see it."""

    code = "stripe_object_missing"


def stripe_client(settings: Settings) -> stripe.StripeClient:
    """A client of our own: nothing of the library's global state is read."""
    base = settings.stripe_api_base
    return stripe.StripeClient(
        settings.stripe_api_key,
        stripe_version=API_VERSION,
        base_addresses={"api": base, "files": base, "connect": base, "meter_events": base} if base else None,
        max_network_retries=MAX_NETWORK_RETRIES,
        http_client=stripe.RequestsClient(timeout=(CONNECT_TIMEOUT_SECONDS, READ_TIMEOUT_SECONDS)),
    )


@contextmanager
def stripe_faults() -> Iterator[None]:
    """Turn the library's errors into StripeUnavailableError (worth another try) or StripeRefusedError (not)."""
    try:
        yield
    except stripe.StripeError as error:
        raise _as_ours(error) from error


def if_there(found: Iterator[T]) -> Iterator[T]:
    """What is found of something that another object names; it ends where Stripe has no such object."""
    try:
        with stripe_faults():
            yield from found
    except StripeObjectMissingError:
        return


def _as_ours(error: stripe.StripeError) -> StripeRefusedError | StripeUnavailableError:
    status = error.http_status
    # The library's text may quote what was sent; its code, status and request id are enough to find the rest.
    detail = f"{error.code or type(error).__name__} (status {status}, request {error.request_id})"
    if status is None or status >= 500 or status in PASSING_STATUSES or status < 400:
        return StripeUnavailableError(f"Stripe could not answer: {detail}")
    if status == 404 or error.code == "resource_missing":
        return StripeObjectMissingError(f"Stripe has no such object: {detail}")
    return StripeRefusedError(f"Stripe refused: {detail}")
