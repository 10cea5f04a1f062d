"""`flask readers forget` and `flask readers forget-account`: erase a contributor or a signed-in reader."""

import click
from flask.cli import with_appcontext

from service.contributions.forget import forget_contributor, unlink_account
from service.errors import DomainError
from service.readers.accounts import forget_account
from service.readers.cli import readers
from service.services import current_services


@readers.command()
@click.argument("email")
@with_appcontext
def forget(email: str) -> None:
    """Empty everything personal of a contributor, here and at Stripe. Amounts and books stay."""
    try:
        done = forget_contributor(current_services(), email)
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    click.echo(
        f"{done.contribution_count} contributions emptied, {done.customer_count} customers deleted at Stripe, "
        f"{done.body_count} stored events emptied."
    )


@readers.command("forget-account")
@click.argument("site")
@click.argument("reader_id")
@with_appcontext
def forget_signed_in(site: str, reader_id: str) -> None:
    """Erase all that is held of a signed-in reader, named by the publication's own id."""
    services = current_services()
    unlink_account(services, site, reader_id)
    was_known = forget_account(services, site, reader_id)
    click.echo("Forgotten." if was_known else "Nothing was held.")
