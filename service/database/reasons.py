"""Why the database refused something, in words that an operator may see. No reason quotes a value from a row."""

import psycopg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError


def reason_of(error: BaseException) -> str:
    """Return the reason of an error of SQLAlchemy or psycopg; its type if the message may quote personal data.

    Messages about connections name hosts and users of the database. The message of a wrong value is left out, because
    it quotes the value, and so are all details.
    """
    cause: BaseException | None = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, PoolTimeoutError):
        return "all connections of this process are in use"
    if isinstance(cause, psycopg.OperationalError) and cause.sqlstate is None:
        return "; ".join(line.strip() for line in str(cause).splitlines() if line.strip())
    if isinstance(cause, psycopg.Error) and not isinstance(cause, psycopg.DataError) and cause.diag.message_primary:
        return cause.diag.message_primary
    return type(cause).__name__
