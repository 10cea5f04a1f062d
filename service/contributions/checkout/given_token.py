"""A sealed word that a reader has given, for the way back to a page whose passport lies in the browser's own storage.

It stands in the fragment of the link back, so no server and no log sees it, and is good for an hour. It names its
contribution, so that one gift makes a few browsers supporters and not all that its link is shared with.
"""

import json
from dataclasses import dataclass

from service.errors import InvalidTokenError
from service.money import Interval
from service.readers.site_time import SKEW_SECONDS
from service.sealing import KeyRing

RECEIPT_SECONDS = 3600
_PURPOSE = "gift receipt"


@dataclass(frozen=True, slots=True)
class ReturnReceipt:
    contribution_id: str
    interval: Interval
    campaign: str | None


def new_receipt(ring: KeyRing, site: str, receipt: ReturnReceipt, instant: int) -> str:
    plain = json.dumps([receipt.contribution_id, receipt.interval.value, receipt.campaign, instant]).encode()
    return ring.sealer(_PURPOSE, site).seal(plain)


def open_receipt(ring: KeyRing, site: str, text: str, instant: int) -> ReturnReceipt:
    """The receipt of this site; raises InvalidTokenError for anything malformed, forged, foreign or old."""
    plain = ring.sealer(_PURPOSE, site).open(text)
    if plain is None:
        raise InvalidTokenError("this receipt is not one of ours")
    try:
        contribution_id, interval, campaign, issued_at = json.loads(plain)
    except ValueError as error:  # sealed by a release whose receipts had other parts
        raise InvalidTokenError("this receipt is of another release") from error
    if not -SKEW_SECONDS <= instant - issued_at <= RECEIPT_SECONDS:
        raise InvalidTokenError("this receipt has expired")
    return ReturnReceipt(contribution_id, Interval(interval), campaign)
