"""Line numbers of documents written as JSON. They are read from the text as YAML, only once something is wrong."""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cached_property
from typing import Any

import yaml

from schemas.document import Path as DocumentPath

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_ESCAPE = re.compile(r"\\.")  # YAML treats some JSON escapes differently; no escape affects a line number


class LinesOf(Mapping[DocumentPath, int]):
    """The line of each part of a JSON text, counted from one; empty if YAML cannot read the text."""

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


def without_tabs(text: str) -> str:
    """Replace tabs by spaces: JSON may be indented with tabs, YAML may not. JSON strings never hold a bare tab."""
    return text.replace("\t", " ")


def is_json_like(text: str) -> bool:
    return text.lstrip()[:1] in {"{", "["}


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
