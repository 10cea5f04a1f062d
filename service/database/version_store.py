"""Reads the versions of the PostgreSQL server and of the database's schema."""

from dataclasses import dataclass

from sqlalchemy import Connection, text


@dataclass(frozen=True, slots=True)
class DatabaseVersion:
    """The version of the server, and the last migration that ran. `revision` None: the database was never migrated."""

    server: str
    revision: str | None


def database_version(connection: Connection) -> DatabaseVersion:
    """Return the versions of the database that the connection leads to."""
    server = str(connection.scalar(text("SHOW server_version"))).split(" ", 1)[0]
    revision: str | None = connection.scalar(text("SELECT max(version_num) FROM alembic_version"))
    return DatabaseVersion(server, revision)
