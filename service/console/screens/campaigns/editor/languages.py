"""The languages in which a campaign can be written, by their English names."""

import re
from functools import cache

from service.campaigns.words.phrases import ENGLISH

_TAG = re.compile(r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}\Z")
_OFFERED_TAG_LENGTH = 2  # languages with longer tags can be typed


def is_tag(text: str) -> bool:
    """Return whether a text has the form of a language tag: `ga` or `en-IE`."""
    return _TAG.match(text) is not None


@cache
def offered_languages() -> tuple[str, ...]:
    """Return the names of the languages that the form offers, in alphabetical order."""
    return tuple(sorted(name for tag, name in ENGLISH.languages.items() if len(tag) == _OFFERED_TAG_LENGTH))


def tag_of_language(text: str) -> str | None:
    """Return the tag of a language that a person typed as a name or a tag: `ga` for `Irish`. None: there is none."""
    typed = text.strip()
    if is_tag(typed) and typed.lower().split("-")[0] in ENGLISH.languages:
        return typed.lower()
    return _tags_by_name().get(typed.casefold())


@cache
def _tags_by_name() -> dict[str, str]:
    return {str(name).casefold(): str(tag).replace("_", "-").lower() for tag, name in ENGLISH.languages.items()}
