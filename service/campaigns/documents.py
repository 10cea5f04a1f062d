"""Campaign and site documents as text: YAML or JSON in, plain content and lines out, then values.

Only the plain part of YAML is read: text, whole and decimal numbers, true, false, lists, mappings. No dates, no `yes`,
no base-60 numbers, so `NO` stays a country and `22:00` a time. Repeated names, aliases and tags are refused.
"""

import json
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import yaml

from schemas.campaigns.campaign import CampaignSchema
from schemas.campaigns.site import SiteSchema
from schemas.document import Path as DocumentPath
from schemas.document import load_value, spoken
from service.campaigns.campaign import Campaign
from service.campaigns.json_documents import LinesOf, is_json_like, without_tabs
from service.campaigns.site import Site
from service.errors import InvalidDocumentError
from service.web.json_bodies import bounded_json

CAMPAIGN_SCHEMA, SITE_SCHEMA = CampaignSchema(), SiteSchema()  # made once: making one costs more than using it
STANDARD_INPUT = Path("-")
MAX_DOCUMENT_BYTES = 128 * 1024
MAX_DEPTH = 20
MAX_DIGITS = 18
_WORDS: dict[str, bool | None] = {
    spelling: value
    for word, value in (("true", True), ("false", False), ("null", None))
    for spelling in (word, word.title(), word.upper())
} | {"~": None, "": None}
_WHOLE = re.compile(r"^[-+]?(0|[1-9]\d*)\Z")
_DECIMAL = re.compile(r"^[-+]?\d+\.\d+\Z")


@dataclass(frozen=True, slots=True)
class Document:
    """A document as written. `lines`: where each part stands, counted from one."""

    content: Any
    lines: Mapping[DocumentPath, int]


def read_document(text: str | bytes, max_bytes: int = MAX_DOCUMENT_BYTES) -> Document:
    """One YAML or JSON document; raises InvalidDocumentError with the line of what cannot be read."""
    if len(text) > max_bytes:
        raise InvalidDocumentError((f"the document is longer than {max_bytes // 1024} KiB",))
    try:
        written = (text.decode("utf-8") if isinstance(text, bytes) else text).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise InvalidDocumentError(("the document is not UTF-8 text",)) from error
    if not is_json_like(written):
        return _read_yaml(written)
    try:
        return Document(bounded_json(written, max_depth=MAX_DEPTH, max_digits=MAX_DIGITS), LinesOf(written))
    except (ValueError, RecursionError):
        return _read_yaml(without_tabs(written))  # which also names the line of what is wrong


def _read_yaml(text: str) -> Document:
    try:
        node = _composed(text)
    except yaml.MarkedYAMLError as error:
        raise InvalidDocumentError((_unreadable(error),)) from error
    except (yaml.YAMLError, RecursionError) as error:
        words = "the document cannot be read: it holds characters or nesting that YAML does not allow"
        raise InvalidDocumentError((words,)) from error
    lines: dict[DocumentPath, int] = {}
    return Document(_plain(node, (), lines), lines)


def read_file(path: Path, max_bytes: int = MAX_DOCUMENT_BYTES) -> Document:
    """The same from a file, or from standard input where it is `-`; one that cannot be opened is an
    InvalidDocumentError too."""
    try:
        content = sys.stdin.buffer.read(max_bytes + 1) if path == STANDARD_INPUT else path.read_bytes()
        return read_document(content, max_bytes)
    except OSError as error:
        raise InvalidDocumentError((f"cannot be opened: {error.strerror}",)) from error


def write_document(content: object) -> str:
    """A document as YAML text that `read_document` gives back unchanged."""
    return str(
        yaml.dump(json.loads(json.dumps(content)), Dumper=_PlainDumper, sort_keys=False, allow_unicode=True, width=110)
    )


def load_campaign(content: object, lines: Mapping[DocumentPath, int] | None = None) -> Campaign:
    """The campaign a document describes; raises InvalidDocumentError naming every field that is wrong."""
    return cast("Campaign", load_value(CAMPAIGN_SCHEMA, content, lines))


def load_site(content: object, lines: Mapping[DocumentPath, int] | None = None) -> Site:
    """The site a document describes; raises InvalidDocumentError naming every field that is wrong."""
    return cast("Site", load_value(SITE_SCHEMA, content, lines))


def stored_campaign(content: object, created_at: datetime, version: int) -> Campaign:
    """A campaign as the store knows it: its age and version are the store's word, not the document's."""
    return replace(load_campaign(content), created_at=created_at, version=version)


def stored_site(content: object, created_at: datetime, version: int) -> Site:
    return replace(load_site(content), created_at=created_at, version=version)


class _PlainDumper(yaml.SafeDumper):
    """Quotes by the usual rules, which are stricter than what we read."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True


def _composed(text: str) -> yaml.Node:
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if refusal := _refusal(event, depth):
            line = event.start_mark.line + 1 if event.start_mark else 0
            raise InvalidDocumentError((f"{refusal} (line {line})",))
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    if node is None:
        raise InvalidDocumentError(("the document is empty",))
    return node


def _refusal(event: yaml.Event, depth: int) -> str | None:
    if depth > MAX_DEPTH:
        return "nested too deeply"
    if isinstance(event, yaml.AliasEvent):
        return f"aliases (*{event.anchor}) are not read here; write it out"
    if isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent) and event.tag:
        return f"tags such as !{event.tag.rpartition(':')[2]} are not read here"
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
            raise InvalidDocumentError((f"a name must be plain text (line {line})",))
        try:
            name = _whole_characters(str(key_node.value))
        except ValueError as error:
            raise InvalidDocumentError((f"a name cannot be read: {error} (line {line})",)) from error
        if name in found:
            raise InvalidDocumentError((f"{name} is written twice (line {line})",))
        lines[(*path, name)] = line
        found[name] = _plain(value_node, (*path, name), lines)
    return found


def _scalar(node: yaml.ScalarNode) -> Any:
    """Raises ValueError for what cannot be read."""
    text = _whole_characters(str(node.value))
    if node.style in {"'", '"', "|", ">"}:
        return text
    if text in _WORDS:
        return _WORDS[text]
    return _number(text)


def _whole_characters(text: str) -> str:
    """With characters that were escaped as two halves made whole, as JSON writes them."""
    try:
        return text.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError as error:
        raise ValueError("half a character is written here") from error


def _number(text: str) -> int | float | str:
    if _WHOLE.match(text) or _DECIMAL.match(text):
        if len(text) > MAX_DIGITS:
            raise ValueError(f"{text[:MAX_DIGITS]}… has too many digits")
        return int(text) if _WHOLE.match(text) else float(text)
    return text


def _unreadable(error: yaml.MarkedYAMLError) -> str:
    mark = error.problem_mark or error.context_mark
    words = error.problem or "cannot be read"
    if "expected <block end>" in words:
        words = "the indentation does not line up"
    return f"the document cannot be read: {words}" + (f" (line {mark.line + 1})" if mark else "")
