"""Change values in YAML text and keep everything else as it was typed: comments, order, quotes and empty lines.

Only the lines of a changed value are written again. If that is impossible the whole document is.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import yaml

from service.campaigns.documents import read_document, write_document
from service.errors import InvalidDocumentError

Edit: TypeAlias = tuple[int, int, str]


class _NotInPlaceError(Exception):
    """A part of the text cannot be changed by itself, so that the part around it is written again."""


@dataclass(frozen=True, slots=True)
class _Text:
    text: str

    def line_start(self, index: int) -> int:
        return self.text.rfind("\n", 0, index) + 1

    def line_end(self, index: int) -> int:
        """Return the index after the line break of a line, or the end of the text."""
        end = self.text.find("\n", index)
        return len(self.text) if end < 0 else end + 1


def with_content(text: str, content: Any) -> str:
    """Return YAML text that is read to `content`, as close to `text` as possible."""
    try:
        before = read_document(text).content
        if before == content:
            return text
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        edits = sorted(_edits(_Text(text), node, before, content)) if node else []
        changed = _applied(text, edits)
        if read_document(changed).content == content:
            return changed
    except (InvalidDocumentError, yaml.YAMLError, _NotInPlaceError):
        pass
    return _leading_comments(text) + write_document(content)


def _applied(text: str, edits: list[Edit]) -> str:
    for start, end, words in reversed(edits):
        text = text[:start] + words + text[end:]
    return text


def _edits(source: _Text, node: yaml.Node, before: Any, after: Any) -> Iterator[Edit]:
    """Yield the edits that turn a collection's text into another value. Raise _NotInPlaceError if there are none."""
    if before == after:
        return
    if isinstance(node, yaml.MappingNode) and isinstance(before, dict) and isinstance(after, dict):
        yield from _mapping_edits(source, node, before, after)
    elif isinstance(node, yaml.SequenceNode) and isinstance(before, list) and isinstance(after, list):
        yield from _sequence_edits(source, node, before, after)
    else:
        raise _NotInPlaceError


def _mapping_edits(source: _Text, node: yaml.MappingNode, before: Any, after: Any) -> Iterator[Edit]:
    if node.flow_style or not (before.keys() & after.keys()):
        raise _NotInPlaceError
    for key_node, value_node in node.value:
        name = key_node.value
        if name not in after:
            yield _removal(source, key_node, value_node)
        elif before[name] != after[name]:
            yield from _entry_edits(source, (key_node, value_node), before[name], after[name])
    added = {name: value for name, value in after.items() if name not in before}
    if added:
        last = source.line_end(_end(node) - 1) if _end(node) else 0
        yield _insertion(source, last, write_document(added), node.start_mark.column)


def _entry_edits(source: _Text, pair: tuple[yaml.Node, yaml.Node], before: Any, after: Any) -> Iterator[Edit]:
    key_node, value_node = pair
    try:
        yield from list(_edits(source, value_node, before, after))
    except _NotInPlaceError:
        name = key_node.value
        column = key_node.start_mark.column
        words = _indented(write_document({name: after}).rstrip("\n"), column)
        yield key_node.start_mark.index, max(_end(value_node), key_node.end_mark.index + 1), words.lstrip(" ")


def _sequence_edits(source: _Text, node: yaml.SequenceNode, before: list[Any], after: list[Any]) -> Iterator[Edit]:
    if node.flow_style or not before or not after:
        raise _NotInPlaceError
    column = node.start_mark.column
    for item_node, old, new in zip(node.value, before, after, strict=False):
        if old != new:
            yield from _item_edits(source, item_node, old, new, column)
    for item_node in node.value[len(after) :]:
        start = source.line_start(item_node.start_mark.index)
        yield start, source.line_end(max(_end(item_node) - 1, start)), ""
    if len(after) > len(before):
        yield _insertion(source, source.line_end(_end(node) - 1), write_document(after[len(before) :]), column)


def _item_edits(source: _Text, node: yaml.Node, old: Any, new: Any, column: int) -> Iterator[Edit]:
    try:
        yield from list(_edits(source, node, old, new))
    except _NotInPlaceError:
        dash = source.text.rfind("-", source.line_start(node.start_mark.index), node.start_mark.index + 1)
        if dash < 0:
            raise
        words = _indented(write_document([new]).rstrip("\n"), column)
        yield dash, max(_end(node), dash + 1), words.lstrip(" ")


def _removal(source: _Text, key_node: yaml.Node, value_node: yaml.Node) -> Edit:
    start = source.line_start(key_node.start_mark.index)
    if source.text[start : key_node.start_mark.index].strip():
        raise _NotInPlaceError  # the field follows a dash on its line
    return start, source.line_end(max(_end(value_node), key_node.end_mark.index) - 1), ""


def _insertion(source: _Text, at: int, words: str, column: int) -> Edit:
    is_line_open = at > 0 and not source.text[:at].endswith("\n")
    return at, at, ("\n" if is_line_open else "") + _indented(words.rstrip("\n"), column) + "\n"


def _end(node: yaml.Node) -> int:
    """Return the index after the last character of a node's last value, without the blank lines and comments after."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return max(_end(part) for part in last) if isinstance(last, tuple) else _end(last)
    end: int = node.end_mark.index
    buffer = node.end_mark.buffer
    if isinstance(node, yaml.ScalarNode) and node.style in {"|", ">"} and isinstance(buffer, str):
        block = buffer[node.start_mark.pointer :][: end - node.start_mark.index]
        return node.start_mark.index + len(block.rstrip())
    return end


def _indented(words: str, column: int) -> str:
    return "\n".join(" " * column + line if line else line for line in words.split("\n"))


def _leading_comments(text: str) -> str:
    lines = text.split("\n")
    count = next((at for at, line in enumerate(lines) if line.strip() and not line.startswith("#")), len(lines))
    return "".join(line + "\n" for line in lines[:count] if line.startswith("#"))
