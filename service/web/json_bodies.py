"""Strict JSON: refuses NaN, infinite numbers, repeated names and invalid surrogate pairs, which Python accepts.

`what_is_wrong` explains, by field, why a body was refused.
"""

import json
from collections import Counter
from collections.abc import Callable
from math import isfinite
from typing import Any

MAX_NAME = 64  # characters of a field's name that an answer repeats
EXTRA_DIGITS = 8  # for a sign, a decimal point and an exponent


class RefusedJSONError(ValueError):
    """The JSON is valid, but repeats a name, or its nesting or a number exceeds a bound."""


def strict_json(text: str) -> Any:
    """Parse strict JSON. Raise ValueError or RecursionError if the text is not JSON or is refused."""
    return _checked(_decode(text), text)


def bounded_json(text: str, *, max_depth: int, max_digits: int) -> Any:
    """Parse strict JSON with bounded nesting and numbers. Raise ValueError or RecursionError if it is refused."""

    def number(digits: str) -> int | float:
        if len(digits) > max_digits + EXTRA_DIGITS:
            raise RefusedJSONError(digits[:max_digits])
        return _finite_float(digits) if set(digits) & set(".eE") else int(digits)

    content = _checked(_decoder(parse_int=number, parse_float=number)(text), text)
    if _depth(content, max_depth) > max_depth:
        raise RefusedJSONError("nested too deeply")
    return content


def what_is_wrong(raw: bytes) -> dict[str, list[str]]:
    """Return what is wrong with a refused body, by field name. The name `body` is an error outside all fields."""
    problems: dict[str, list[str]] = {}

    def note(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        times = Counter(name for name, _ in pairs)
        for name, value in pairs:
            words = "is written twice" if times[name] > 1 else _words(value) or _words(name)
            if words:
                problems[name[:MAX_NAME]] = [words]
        return dict(pairs)

    try:
        json.loads(raw.decode("utf-8"), object_pairs_hook=note)
    except UnicodeDecodeError:
        return {"body": ["is not UTF-8 text; send it with that encoding"]}
    except RecursionError:
        return {"body": ["is nested too deeply"]}
    except ValueError as error:
        return {"body": [f"is not JSON: {error}"]}
    return problems or {"body": ["contains a value that cannot be read"]}


def _words(value: Any) -> str | None:
    """Return what is wrong with a value, or None. Objects within it are checked separately."""
    if isinstance(value, list):
        return next((words for item in value if (words := _words(item))), None)
    if isinstance(value, float) and not isfinite(value):
        return "must be a finite number"
    if isinstance(value, str) and any("\ud800" <= character <= "\udfff" for character in value):
        return "contains an invalid surrogate pair; send the character itself"
    return None


def _checked(content: Any, text: str) -> Any:
    """Return the content. Raise ValueError if it contains an invalid surrogate pair, which only an escape can write."""
    if "\\" in text and ("\\ud" in text or "\\uD" in text):
        json.dumps(content, ensure_ascii=False).encode()
    return content


def _refuse_constant(name: str) -> None:
    raise RefusedJSONError(name)


def _finite_float(digits: str) -> float:
    number = float(digits)
    if not isfinite(number):
        raise RefusedJSONError(digits)
    return number


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise RefusedJSONError("a name is repeated")
    return found


def _depth(content: Any, most: int) -> int:
    """Return how deeply lists and objects are nested, or `most` + 1 if the content is deeper."""
    inner = content.values() if isinstance(content, dict) else content if isinstance(content, list) else None
    if inner is None or most < 0:
        return 0
    return 1 + max((_depth(item, most - 1) for item in inner), default=0)


def _decoder(
    *, parse_int: Callable[[str], int | float] | None = None, parse_float: Callable[[str], float] = _finite_float
) -> Callable[[str], Any]:
    return json.JSONDecoder(
        parse_constant=_refuse_constant,
        parse_int=parse_int,
        parse_float=parse_float,
        object_pairs_hook=_without_repeats,
    ).decode


_decode = _decoder()
