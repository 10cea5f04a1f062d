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
