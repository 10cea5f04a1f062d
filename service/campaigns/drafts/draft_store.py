"""The table of drafts: what a person has typed into a document, saved by itself, and not yet a version."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Connection, Index, Integer, Table, Text, delete, select
from sqlalchemy.dialects.postgresql import insert

from service.campaigns.store import DocumentKind
from service.database.columns import INSTANT
from service.database.metadata import metadata

drafts = Table(
    "drafts",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("person", Text, primary_key=True),
    Column("site", Text, nullable=False),
    Column("based_on", Integer),
    Column("content", JSON, nullable=False),
    Column("text", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("saved_in", Text, nullable=False),
    Column("saved_at", INSTANT, nullable=False),
    Index("ix_drafts_site", "site"),
)


@dataclass(frozen=True, slots=True)
class DocumentDraft:
    """What a person has typed into a document, right or wrong.

    - `based_on`: the version that it started from; None if the document has no version yet.
    - `text`: the document as YAML, with its comments. It is read to `content`, or cannot be read as YAML.
    - `revision`: how often the draft was saved; 0 if it is not saved yet. `saved_in`: the window that saved it last.
    """

    kind: DocumentKind
    key: str
    person: str
    site: str
    based_on: int | None
    content: Any
    text: str
    revision: int
    saved_at: datetime
    saved_in: str = ""


def find_draft(connection: Connection, kind: DocumentKind, key: str, person: str) -> DocumentDraft | None:
    """Return a person's draft of a document, or None. The row is locked until the transaction ends."""
    if not key.isprintable():
        return None
    query = select(drafts).where(drafts.c.kind == kind, drafts.c.key == key, drafts.c.person == person)
    row = connection.execute(query.with_for_update()).one_or_none()
    return None if row is None else _draft(row._mapping)


def list_drafts(connection: Connection, site: str) -> tuple[DocumentDraft, ...]:
    """Return all drafts of a site and its campaigns, by key and person."""
    query = select(drafts).where(drafts.c.site == site).order_by(drafts.c.kind, drafts.c.key, drafts.c.person)
    return tuple(_draft(row._mapping) for row in connection.execute(query))


def keep_draft(connection: Connection, draft: DocumentDraft) -> DocumentDraft:
    """Save a draft in the place of the person's earlier draft, and return it with its next revision."""
    saved = replace(draft, revision=draft.revision + 1)
    values = {column.name: getattr(saved, column.name) for column in drafts.columns}
    row = insert(drafts).values(**values)
    connection.execute(row.on_conflict_do_update(index_elements=["kind", "key", "person"], set_=values))
    return saved


def discard_draft(connection: Connection, kind: DocumentKind, key: str, person: str) -> None:
    """Delete a person's draft of a document, if there is one."""
    connection.execute(delete(drafts).where(drafts.c.kind == kind, drafts.c.key == key, drafts.c.person == person))


def _draft(row: Mapping[Any, Any]) -> DocumentDraft:
    return DocumentDraft(**{**row, "kind": DocumentKind(row["kind"])})
