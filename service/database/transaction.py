"""Transactions that raise StoreUnavailableError if they fail."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import psycopg
from sqlalchemy import Connection, Engine, PoolProxiedConnection
from sqlalchemy.exc import SQLAlchemyError

from service.database.reasons import reason_of
from service.errors import StoreUnavailableError

DriverConnection = psycopg.Connection[tuple[Any, ...]]


@contextmanager
def store_errors_translated() -> Iterator[None]:
    """Translate the errors of SQLAlchemy and psycopg, whatever they are, to StoreUnavailableError."""
    try:
        yield
    except (SQLAlchemyError, psycopg.Error) as error:
        message = "the database could not be reached or did not commit; try again"
        raise StoreUnavailableError(message, reason_of(error)) from error


@contextmanager
def committed(engine: Engine) -> Iterator[Connection]:
    """Open a transaction, yield its connection, and commit at the end of the block.

    Raise StoreUnavailableError if the database cannot be reached, or if a statement or the commit fails.
    """
    with store_errors_translated(), engine.begin() as connection:
        yield connection


@contextmanager
def connected(engine: Engine, **options: Any) -> Iterator[Connection]:
    """Yield a connection whose transactions the caller ends. `options` are execution options of SQLAlchemy.

    Raise StoreUnavailableError if the database cannot be reached or if a statement fails.
    """
    with store_errors_translated(), engine.connect().execution_options(**options) as connection:
        yield connection


@contextmanager
def committed_at_once(engine: Engine) -> Iterator[DriverConnection]:
    """Yield psycopg's own connection from an engine in autocommit mode, for work that is a single statement.

    Going around SQLAlchemy halves the time of such a statement. If the connection is lost, all connections of the
    engine are dropped, because they have probably been lost too. Raise StoreUnavailableError if the statement fails.
    """
    with store_errors_translated():
        pooled = engine.raw_connection()
        connection = driver_connection(pooled)
        try:
            yield connection
        finally:
            is_lost = connection.broken
            pooled.close()
            if is_lost:
                engine.dispose()


def driver_connection(pooled: PoolProxiedConnection) -> DriverConnection:
    """Return psycopg's connection from behind a pooled connection."""
    return cast("DriverConnection", pooled.driver_connection)
