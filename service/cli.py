"""The command line `flask --app wsgi …`: the commands about the service itself, and those of each room's `cli.py`."""

import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

import click
from flask import Flask
from flask.cli import with_appcontext

import service.campaigns.cli
import service.contributions.cli
import service.decisions.cli
import service.demo.cli
import service.exports.batches.cli
import service.exports.cli
import service.ledger.cli
import service.operations.cli
import service.operations.doctor.cli
import service.receipts.cli
import service.reconciliation.cli
import service.simulation.cli
import service.staff.cli
import service.stripe_events.cli
import service.tokens.cli
from service.database.embedded import stop_embedded
from service.database.engine import login_of_service, owner_address
from service.database.migrate import migrate as migrate_database
from service.errors import DomainError
from service.services import current_services
from service.settings import masked, read_database_settings

# `decisions.cli` and `simulation.cli` also add commands to the group `campaigns`.
ROOM_COMMANDS: tuple[click.Command, ...] = (
    service.campaigns.cli.campaigns,
    service.campaigns.cli.sites,
    service.contributions.cli.readers,
    service.demo.cli.demo,
    service.exports.cli.export,
    service.exports.cli.accounts,
    service.exports.batches.cli.batches,
    service.receipts.cli.receipts,
    service.receipts.cli.gift_aid,
    service.ledger.cli.ledger,
    service.operations.cli.accept,
    service.operations.cli.backup,
    service.operations.cli.restore,
    service.operations.cli.setup,
    service.operations.cli.status,
    service.operations.cli.upgrade,
    service.operations.doctor.cli.doctor,
    service.reconciliation.cli.backfill,
    service.reconciliation.cli.rebuild,
    service.reconciliation.cli.refund,
    service.reconciliation.cli.sync,
    service.reconciliation.cli.worker,
    service.simulation.cli.simulate,
    service.staff.cli.staff,
    service.stripe_events.cli.events,
    service.tokens.cli.tokens,
)


@click.command()
def migrate() -> None:
    """Run the missing migrations, and make sure that the service has its rights. Needs only the database's settings."""
    given = read_database_settings()
    migrate_database(owner_address(given), login_of_service(given))
    click.echo("The database is up to date.")


@click.command()
@with_appcontext
def settings() -> None:
    """Print the effective settings, with secrets hidden."""
    for name, value in masked(current_services().settings).items():
        click.echo(f"{name}={value}")


@click.command("stop-database")
@with_appcontext
def stop_database() -> None:
    """Stop the embedded PostgreSQL. It keeps running between commands until it is stopped."""
    effective = current_services().settings
    if effective.database_url:
        sys.exit("DATABASE_URL is set, so there is no embedded PostgreSQL to stop. Stop that database yourself.")
    stop_embedded(effective.var_dir)
    click.echo("The embedded PostgreSQL has stopped.")


def in_sentences(command: click.Command) -> click.Command:
    """Let a command, and all commands below it, end with a sentence after an error of ours. Return the command."""
    if isinstance(command, click.Group):
        for below in command.commands.values():
            in_sentences(below)
    elif command.callback is not None:
        command.callback = _without_traceback(command.callback)
    return command


def _without_traceback(callback: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(callback)
    def called(*arguments: Any, **options: Any) -> Any:
        try:
            return callback(*arguments, **options)
        except DomainError as error:
            raise click.ClickException(str(error)) from error

    return called


COMMANDS = tuple(in_sentences(command) for command in (migrate, settings, stop_database, *ROOM_COMMANDS))


def add_commands(app: Flask) -> None:
    """Add all commands to an application."""
    for command in COMMANDS:
        app.cli.add_command(command)
