"""Detects card testing: many declines in a short time. A checkout then needs a minimum amount and a proof of work.

Thieves try stolen cards with small amounts; a decline rate far above the usual few per cent gives an attack away.
"""

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from service.errors import ForbiddenError

WINDOW = timedelta(hours=1)
LEAST_DECLINES = 20
TRIPPING_SHARE = 0.4
# About a second of work for a browser; nothing for one reader, much for ten thousand tries.
PROOF_BITS = 18
RAISED_MINIMUM_UNITS = 5


class ProofNeededError(ForbiddenError):
    """Send the request again with a `proof` (docs/contributions.md says how it is made)."""

    code = "proof_needed"


@dataclass(frozen=True, slots=True)
class Outcomes:
    """How charges of a site ended within the window."""

    succeeded: int
    declined: int


def is_tripped(outcomes: Outcomes) -> bool:
    """Whether so many charges were declined that somebody is likely to be testing cards."""
    total = outcomes.succeeded + outcomes.declined
    return outcomes.declined >= LEAST_DECLINES and outcomes.declined >= TRIPPING_SHARE * total


def is_proof(token: str, proof: str | None) -> bool:
    """Whether SHA-256 of `token:proof` begins with PROOF_BITS zero bits: one proof serves one showing."""
    if proof is None:
        return False
    digest = hashlib.sha256(f"{token}:{proof}".encode()).digest()
    return int.from_bytes(digest, "big") >> (256 - PROOF_BITS) == 0
