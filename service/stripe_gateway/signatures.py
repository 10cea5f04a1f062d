"""Verify that a webhook body comes from Stripe: that one of our secrets signed it recently."""

from datetime import datetime, timedelta

import stripe

SIGNATURE_TOLERANCE = timedelta(seconds=300)


def is_signed(body: str, header: str, secrets: tuple[str, ...], now: datetime) -> bool:
    """Return whether one of the secrets signed exactly this body at most 300 seconds before or after `now`.

    The library compares signatures in constant time. The age is checked here, because the library would read the
    system clock and accept any time in the future.
    """
    signed_at = _signed_at(header)
    if signed_at is None or abs(now.timestamp() - signed_at) > SIGNATURE_TOLERANCE.total_seconds():
        return False
    return any(_matches(body, header, secret) for secret in secrets)


def _matches(body: str, header: str, secret: str) -> bool:
    try:
        return bool(stripe.WebhookSignature.verify_header(body, header, secret))
    except (stripe.SignatureVerificationError, TypeError, ValueError):
        return False


def _signed_at(header: str) -> int | None:
    """Return the first `t=` of the header in seconds since 1970, or None if it is not a number.

    The library uses the same one to compute the signature.
    """
    for field in header.split(","):
        name, _, value = field.partition("=")
        if name == "t":
            return int(value) if value.isascii() and value.isdigit() and len(value) <= 12 else None
    return None
