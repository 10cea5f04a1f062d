"""Metadata: Stripe's limits on its size, and how an update changes it."""

from typing import Any

from infra.stripe_sandbox.errors import BadParameterError

KEYS_MOST = 50
KEY_CHARACTERS_MOST = 40
VALUE_CHARACTERS_MOST = 500


def check_metadata(metadata: dict[str, str], param: str) -> None:
    """Raise BadParameterError if there are too many keys, or if a key or value is too long."""
    if len(metadata) > KEYS_MOST:
        raise BadParameterError(f"Metadata can have up to {KEYS_MOST} keys.", param)
    for key, value in metadata.items():
        if len(key) > KEY_CHARACTERS_MOST:
            raise BadParameterError(f"Metadata keys can have up to {KEY_CHARACTERS_MOST} characters: {key}", param)
        if len(value) > VALUE_CHARACTERS_MOST:
            message = f"Metadata values can have up to {VALUE_CHARACTERS_MOST} characters: {key}"
            raise BadParameterError(message, param)


def merged(before: dict[str, str], given: Any) -> dict[str, str]:
    """Return the metadata after an update. An empty value removes its key, an empty text removes all keys."""
    if given == "":
        return {}
    return {key: value for key, value in {**before, **given}.items() if value != ""}
