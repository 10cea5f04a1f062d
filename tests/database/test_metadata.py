"""The tables defined in code are equal to the tables that the migrations create."""

from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

import service.app  # every capability's tables
from service.database.engine import owner_engine
from service.database.metadata import metadata


def is_ours(_object: Any, name: str | None, kind: str, *_: Any) -> bool:
    """Leave out the job queue's tables, which procrastinate defines."""
    return not (kind == "table" and name is not None and name.startswith("procrastinate"))


def test_migrations_and_code_agree(database_address: str) -> None:
    owner = owner_engine(database_address)
    with owner.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_object": is_ours})
        differences = compare_metadata(context, metadata)
    owner.dispose()

    assert service.app is not None
    assert differences == []
