"""A sealed receipt in the link back from Stripe, for pages that keep the passport in the browser's local storage.

It is in the link's fragment, so no server and no log sees it, and is valid for an hour. It names its contribution, so
that a shared link makes only a few browsers supporters.
"""

import json
from dataclasses import dataclass

from service.errors import InvalidTokenError
from service.money import Interval, Money
from service.readers.site_time import SKEW_SECONDS
from service.sealing import KeyRing

RECEIPT_SECONDS = 3600
_PURPOSE = "return receipt"


@dataclass(frozen=True, slots=True)
class ReturnReceipt:
    """The contribution a reader comes back from. `campaign` is None if it began on the support page."""

    contribution_id: str
    interval: Interval
    campaign: str | None
    amount: Money | None = None


def seal_receipt(ring: KeyRing, site: str, receipt: ReturnReceipt, instant: int) -> str:
    """Return the receipt as text that only this site can open. `instant` is in seconds since 1970."""
    amount = [receipt.amount.amount_minor, receipt.amount.currency] if receipt.amount else None
    plain = json.dumps([receipt.contribution_id, receipt.interval.value, receipt.campaign, instant, amount]).encode()
    return ring.sealer(_PURPOSE, site).seal(plain)


def open_receipt(ring: KeyRing, site: str, text: str, instant: int) -> ReturnReceipt:
    """Return the receipt in `text`. Raise InvalidTokenError if it is forged, expired or of another site."""
    plain = ring.sealer(_PURPOSE, site).open(text)
    if plain is None:
        raise InvalidTokenError("this receipt was not made by this service")
    try:
        contribution_id, interval, campaign, issued_at, amount = json.loads(plain)
    except ValueError as error:  # sealed by a release whose receipts had other fields
        raise InvalidTokenError("this receipt was made by another release") from error
    if not -SKEW_SECONDS <= instant - issued_at <= RECEIPT_SECONDS:
        raise InvalidTokenError("this receipt has expired")
    return ReturnReceipt(contribution_id, Interval(interval), campaign, Money(*amount) if amount else None)
