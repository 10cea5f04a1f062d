"""Commands about contributions: `refund`, `readers forget`, `doctor`."""

import click
from flask.cli import with_appcontext

from service.contributions.forget import forget_contributor
from service.errors import DomainError
from service.services import current_services


@click.group()
def readers() -> None:
    """What is held about readers."""


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
