"""The kinds of exceptions in words: what each is, and what a person can do about it."""

from collections.abc import Mapping
from typing import Final

_UNKNOWN: Final = ("Something to look at", "Explain its ids, then accept it with a note.")
EXCEPTIONS: Final[Mapping[str, tuple[str, str]]] = {
    "unmatched_bt": (
        "Money at Stripe that no contribution explains",
        "Move it to the account where it belongs. If it is not booked yet, pull now.",
    ),
    "suspense": ("A movement of a kind that no rule knows", "Move it to the account where it belongs."),
    "mismatch_payout": ("A payout that differs from its lines", "Pull now. If it stays, compare it with Stripe."),
    "dead_event": ("An event that could not be applied", "Try it again with the step above."),
    "off_stripe_payment": (
        "An invoice that was paid without Stripe",
        "Book it from the bank, or accept it if no money moved.",
    ),
    "over_returned": ("More went back than was taken", "Compare with Stripe, then accept it with a note."),
    "no_bt_after_24h": ("A payment that has not reached the balance", "Pull now. If it stays, ask Stripe."),
    "failed_refund": (
        "A refund that failed, so the money is still owed",
        "Pay the supporter from the bank and settle it, or write it off.",
    ),
    "unknown_status": ("A status that this version does not know", "Look at it in Stripe's dashboard."),
}


def exception_words(kind: str) -> tuple[str, str]:
    """Return what an exception is, and what to do about it."""
    return EXCEPTIONS.get(kind, _UNKNOWN)
