"""The tables of documents, their versions, and the record of changes. Versions and changes are only added."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Connection,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    and_,
    case,
    func,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from service.database.columns import INSTANT
from service.database.metadata import metadata

KEPT_SITE_VERSIONS = 10  # older versions of a site that are looked through if the one in force cannot be read


class DocumentKind(StrEnum):
    """The two kinds of document that editors write."""

    SITE = "site"
    CAMPAIGN = "campaign"


documents = Table(
    "documents",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("site", Text, nullable=False),
    Column("created_at", INSTANT, nullable=False),
    Column("newest_version", Integer, nullable=False),
    Column("published_version", Integer),
    Column("scheduled_version", Integer),
    Column("scheduled_at", INSTANT),
    CheckConstraint("kind IN ('site', 'campaign')", name="kind"),
    CheckConstraint("(scheduled_version IS NULL) = (scheduled_at IS NULL)", name="scheduled"),
)
document_versions = Table(
    "document_versions",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("content", JSON, nullable=False),  # not JSONB, which would lose the order of fields
    Column("saved_at", INSTANT, nullable=False),
    Column("saved_by", Text, nullable=False),
    Column("text", Text),
    ForeignKeyConstraint(["kind", "key"], ["documents.kind", "documents.key"]),
)
snapshots = Table(
    "snapshots",
    metadata,
    Column("is_only", Boolean, primary_key=True),
    Column("number", BigInteger, nullable=False),
    CheckConstraint("is_only", name="is_only"),
)
changes = Table(
    "changes",
    metadata,
    Column("change_id", BigInteger, Identity(always=True), primary_key=True),
    Column("changed_at", INSTANT, nullable=False),
    Column("changed_by", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("version", Integer),
    Column("note", Text, nullable=False),
    Index("ix_changes_kind_key", "kind", "key"),
)


@dataclass(frozen=True, slots=True)
class DocumentState:
    """The state of a document: its newest, published and scheduled versions.

    From `scheduled_at` on, `scheduled_version` is in force; the row need not change for that.
    """

    kind: DocumentKind
    key: str
    site: str
    created_at: datetime
    newest_version: int
    published_version: int | None
    scheduled_version: int | None = None
    scheduled_at: datetime | None = None

    def version_in_force(self, now: datetime) -> int | None:
        """Return the version that readers are shown at `now`, or None if no version is published."""
        is_due = self.scheduled_at is not None and self.scheduled_at <= now
        return self.scheduled_version if is_due else self.published_version


@dataclass(frozen=True, slots=True)
class DocumentVersion:
    """A saved version of a document. `content` is the document as the editor wrote it.

    `text`: the document as YAML with its comments, or None if it was sent without them.
    """

    kind: DocumentKind
    key: str
    version: int
    content: Any
    saved_at: datetime
    saved_by: str
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """A line of the record of changes. `act` is save, publish, cancel, pause or resume."""

    changed_at: datetime
    changed_by: str
    act: str
    kind: str
    key: str
    version: int | None
    note: str


def next_number(connection: Connection) -> int:
    """Raise and return the snapshot's number, so that every process loads the change.

    The update locks the row, so writers wait for each other until they commit.
    """
    raised = update(snapshots).values(number=snapshots.c.number + 1).returning(snapshots.c.number)
    return int(connection.execute(raised).scalar_one())


def current_number(connection: Connection) -> int:
    """Return the snapshot's number. It grows with every change that matters to decisions."""
    return int(connection.execute(select(snapshots.c.number)).scalar_one())


def find_document(connection: Connection, kind: DocumentKind, key: str) -> DocumentState | None:
    """Return the state of a document, or None if it does not exist.

    Return None for an unprintable key too: PostgreSQL would refuse a NUL in it.
    """
    if not key.isprintable():
        return None
    row = connection.execute(select(documents).where(documents.c.kind == kind, documents.c.key == key)).one_or_none()
    return None if row is None else _state(row._mapping)


def list_documents(connection: Connection, kind: DocumentKind, site: str | None = None) -> tuple[DocumentState, ...]:
    """Return all documents of a kind, or those of a site, ordered by key."""
    query = select(documents).where(documents.c.kind == kind).order_by(documents.c.key)
    if site is not None:
        query = query.where(documents.c.site == site)
    return tuple(_state(row._mapping) for row in connection.execute(query))


def insert_document(connection: Connection, state: DocumentState) -> None:
    connection.execute(insert(documents).values(**_columns(state)))


def update_document(connection: Connection, state: DocumentState) -> None:
    values = _columns(state)
    where = (documents.c.kind == state.kind, documents.c.key == state.key)
    connection.execute(update(documents).where(*where).values(values))


def insert_version(connection: Connection, version: DocumentVersion) -> None:
    connection.execute(
        insert(document_versions).values(
            kind=version.kind,
            key=version.key,
            version=version.version,
            content=version.content,
            saved_at=version.saved_at,
            saved_by=version.saved_by,
            text=version.text,
        )
    )


def find_version(connection: Connection, kind: DocumentKind, key: str, version: int) -> DocumentVersion | None:
    """Return a version of a document, or None if it does not exist."""
    table = document_versions
    query = select(table).where(table.c.kind == kind, table.c.key == key, table.c.version == version)
    row = connection.execute(query).one_or_none()
    return None if row is None else _version(row._mapping)


def list_versions(connection: Connection, kind: DocumentKind, key: str, limit: int) -> tuple[DocumentVersion, ...]:
    """Return the newest `limit` versions of a document, newest first."""
    table = document_versions
    query = select(table).where(table.c.kind == kind, table.c.key == key).order_by(table.c.version.desc()).limit(limit)
    return tuple(_version(row._mapping) for row in connection.execute(query))


def versions_in_force(connection: Connection, now: datetime) -> tuple[DocumentVersion, ...]:
    """Return the version in force at `now` of every document that has one."""
    in_force = case(
        (documents.c.scheduled_at <= now, documents.c.scheduled_version), else_=documents.c.published_version
    )
    return _joined(connection, in_force)


def older_site_versions(connection: Connection) -> tuple[DocumentVersion, ...]:
    """Return the versions before the one in force of every site, newest first, at most KEPT_SITE_VERSIONS of each."""
    table, in_force = document_versions, documents.c.published_version
    is_older = table.c.version.between(in_force - KEPT_SITE_VERSIONS, in_force - 1)
    same = and_(table.c.kind == documents.c.kind, table.c.key == documents.c.key, is_older)
    query = select(table).join(documents, same).where(table.c.kind == DocumentKind.SITE.value)
    rows = connection.execute(query.order_by(table.c.key, table.c.version.desc()))
    return tuple(_version(row._mapping) for row in rows)


def newest_versions(connection: Connection) -> tuple[DocumentVersion, ...]:
    """Return the newest version of every document."""
    return _joined(connection, documents.c.newest_version)


def _joined(connection: Connection, version: Any) -> tuple[DocumentVersion, ...]:
    table = document_versions
    same = and_(table.c.kind == documents.c.kind, table.c.key == documents.c.key, table.c.version == version)
    query = select(table).join(documents, same).order_by(table.c.kind, table.c.key)
    return tuple(_version(row._mapping) for row in connection.execute(query))


def creation_times(connection: Connection) -> dict[tuple[DocumentKind, str], datetime]:
    """Return when every document was first saved, by kind and key."""
    rows = connection.execute(select(documents.c.kind, documents.c.key, documents.c.created_at))
    return {(DocumentKind(kind), key): created_at for kind, key, created_at in rows}


def due_documents(connection: Connection, now: datetime) -> tuple[DocumentState, ...]:
    """Return the documents whose scheduled version has come into force, and lock their rows."""
    query = select(documents).where(documents.c.scheduled_at <= now).order_by(documents.c.kind, documents.c.key)
    return tuple(_state(row._mapping) for row in connection.execute(query.with_for_update()))


def next_scheduled_at(connection: Connection, now: datetime) -> datetime | None:
    """Return the next instant at which a scheduled version comes into force, or None if nothing is scheduled."""
    query = select(func.min(documents.c.scheduled_at)).where(documents.c.scheduled_at > now)
    found: datetime | None = connection.execute(query).scalar()
    return found


def insert_change(connection: Connection, change: Change) -> None:
    connection.execute(
        insert(changes).values(
            changed_at=change.changed_at,
            changed_by=change.changed_by,
            act=change.act,
            kind=change.kind,
            key=change.key,
            version=change.version,
            note=change.note,
        )
    )


def list_changes(connection: Connection, kind: str, key: str, limit: int) -> tuple[Change, ...]:
    """Return the newest `limit` changes of a document or switch, newest first."""
    query = select(changes).where(changes.c.kind == kind, changes.c.key == key).order_by(changes.c.change_id.desc())
    return tuple(
        Change(row.changed_at, row.changed_by, row.act, row.kind, row.key, row.version, row.note)
        for row in connection.execute(query.limit(limit))
    )


def _columns(state: DocumentState) -> dict[str, Any]:
    return {column.name: getattr(state, column.name) for column in documents.columns}


def _state(row: Mapping[Any, Any]) -> DocumentState:
    return DocumentState(**{**row, "kind": DocumentKind(row["kind"])})


def _version(row: Mapping[Any, Any]) -> DocumentVersion:
    return DocumentVersion(**{**row, "kind": DocumentKind(row["kind"])})
