"""Bring a database to the newest shape. Migrations only go forward, and two that start at once take turns."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

from service.database.engine import owner_engine

MIGRATIONS = Path(__file__).parent / "migrations"
MIGRATION_LOCK = 0x6B6F_6D67  # advisory lock, one migration at a time


def migrate(address: str, revision: str = "head") -> None:
    """Upgrade the database at `address`; an up-to-date one is left as it is."""
    engine = owner_engine(address)
    try:
        with engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK})
            command.upgrade(alembic_config(connection), revision)
    finally:
        engine.dispose()


def alembic_config(connection: Connection) -> Config:
    """Alembic set up on an open connection; there is no alembic.ini."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config
