"""What is wrong with a JSON body that was refused, by field and in words. Only looked for once something is."""

import json
from collections import Counter
from math import isfinite
from typing import Any

MAX_NAME = 64  # characters of a field's name that are said again


def what_is_wrong(raw: bytes) -> dict[str, list[str]]:
    """Field to words; `body` where it is in no field: not UTF-8, not JSON, nested absurdly."""
    found: dict[str, list[str]] = {}

    def note(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        times = Counter(name for name, _ in pairs)
        for name, value in pairs:
            words = "is written twice" if times[name] > 1 else _words(value) or _words(name)
            if words:
                found[name[:MAX_NAME]] = [words]
        return dict(pairs)

    try:
        json.loads(raw.decode("utf-8"), object_pairs_hook=note)
    except UnicodeDecodeError:
        return {"body": ["is not UTF-8 text"]}
    except RecursionError:
        return {"body": ["is nested too deeply"]}
    except ValueError as error:
        return {"body": [f"is not JSON: {error}"]}
    return found or {"body": ["holds what cannot be read"]}


def _words(value: Any) -> str | None:
    if isinstance(value, list):
        return next((words for one in value if (words := _words(one))), None)
    if isinstance(value, float) and not isfinite(value):
        return "must be a finite number"
    if isinstance(value, str) and any("\ud800" <= character <= "\udfff" for character in value):
        return "holds half a character"
    return None
