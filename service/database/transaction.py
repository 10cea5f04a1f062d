"""A transaction whose failure is an error of ours."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import psycopg
from sqlalchemy import Connection, Engine, PoolProxiedConnection
from sqlalchemy.exc import SQLAlchemyError

from service.errors import StoreUnavailableError

DriverConnection = psycopg.Connection[tuple[Any, ...]]


@contextmanager
def committed(engine: Engine) -> Iterator[Connection]:
    """A connection whose work is committed at the end; raises StoreUnavailableError when it was not."""
    try:
        with engine.begin() as connection:
            yield connection
    except (SQLAlchemyError, psycopg.Error) as error:
        raise StoreUnavailableError("the database did not commit") from error


@contextmanager
def committed_at_once(engine: Engine) -> Iterator[DriverConnection]:
    """The driver's own connection, on which each statement is a transaction; StoreUnavailableError when one failed.

    For the one statement that says everything, on an engine that commits by itself: SQLAlchemy's own part would cost as
    much as the statement. After a lost connection the engine begins with new ones.
    """
    try:
        pooled = engine.raw_connection()
        connection = driver_connection(pooled)
        try:
            yield connection
        finally:
            is_lost = connection.broken
            pooled.close()
            if is_lost:
                engine.dispose()
    except (SQLAlchemyError, psycopg.Error) as error:
        raise StoreUnavailableError("the database did not commit") from error


def driver_connection(pooled: PoolProxiedConnection) -> DriverConnection:
    """The connection behind a pooled one."""
    return cast("DriverConnection", pooled.driver_connection)
