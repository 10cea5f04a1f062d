"""Account mappings as they were written: every version is kept, the newest of a layout is in force."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Connection, Integer, Table, Text, func, insert, select

from service.database.columns import INSTANT
from service.database.metadata import metadata
from service.exports.export import Layout

MAPPING_LOCK = 0x6B6F_6D70  # advisory lock: versions of a layout follow each other

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
    """One version of a layout's mapping: the YAML text as it was applied."""

    layout: Layout
    version: int
    document: str


def find_mapping(connection: Connection, layout: Layout) -> MappingVersion | None:
    """The mapping in force."""
    c = account_mappings.c
    statement = select(c.version, c.document).where(c.layout == layout.value).order_by(c.version.desc()).limit(1)
    row = connection.execute(statement).first()
    return MappingVersion(layout, row.version, row.document) if row else None


def add_mapping(connection: Connection, layout: Layout, document: str, applied_by: str, now: datetime) -> int:
    """Keep a new version and return its number; a document equal to the one in force adds nothing."""
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
