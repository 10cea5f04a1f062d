"""The details of an act in words."""

from collections.abc import Mapping
from typing import Any

MAX_CHARACTERS = 240


def details_in_words(details: Mapping[str, Any]) -> str:
    """Return details such as `roles: editor → finance, viewer`. Of a change, only what differs is said."""
    before, after = details.get("before"), details.get("after")
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        names = [name for name in after if after[name] != before.get(name)]
        parts = [f"{_name(name)}: {_text(before.get(name))} → {_text(after[name])}" for name in names]
        rest = {name: value for name, value in details.items() if name not in ("before", "after")}
    else:
        parts, rest = [], dict(details)
    parts += [f"{_name(name)}: {_text(value)}" for name, value in rest.items() if value is not None]
    text = " · ".join(parts)
    return text if len(text) <= MAX_CHARACTERS else f"{text[: MAX_CHARACTERS - 1]}…"


def act_in_words(act: str) -> str:
    """Return an act as people say it: `publish_campaign` is `publish campaign`."""
    return act.replace("_", " ")


def _name(name: str) -> str:
    return name.replace("_", " ")


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_text(item) for item in value) or "none"
    if isinstance(value, Mapping):
        return ", ".join(f"{_name(name)} {_text(item)}" for name, item in value.items())
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "all" if value is None else str(value)
