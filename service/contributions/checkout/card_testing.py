"""Detect card testing. While it lasts, a checkout needs a higher minimum amount and a proof of work.

Thieves try stolen cards with small amounts. Usually a few per cent of charges are declined; a much higher share of
declines gives an attack away.
"""

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from service.errors import ForbiddenError

WINDOW = timedelta(hours=1)
MINIMUM_DECLINES = 20
ALARM_SHARE = 0.4
# About a second of work in a browser: nothing for one reader, much for ten thousand attempts.
PROOF_BITS = 18
RAISED_MINIMUM_UNITS = 5


class ProofNeededError(ForbiddenError):
    """Send the request again with a `proof` (docs/contributions.md says how it is made)."""

    code = "proof_needed"


@dataclass(frozen=True, slots=True)
class Outcomes:
    """How many charges of a site succeeded and were declined within the window."""

    succeeded: int
    declined: int


def is_card_testing(outcomes: Outcomes) -> bool:
    """Return whether so many charges were declined that somebody is probably testing cards."""
    total = outcomes.succeeded + outcomes.declined
    return outcomes.declined >= MINIMUM_DECLINES and outcomes.declined >= ALARM_SHARE * total


def is_proof(token: str, proof: str | None) -> bool:
    """Return whether SHA-256 of `token:proof` begins with PROOF_BITS zero bits. A proof is valid for one token."""
    if proof is None:
        return False
    digest = hashlib.sha256(f"{token}:{proof}".encode()).digest()
    return int.from_bytes(digest, "big") >> (256 - PROOF_BITS) == 0
