"""The account mappings that were applied. Every version is kept; the newest version of a layout is in force."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Connection, Integer, Table, Text, func, insert, select

from service.database.columns import INSTANT
from service.database.metadata import metadata
from service.exports.request import Layout

MAPPING_LOCK = 0x6B6F_6D70  # advisory lock: one transaction at a time numbers a version

account_mappings = Table(
    "account_mappings",
    metadata,
    Column("layout", Text, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("document", Text, nullable=False),
    Column("applied_by", Text, nullable=False),
    Column("applied_at", INSTANT, nullable=False),
)


@dataclass(frozen=True, slots=True)
class MappingVersion:
    """A version of a layout's mapping; `document` is its YAML text as it was applied."""

    layout: Layout
    version: int
    document: str


def find_mapping(connection: Connection, layout: Layout, version: int | None = None) -> MappingVersion | None:
    """Return the version of a layout's mapping that is in force, or the given one; None if there is none."""
    mapping = account_mappings.c
    statement = (
        select(mapping.version, mapping.document)
        .where(mapping.layout == layout.value)
        .order_by(mapping.version.desc())
        .limit(1)
    )
    if version is not None:
        statement = statement.where(mapping.version == version)
    row = connection.execute(statement).first()
    return MappingVersion(layout, row.version, row.document) if row else None


def add_mapping(connection: Connection, layout: Layout, document: str, applied_by: str, now: datetime) -> int:
    """Save a document as a new version, unless it equals the one in force; return the number of its version."""
    connection.execute(select(func.pg_advisory_xact_lock(MAPPING_LOCK)))
    newest = find_mapping(connection, layout)
    if newest is not None and newest.document == document:
        return newest.version
    version = newest.version + 1 if newest else 1
    connection.execute(
        insert(account_mappings).values(
            layout=layout.value, version=version, document=document, applied_by=applied_by, applied_at=now
        )
    )
    return version
