"""Commands that erase a reader's data, and show the record of erasures: `flask readers forget|erasures|…`."""

from getpass import getuser

import click
from flask.cli import with_appcontext

from service.contributions.erasure_store import list_erasures
from service.contributions.forget import forget_contributor, forget_signed_in_reader, is_erasure_of
from service.database.transaction import connected
from service.errors import DomainError
from service.services import current_services


def _operator() -> str:
    """Return the name of the user who runs the command, or `unknown` in a container without user names."""
    try:
        return getuser()
    except (KeyError, OSError):
        return "unknown"


BY = click.option("--by", default=_operator, show_default="your user name here", help="Who erases, for the record.")


@click.group()
def readers() -> None:
    """Erase what is stored about a reader."""


@readers.command()
@click.argument("email")
@BY
@with_appcontext
def forget(email: str, by: str) -> None:
    """Empty all personal data of a contributor, here and at Stripe. Amounts and ledger entries stay."""
    try:
        forgotten = forget_contributor(current_services(), email, by=by)
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    click.echo(
        f"{forgotten.contribution_count} contributions emptied, {forgotten.customer_count} customers deleted at "
        f"Stripe, {forgotten.body_count} stored events emptied."
    )


@readers.command("forget-account")
@click.argument("site")
@click.argument("reader_id")
@BY
@with_appcontext
def forget_signed_in(site: str, reader_id: str, by: str) -> None:
    """Erase everything stored about a signed-in reader. READER_ID is the publication's own id of the reader."""
    was_stored = forget_signed_in_reader(current_services(), site, reader_id, by=by)
    click.echo("Forgotten." if was_stored else "Nothing was held.")


@readers.command("erasures")
@click.argument("email", required=False)
@with_appcontext
def show_erasures(email: str | None) -> None:
    """List who erased whom and when, oldest first. With EMAIL, only the erasures of that contributor."""
    services = current_services()
    with connected(services.engine) as connection:
        erasures = list_erasures(connection)
    for erasure in erasures:
        if email is None or is_erasure_of(services, erasure, email):
            subject = erasure.subject_hash.hex()[:16]
            click.echo(f"{erasure.erased_at:%Y-%m-%d %H:%M:%S}  {erasure.kind:<11}  {subject}  by {erasure.erased_by}")
