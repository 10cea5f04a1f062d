"""A prompt as the JSON names of its contract (`schemas/decide.py`)."""

from typing import Any

from service.decisions.ask import OfferedAsk
from service.decisions.offer import OfferedTicker, Prompt


def prompt_body(prompt: Prompt) -> dict[str, Any]:
    copy = prompt.copy
    return {
        "placement": prompt.placement.value,
        "kind": prompt.kind.value,
        "campaign": prompt.campaign,
        "variant": prompt.variant,
        "copy": {
            "language": copy.language,
            "heading": copy.heading,
            "subheading": copy.subheading,
            "paragraphs": list(copy.paragraphs),
            "highlight": copy.highlight,
            "button": copy.button,
            "footnote": copy.footnote,
        },
        "ask": _ask(prompt.ask),
        "design": _design(prompt),
        "ticker": _ticker(prompt.ticker),
        "gate": {"type": prompt.gate.gate_type.value, "strength": prompt.gate.strength.value} if prompt.gate else None,
        "is_dismissible": prompt.is_dismissible,
    }


def _ask(ask: OfferedAsk) -> dict[str, Any]:
    return {
        "currency": ask.currency,
        "exponent": ask.exponent,
        "default_interval": ask.default_interval.value,
        "can_cover_fee": ask.can_cover_fee,
        "allows_own_amount": ask.allows_own_amount,
        "intervals": [
            {
                "interval": one.interval.value,
                "amounts_minor": list(one.amounts_minor),
                "default_minor": one.default_minor,
                "minimum_minor": one.minimum_minor,
                "maximum_minor": one.maximum_minor,
            }
            for one in ask.intervals
        ],
    }


def _design(prompt: Prompt) -> dict[str, str]:
    """Only what the campaign sets; the rest is the widget's own."""
    design = prompt.design
    tokens = {
        "accent": design.accent,
        "accent_text": design.accent_text,
        "background": design.background,
        "text": design.text,
    }
    return {name: value for name, value in tokens.items() if value is not None}


def _ticker(ticker: OfferedTicker | None) -> dict[str, Any] | None:
    if ticker is None:
        return None
    return {
        "label": ticker.label,
        "goal_minor": ticker.goal_minor,
        "raised_minor": ticker.raised_minor,
        "currency": ticker.currency,
        "ends_on": ticker.ends_on.isoformat() if ticker.ends_on else None,
    }
