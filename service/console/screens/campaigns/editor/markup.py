"""Two filters of templates: whether a text is a day, and a sentence whose AND and OR stand out."""

import re
from datetime import date

from markupsafe import Markup, escape

_JOINTS = re.compile(r"\b(AND|OR|NOR)\b")


def is_day(text: str) -> bool:
    """Return whether a text is a day that exists, such as `2026-12-04`, so that a browser's calendar can show it."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def with_strong_joints(sentence: str) -> Markup:
    """Return a sentence as HTML in which the words AND, OR and NOR stand out."""
    pieces = _JOINTS.split(sentence)
    marked = (
        Markup('<strong class="joint">{}</strong>').format(piece) if place % 2 else escape(piece)
        for place, piece in enumerate(pieces)
    )
    return Markup("").join(marked)
