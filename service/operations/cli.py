"""Commands of operators: `backup`, `restore`, `accept-keys`, `setup`, `status` and `upgrade`."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import click
from flask.cli import with_appcontext

from service.database.engine import login_of_service, owner_address
from service.errors import DomainError
from service.operations.backup import make_backup
from service.operations.environment_file import read_environment
from service.operations.erasure_list import LIST
from service.operations.keys import accept_keys
from service.operations.restore import Restored, check_backup
from service.operations.restore import restore as restore_backup
from service.operations.setup import SetupWish, set_up
from service.operations.status import UP, status_lines
from service.operations.upgrade import pending_migrations, try_upgrade
from service.services import current_services
from service.settings import read_database_settings

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
UNSAFE = "the database cannot be read without these keys"


@click.command()
@click.option("--file", "path", type=click.Path(dir_okay=False, path_type=Path), default=Path("keepopen.env"))
@click.option("--public-url", help="The service's own address as browsers see it.")
@click.option("--stripe-key", help="sk_… or rk_…. It is asked for if it is not given, so that no history keeps it.")
@click.option("--database-url", help="Default: a PostgreSQL that the service starts itself.")
@click.option("--smtp-url", help="The mail server. It is asked for if PUBLIC_URL is https.")
@click.option("--stripe-api-base", help="The address of a Stripe sandbox.")
@click.option("--replace-endpoint", is_flag=True, help="Create a new webhook endpoint in place of the one at Stripe.")
def setup(path: Path, replace_endpoint: bool, **given: str | None) -> None:
    """Make keys, create the webhook endpoint and the portal at Stripe, and write the environment file.

    Run again, it keeps what the file has and does only what is missing.
    """
    with sentences():
        known = read_environment(path)
        for sentence in set_up(SetupWish(path, _answers(given, known), replace_endpoint)):
            click.echo(sentence)
    click.echo(
        f"Next: keepopen -e {path} migrate, then start the service and the worker, then keepopen -e {path} doctor."
    )


def _answers(given: Mapping[str, str | None], known: Mapping[str, str]) -> dict[str, str]:
    """Return what the options say, and ask for what neither they nor the file say."""
    names = {"stripe_key": "STRIPE_API_KEY"}
    answers = {names.get(option, option.upper()): value for option, value in given.items() if value}
    present = {**known, **answers}
    if not present.get("PUBLIC_URL"):
        answers["PUBLIC_URL"] = click.prompt("PUBLIC_URL, such as https://support.courier.example")
    if not present.get("STRIPE_API_KEY"):
        answers["STRIPE_API_KEY"] = click.prompt("Stripe's secret key", hide_input=True)
    is_https = {**present, **answers}["PUBLIC_URL"].startswith("https://")
    if is_https and not present.get("SMTP_URL") and not present.get("MAIL_TO_FILES"):
        smtp = click.prompt(
            "SMTP_URL (empty: mail goes to files and reaches no reader)", default="", show_default=False
        )
        answers["SMTP_URL" if smtp else "MAIL_TO_FILES"] = smtp or "1"
    return answers


@click.command()
@click.option("--to", "folder", type=click.Path(file_okay=False, path_type=Path), help="Default: VAR_DIR/backups.")
@with_appcontext
def backup(folder: Path | None) -> None:
    """Write a backup of the database into a new folder. The secrets in the settings are not part of it."""
    services = current_services()
    with sentences():
        made = make_backup(services, folder or services.settings.var_dir / "backups")
    click.echo(f"{made}\nKeep SECRET_KEYS and STRIPE_WEBHOOK_SECRETS elsewhere: {UNSAFE}.", err=True)
    click.echo(made)


@click.command()
@click.argument("backup_folder", metavar="BACKUP", type=FOLDER)
@click.option(
    "--check", "is_check", is_flag=True, help="Restore into a database that is deleted afterwards, and compare."
)
@click.option("--erasures", "lists", type=FILE, multiple=True, help="Also erase the people of this list again.")
@with_appcontext
def restore(backup_folder: Path, lists: tuple[Path, ...], *, is_check: bool) -> None:
    """Restore BACKUP into the empty database of MIGRATION_DATABASE_URL, and compare all of it with its manifest.

    People who were erased after the backup was made are erased again: the list in VAR_DIR is read, and those of
    --erasures. Exit status 1 if anything is not as the manifest says.
    """
    services = current_services()
    every_list = [services.settings.var_dir / LIST, *lists]
    with sentences():
        if is_check:
            found = check_backup(services, backup_folder, every_list)
        else:
            given = read_database_settings()
            found = restore_backup(services, owner_address(given), login_of_service(given), backup_folder, every_list)
    report(found)
    sys.exit(0 if found.is_good else 1)


@click.command()
@with_appcontext
def status() -> None:
    """Print the state of the installation in a few lines. Exit status 1 if the database cannot be read."""
    lines = dict(status_lines(current_services()))
    for subject, state in lines.items():
        click.echo(f"{subject:<10} {state}")
    sys.exit(0 if lines["database"] == UP else 1)


@click.command()
@click.option("--check", "is_check", is_flag=True, required=True, help="Only try it; `migrate` does it.")
@click.argument("backup_folder", metavar="[BACKUP]", type=FOLDER, required=False)
@with_appcontext
def upgrade(backup_folder: Path | None, *, is_check: bool) -> None:  # noqa: ARG001 without --check there is no upgrade
    """List the migrations that this version would run. With BACKUP, run them on a copy, with their times and locks."""
    with sentences():
        if backup_folder is None:
            for revision in pending_migrations(owner_address(read_database_settings())):
                click.echo(f"{revision} is pending")
        else:
            for tried in try_upgrade(backup_folder):
                blocked = (
                    f"; could not be used: {', '.join(tried.blocked)}" if tried.blocked else "; no table was blocked"
                )
                click.echo(f"{tried.revision} took {tried.seconds:.1f} s on the copy{blocked}")
    click.echo("That is all.")


@click.command("accept-keys")
@with_appcontext
def accept() -> None:
    """Say that SECRET_KEYS are right, although this database was used with others that are lost."""
    with sentences():
        accept_keys(current_services())
    click.echo("Accepted. Create new tokens for staff: those made with the lost keys are refused.")


def report(found: Restored) -> None:
    """Print what a restore found."""
    manifest = found.manifest
    click.echo(f"{manifest.name}: {sum(manifest.rows.values())} rows in {len(manifest.rows)} tables.")
    click.echo(f"People erased again: {found.erased_again}.")
    for check in found.checks:
        if not check.is_green:
            click.echo(f"PROBLEM  {check.number} {check.name}: {check.detail}")
    for difference in found.differences:
        click.echo(f"PROBLEM  {difference}")
    closed = f"the files of {manifest.closed[0]} to {manifest.closed[1]}" if manifest.closed else "no day is closed"
    if found.is_good:
        click.echo(f"Everything is as the manifest says: rows, balances, {len(found.checks)} checks; {closed}.")


@contextmanager
def sentences() -> Iterator[None]:
    """Turn an error of ours, or of the disk, into a sentence and exit status 1."""
    try:
        yield
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"{error.filename or 'a file'}: {error.strerror}") from error
