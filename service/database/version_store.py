"""Reads the version of the PostgreSQL server."""

from sqlalchemy import Connection, text


def server_version(connection: Connection) -> str:
    """Return the version of the server that the connection leads to, such as `18.1`."""
    return str(connection.scalar(text("SHOW server_version"))).split(" ", 1)[0]
