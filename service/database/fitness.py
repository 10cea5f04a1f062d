"""Whether a database is one that the service can work on: new enough, and with an encoding that holds every name."""

from sqlalchemy import Connection, text

from service.errors import DomainError

OLDEST_VERSION = 150000  # PostgreSQL 15
ENCODING = "UTF8"


class UnfitDatabaseError(DomainError):
    """The database is too old, or cannot hold every text."""

    code = "unfit_database"


def refuse_unfit(connection: Connection) -> None:
    """Raise UnfitDatabaseError if the service cannot work on this database."""
    version, number, encoding = connection.execute(
        text("""
            SELECT current_setting('server_version'), current_setting('server_version_num')::int, getdatabaseencoding()
        """)
    ).one()
    reason = unfit_reason(number, encoding)
    if reason:
        raise UnfitDatabaseError(f"This is PostgreSQL {version} with the encoding {encoding}. {reason}")


def unfit_reason(version_number: int, encoding: str) -> str:
    """Return what to do about a database that the service cannot work on, or an empty text."""
    if version_number < OLDEST_VERSION:
        return "Move to PostgreSQL 15 or newer."
    if encoding != ENCODING:
        return "Create a database with ENCODING 'UTF8' TEMPLATE template0: this one cannot hold every name."
    return ""
