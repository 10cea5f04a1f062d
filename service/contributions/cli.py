"""Commands that erase a reader's data: `flask readers forget` and `flask readers forget-account`."""

import click
from flask.cli import with_appcontext

from service.contributions.forget import forget_contributor, unlink_account
from service.decisions.signed_in import forget_account
from service.errors import DomainError
from service.services import current_services


@click.group()
def readers() -> None:
    """Erase what is stored about a reader."""


@readers.command()
@click.argument("email")
@with_appcontext
def forget(email: str) -> None:
    """Empty all personal data of a contributor, here and at Stripe. Amounts and ledger entries stay."""
    try:
        forgotten = forget_contributor(current_services(), email)
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    click.echo(
        f"{forgotten.contribution_count} contributions emptied, {forgotten.customer_count} customers deleted at "
        f"Stripe, {forgotten.body_count} stored events emptied."
    )


@readers.command("forget-account")
@click.argument("site")
@click.argument("reader_id")
@with_appcontext
def forget_signed_in(site: str, reader_id: str) -> None:
    """Erase everything stored about a signed-in reader. READER_ID is the publication's own id of the reader."""
    services = current_services()
    unlink_account(services, site, reader_id)
    was_stored = forget_account(services, site, reader_id)
    click.echo("Forgotten." if was_stored else "Nothing was held.")
