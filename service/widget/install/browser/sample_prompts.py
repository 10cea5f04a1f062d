"""The sample prompts the check draws on a page, to measure every place even if no campaign would show anything."""

from collections.abc import Iterable
from typing import Any

from service.campaigns.campaign import Kind, Placement

KINDS = {
    Placement.ARTICLE_TOP: Kind.EPIC,
    Placement.ARTICLE_END: Kind.EPIC,
    Placement.PAGE_BOTTOM: Kind.BANNER,
}
TEXT = (
    "This sample was drawn by the installation check. It has the length of a usual appeal, so that its size on the "
    "page can be measured. No reader sees it, and nothing is counted."
)


def sample_decision(placements: Iterable[str]) -> dict[str, Any]:
    """Return an answer of `POST /v1/decide` with a prompt for each of the page's placements, gates excepted."""
    return {
        "decision_id": "dec_sample",
        "prompts": [_prompt(placement, kind) for placement, kind in KINDS.items() if placement in set(placements)],
        "access": {"state": "open", "used": None, "allowance": None, "resets_at": None},
        "reader": {"article_count": 0, "supporter": "none"},
        "passport": None,
    }


def _prompt(placement: Placement, kind: Kind) -> dict[str, Any]:
    return {
        "placement": placement,
        "kind": kind,
        "campaign": "installation-check",
        "variant": "sample",
        "copy": {
            "language": "en",
            "heading": "A sample appeal",
            "subheading": None,
            "paragraphs": [TEXT, TEXT],
            "highlight": None,
            "button": "Support us",
            "footnote": None,
        },
        "ask": {
            "currency": "EUR",
            "exponent": 2,
            "default_interval": "one_off",
            "can_cover_fee": False,
            "allows_own_amount": True,
            "intervals": [
                {
                    "interval": "one_off",
                    "amounts_minor": [500, 1000, 2500],
                    "default_minor": 1000,
                    "minimum_minor": 100,
                    "maximum_minor": 200_000,
                }
            ],
        },
        "design": {},
        "ticker": None,
        "gate": None,
        "is_dismissible": True,
        "prompt_token": "sample_prompt_token",
    }
