"""Read and write the documents of campaigns and sites, as YAML or JSON, and load them into values.

Only plain YAML is read: text, whole and decimal numbers, true, false, null, lists and mappings. There are no dates, no
`yes` and no base-60 numbers, so `NO` stays a country code and `22:00` a time. Repeated names, aliases and tags are
refused. The line numbers of a JSON document are found by reading it as YAML, and only if an error needs them.
"""

import json
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import yaml

from schemas.campaigns.campaign import CampaignSchema
from schemas.campaigns.site import SiteSchema
from schemas.document import Path as DocumentPath
from schemas.document import load_value, problems_by_path, spoken
from schemas.fields import KEY_PATTERN
from schemas.outline import outline
from service.campaigns.campaign import Campaign
from service.campaigns.site import Site
from service.campaigns.words.shape import long_form
from service.errors import InvalidDocumentError
from service.web.json_bodies import bounded_json

CAMPAIGN_SCHEMA, SITE_SCHEMA = CampaignSchema(), SiteSchema()  # built once: building a schema takes longer than a load
CAMPAIGN_SHAPE, SITE_SHAPE = outline(CAMPAIGN_SCHEMA), outline(SITE_SCHEMA)
STANDARD_INPUT = Path("-")
MAX_DOCUMENT_BYTES = 128 * 1024
MAX_DEPTH = 20
MIN_NODES, BYTES_PER_NODE = 1000, 8  # text with many tiny values takes a hundred times as long to read as other text
MAX_DIGITS = 18
_WORDS: dict[str, bool | None] = {
    spelling: value
    for word, value in (("true", True), ("false", False), ("null", None))
    for spelling in (word, word.title(), word.upper())
} | {"~": None, "": None}
_WHOLE = re.compile(r"^[-+]?(0|[1-9]\d*)\Z")
_DECIMAL = re.compile(r"^[-+]?\d+\.\d+\Z")
_QUICK_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_JSON_ESCAPE = re.compile(r"\\.")  # YAML treats some JSON escapes differently; no escape affects a line number


class LineNumbers(Mapping[DocumentPath, int]):
    """The line of each part of a JSON text, counted from one; empty if the text cannot be read as YAML."""

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def _lines(self) -> dict[DocumentPath, int]:
        lines: dict[DocumentPath, int] = {}
        with suppress(yaml.YAMLError):
            text = _JSON_ESCAPE.sub("__", _without_tabs(self._text))
            _note_lines(yaml.compose(text, Loader=_QUICK_LOADER), (), lines)
        return lines

    def __getitem__(self, path: DocumentPath) -> int:
        return self._lines[path]

    def __iter__(self) -> Iterator[DocumentPath]:
        return iter(self._lines)

    def __len__(self) -> int:
        return len(self._lines)


@dataclass(frozen=True, slots=True)
class Document:
    """The content of a document, and the line of each of its parts, counted from one.

    `text`: the document as it was written, if it is YAML, with its comments.
    """

    content: Any
    lines: Mapping[DocumentPath, int]
    text: str | None = None


def read_document(text: str | bytes, max_bytes: int = MAX_DOCUMENT_BYTES) -> Document:
    """Read a YAML or JSON document. Raise InvalidDocumentError, with the line, if it cannot be read."""
    if len(text) > max_bytes:
        raise InvalidDocumentError((f"the document is longer than {max_bytes // 1024} KiB; shorten it",))
    try:
        written = (text.decode("utf-8") if isinstance(text, bytes) else text).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise InvalidDocumentError(("the document is not UTF-8 text; save it with that encoding",)) from error
    if written.lstrip()[:1] not in {"{", "["}:
        return _read_yaml(written)
    try:
        return Document(bounded_json(written, max_depth=MAX_DEPTH, max_digits=MAX_DIGITS), LineNumbers(written))
    except (ValueError, RecursionError):
        return _read_yaml(_without_tabs(written))  # finds the line of the error


def _read_yaml(text: str) -> Document:
    try:
        node = _composed(text)
    except yaml.MarkedYAMLError as error:
        raise InvalidDocumentError((_unreadable(error),)) from error
    except (yaml.YAMLError, RecursionError) as error:
        words = "the document cannot be read: it contains control characters or nesting that YAML does not allow"
        raise InvalidDocumentError((words,)) from error
    lines: dict[DocumentPath, int] = {}
    return Document(_plain(node, (), lines), lines, text)


def read_file(path: Path, max_bytes: int = MAX_DOCUMENT_BYTES) -> Document:
    """Read a document from a file, or from standard input if the path is `-`.

    Raise InvalidDocumentError if the file cannot be opened or the document cannot be read.
    """
    try:
        content = sys.stdin.buffer.read(max_bytes + 1) if path == STANDARD_INPUT else path.read_bytes()
        return read_document(content, max_bytes)
    except OSError as error:
        raise InvalidDocumentError((f"cannot be opened: {error.strerror}",)) from error


def write_document(content: object) -> str:
    """Return a document as YAML text. `read_document` reads the text back to equal content."""
    return str(
        yaml.dump(json.loads(json.dumps(content)), Dumper=_PlainDumper, sort_keys=False, allow_unicode=True, width=110)
    )


def load_campaign(content: object, lines: Mapping[DocumentPath, int] | None = None) -> Campaign:
    """Load a campaign from a document's content. Raise InvalidDocumentError, naming every wrong field."""
    return cast("Campaign", load_value(CAMPAIGN_SCHEMA, content, lines))


def load_site(content: object, lines: Mapping[DocumentPath, int] | None = None) -> Site:
    """Load a site from a document's content. Raise InvalidDocumentError, naming every wrong field."""
    return cast("Site", load_value(SITE_SCHEMA, content, lines))


def campaign_problems(content: object) -> tuple[tuple[DocumentPath, str], ...]:
    """Return what is wrong with a campaign, by the path of each wrong field in its long form."""
    return problems_by_path(CAMPAIGN_SCHEMA, long_form(CAMPAIGN_SHAPE, content))


def site_problems(content: object) -> tuple[tuple[DocumentPath, str], ...]:
    """Return what is wrong with a site, by the path of each wrong field in its long form."""
    return problems_by_path(SITE_SCHEMA, long_form(SITE_SHAPE, content))


def is_key(text: str) -> bool:
    """Return whether a text can be the key of a document."""
    return re.match(KEY_PATTERN, text) is not None


def stored_campaign(content: object, created_at: datetime, version: int) -> Campaign:
    """Load a stored campaign. `created_at` and `version` come from the store, not from the document."""
    return replace(load_campaign(content), created_at=created_at, version=version)


def stored_site(content: object, created_at: datetime, version: int) -> Site:
    """Load a stored site. `created_at` and `version` come from the store."""
    return replace(load_site(content), created_at=created_at, version=version)


class _PlainDumper(yaml.SafeDumper):
    """Quotes text by YAML's usual rules, which are stricter than our reader, and writes no aliases."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True


def _composed(text: str) -> yaml.Node:
    depth = count = 0
    most = MIN_NODES + len(text) // BYTES_PER_NODE
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        count += isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent)
        refusal = _refusal(event, depth) if count <= most else f"the document has more than {most} values; shorten it"
        if refusal:
            line = event.start_mark.line + 1 if event.start_mark else 0
            raise InvalidDocumentError((f"{refusal} (line {line})",))
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    if node is None:
        raise InvalidDocumentError(("the document is empty",))
    return node


def _refusal(event: yaml.Event, depth: int) -> str | None:
    if depth > MAX_DEPTH:
        return f"the document is nested too deeply, to more than {MAX_DEPTH} levels"
    if isinstance(event, yaml.AliasEvent):
        return f"the alias *{event.anchor} is not supported; write the value out"
    if isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent) and event.tag:
        return f"the tag !{event.tag.rpartition(':')[2]} is not supported; remove it"
    return None


def _plain(node: yaml.Node, path: DocumentPath, lines: dict[DocumentPath, int]) -> Any:
    line = node.start_mark.line + 1
    lines.setdefault(path, line)
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, lines)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(inner, (*path, index), lines) for index, inner in enumerate(node.value)]
    try:
        return _scalar(cast("yaml.ScalarNode", node))
    except ValueError as error:
        raise InvalidDocumentError((f"{spoken(path)}: {error} (line {line})",)) from error


def _mapping(node: yaml.MappingNode, path: DocumentPath, lines: dict[DocumentPath, int]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            raise InvalidDocumentError((f"a field name must be plain text (line {line})",))
        try:
            name = _whole_characters(str(key_node.value))
        except ValueError as error:
            raise InvalidDocumentError((f"a field name cannot be read: {error} (line {line})",)) from error
        if name in found:
            raise InvalidDocumentError((f"{name} is written twice (line {line})",))
        lines[(*path, name)] = line
        found[name] = _plain(value_node, (*path, name), lines)
    return found


def _scalar(node: yaml.ScalarNode) -> Any:
    """Return the text, number, boolean or None that a node stands for. Raise ValueError if it cannot be read."""
    text = _whole_characters(str(node.value))
    if node.style in {"'", '"', "|", ">"}:
        return text
    if text in _WORDS:
        return _WORDS[text]
    return _number(text)


def _whole_characters(text: str) -> str:
    """Join surrogate pairs, which JSON writes as two escapes. Raise ValueError if a half is missing."""
    try:
        return text.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError as error:
        raise ValueError("invalid surrogate pair; write the character itself") from error


def _number(text: str) -> int | float | str:
    if _WHOLE.match(text) or _DECIMAL.match(text):
        if len(text) > MAX_DIGITS:
            raise ValueError(f"{text[:MAX_DIGITS]}… has too many digits; at most {MAX_DIGITS} are read")
        return int(text) if _WHOLE.match(text) else float(text)
    return text


def _unreadable(error: yaml.MarkedYAMLError) -> str:
    mark = error.problem_mark or error.context_mark
    words = error.problem or "cannot be read"
    if "expected <block end>" in words:
        words = "the indentation does not line up"
    return f"the document cannot be read: {words}" + (f" (line {mark.line + 1})" if mark else "")


def _without_tabs(text: str) -> str:
    """Replace tabs by spaces: JSON may be indented with tabs, YAML may not. JSON strings never contain a bare tab."""
    return text.replace("\t", " ")


def _note_lines(node: yaml.Node | None, path: DocumentPath, lines: dict[DocumentPath, int]) -> None:
    """Add the line of a node and of everything within it to `lines`."""
    if node is None:
        return
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            lines[(*path, str(key.value))] = key.start_mark.line + 1
            _note_lines(value, (*path, str(key.value)), lines)
    elif isinstance(node, yaml.SequenceNode):
        for index, inner in enumerate(node.value):
            _note_lines(inner, (*path, index), lines)
