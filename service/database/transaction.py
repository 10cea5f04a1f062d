"""A transaction whose failure is an error of ours."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from service.errors import StoreUnavailableError


@contextmanager
def committed(engine: Engine) -> Iterator[Connection]:
    """A connection whose work is committed at the end; raises StoreUnavailableError when it was not."""
    try:
        with engine.begin() as connection:
            yield connection
    except SQLAlchemyError as error:
        raise StoreUnavailableError("the database did not commit") from error


@contextmanager
def committed_at_once(engine: Engine) -> Iterator[Connection]:
    """A connection on which each statement is a transaction of its own; raises StoreUnavailableError when one failed.

    For the one statement that says everything: neither BEGIN nor COMMIT takes a round trip.
    """
    try:
        with engine.connect() as connection:
            yield connection.execution_options(isolation_level="AUTOCOMMIT")
    except SQLAlchemyError as error:
        raise StoreUnavailableError("the database did not commit") from error
