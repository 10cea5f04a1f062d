"""Documents written as JSON. Their lines are only looked for once something is wrong, by reading them as YAML."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cached_property
from math import isfinite
from typing import Any

import yaml

from schemas.document import Path as DocumentPath

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_ESCAPE = re.compile(r"\\.")  # YAML reads some of JSON's escapes otherwise, and lines do not hang on them


class RefusedJSONError(ValueError):
    """JSON that is read nowhere here: NaN, names written twice, nesting or numbers beyond bounds, half characters."""


class LinesOf(Mapping[DocumentPath, int]):
    """Where each part of a JSON text stands, counted from one; nowhere where YAML cannot read it."""

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def _lines(self) -> dict[DocumentPath, int]:
        lines: dict[DocumentPath, int] = {}
        with suppress(yaml.YAMLError):
            _note(yaml.compose(_ESCAPE.sub("__", without_tabs(self._text)), Loader=_LOADER), (), lines)
        return lines

    def __getitem__(self, path: DocumentPath) -> int:
        return self._lines[path]

    def __iter__(self) -> Iterator[DocumentPath]:
        return iter(self._lines)

    def __len__(self) -> int:
        return len(self._lines)


def plain_json(text: str, *, max_depth: int, max_digits: int) -> Any:
    """What the text says. Raises ValueError or RecursionError for what is not JSON, or not of the kind read here."""

    def number(digits: str) -> int | float:
        found = float(digits) if set(digits) & set(".eE") else int(digits)
        if len(digits) > max_digits + 8 or not isfinite(found):
            raise RefusedJSONError(digits[:max_digits])
        return found

    content = json.loads(
        text, parse_constant=_refuse, parse_int=number, parse_float=number, object_pairs_hook=_without_repeats
    )
    if "\\u" in text:
        json.dumps(content, ensure_ascii=False).encode()
    if _depth(content, max_depth) > max_depth:
        raise RefusedJSONError("nested too deeply")
    return content


def without_tabs(text: str) -> str:
    """JSON may be indented with tabs, which YAML does not allow; inside its texts they cannot stand."""
    return text.replace("\t", " ")


def is_json_like(text: str) -> bool:
    return text.lstrip()[:1] in {"{", "["}


def _refuse(name: str) -> None:
    raise RefusedJSONError(name)


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise RefusedJSONError("a name is written twice")
    return found


def _depth(content: Any, most: int) -> int:
    inner = content.values() if isinstance(content, dict) else content if isinstance(content, list) else None
    if inner is None or most < 0:
        return 0
    return 1 + max((_depth(one, most - 1) for one in inner), default=0)


def _note(node: yaml.Node | None, path: DocumentPath, lines: dict[DocumentPath, int]) -> None:
    if node is None:
        return
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            lines[(*path, str(key.value))] = key.start_mark.line + 1
            _note(value, (*path, str(key.value)), lines)
    elif isinstance(node, yaml.SequenceNode):
        for index, inner in enumerate(node.value):
            _note(inner, (*path, index), lines)
