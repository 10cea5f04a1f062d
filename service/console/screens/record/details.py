"""The details of an act in words."""

from collections.abc import Mapping
from typing import Any

MAX_CHARACTERS = 240
ONLY_IN_FILES = ("request",)  # the id of an agreement says nothing to a person


def details_in_words(details: Mapping[str, Any]) -> str:
    """Return details such as `roles: editor → finance, viewer`. Of a change, only what differs is said."""
    before, after = details.get("before"), details.get("after")
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        names = [name for name in after if after[name] != before.get(name)]
        parts = [
            f"{_name(name)}: {value_in_words(name, before.get(name))} → {value_in_words(name, after[name])}"
            for name in names
        ]
        rest = {name: value for name, value in details.items() if name not in ("before", "after")}
    else:
        parts, rest = [], dict(details)
    parts += [
        f"{_name(name)}: {value_in_words(name, value)}"
        for name, value in rest.items()
        if value is not None and name not in ONLY_IN_FILES
    ]
    text = " · ".join(parts)
    return text if len(text) <= MAX_CHARACTERS else f"{text[: MAX_CHARACTERS - 1]}…"


def act_in_words(act: str) -> str:
    """Return an act as people say it: `publish_campaign` is `publish campaign`."""
    return act.replace("_", " ")


def _name(name: str) -> str:
    return name.replace("_", " ")


def value_in_words(name: str, value: Any) -> str:
    """Return a value of the details with this name, as people say it."""
    if value is None:
        return "all" if name == "sites" else "not set"  # a person without a list of sites works for all
    if isinstance(value, list):
        return ", ".join(value_in_words(name, item) for item in value) or "none"
    if isinstance(value, Mapping):
        return ", ".join(f"{_name(key)} {value_in_words(key, item)}" for key, item in value.items())
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value).replace("_", " ") if name == "wanted" else str(value)
