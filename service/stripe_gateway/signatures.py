"""Whether a webhook body really comes from Stripe: signed with one of our secrets, and recently."""

from datetime import datetime, timedelta

import stripe

SIGNATURE_TOLERANCE = timedelta(seconds=300)


def is_signed(body: str, header: str, secrets: tuple[str, ...], now: datetime) -> bool:
    """Whether any live secret signed exactly this body at most 300 seconds before or after `now`.

    The library compares in constant time. It would read the clock itself and let any future time pass, so age is ours.
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
    """The first `t=` of the header, which is the one the library puts into the signed text."""
    for field in header.split(","):
        name, _, value = field.partition("=")
        if name == "t":
            return int(value) if value.isascii() and value.isdigit() and len(value) <= 12 else None
    return None
