"""`status` says in a few lines how things are, and `upgrade --check` what an upgrade would do."""

from pathlib import Path

import pytest
from flask.testing import FlaskCliRunner
from sqlalchemy import text

from service.database.engine import owner_engine
from service.database.migrate import known_revisions, migrate_one
from service.operations.backup import make_backup
from service.operations.upgrade import pending_migrations, try_upgrade
from tests.contributions.world import Newsroom


def command(newsroom: Newsroom, *arguments: str) -> str:
    result = FlaskCliRunner(newsroom.client.application).invoke(args=arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_the_status_names_what_waits_and_what_never_happened(newsroom: Newsroom) -> None:
    newsroom.give(amount="5")
    newsroom.stripe.deliver()

    shown = command(newsroom, "status")

    assert "database   up" in shown
    assert "worker     none is running" in shown
    assert "campaigns  0 on 1 sites" in shown
    assert "backup     made never" in shown
    assert int(shown.partition("events     ")[2].partition(" wait")[0]) > 0


def test_the_status_fails_if_the_database_cannot_be_read(newsroom: Newsroom) -> None:
    owner = owner_engine(str(newsroom.services.settings.database_url))
    with owner.begin() as connection:
        connection.execute(text("DROP TABLE mail_outbox"))
    owner.dispose()

    result = FlaskCliRunner(newsroom.client.application).invoke(args=["status"])

    assert (result.exit_code, 'relation "mail_outbox" does not exist' in result.stdout) == (1, True)


def test_a_current_database_has_no_pending_migration(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    address = str(newsroom.services.settings.database_url)
    monkeypatch.setenv("DATABASE_URL", address)

    assert pending_migrations(address) == ()
    assert command(newsroom, "upgrade", "--check") == "That is all.\n"


def test_pending_migrations_are_tried_on_a_copy_and_the_database_stays_as_it_is(
    newsroom: Newsroom, tmp_path: Path
) -> None:
    address = str(newsroom.services.settings.database_url)
    owner = owner_engine(address)
    with owner.begin() as connection:  # as if the newest migration had not run yet
        connection.execute(text("DROP TABLE key_fingerprints, backups"))
        connection.execute(text("UPDATE alembic_version SET version_num = :old"), {"old": known_revisions()[-2]})
    owner.dispose()
    backup = make_backup(newsroom.services, tmp_path)  # it cannot be recorded, and is made

    tried = list(try_upgrade(backup))

    assert [(migration.revision, migration.blocked) for migration in tried] == [(known_revisions()[-1], ())]
    assert pending_migrations(address) == known_revisions()[-1:]


def test_a_migration_names_the_tables_that_nobody_could_read_while_it_ran(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = owner_engine(str(newsroom.services.settings.database_url))
    monkeypatch.setattr("service.database.migrate._alembic_config", lambda connection: connection)
    monkeypatch.setattr(
        "service.database.migrate.command.upgrade",
        lambda connection, _: connection.execute(text("ALTER TABLE charges ADD COLUMN more TEXT")),
    )

    assert migrate_one(owner, "head") == ("charges",)
    owner.dispose()
