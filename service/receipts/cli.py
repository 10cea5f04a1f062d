"""Commands: `receipts issue` and `gift-aid declare`."""

from datetime import datetime
from typing import Any

import click
from flask.cli import with_appcontext

from service.errors import DomainError
from service.receipts.issuing import declare_gift_aid, issue_receipts
from service.receipts.store import Declaration
from service.services import current_services

DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.group()
def receipts() -> None:
    """Issue annual receipts."""


@receipts.command()
@click.option("--year", type=int, required=True, help="The calendar year of the contributions.")
@with_appcontext
def issue(year: int) -> None:
    """Issue the missing receipts of a year, and replace receipts whose total has changed."""
    try:
        services = current_services()
        issued = issue_receipts(services.engine, services.settings, year, services.clock())
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    replaced = sum(bool(receipt.replaces) for receipt in issued)
    click.echo(f"Issued {len(issued)} receipts, {replaced} of them in place of earlier ones.")


@click.group("gift-aid")
def gift_aid() -> None:
    """Save Gift Aid declarations of United Kingdom taxpayers."""


@gift_aid.command()
@click.option(
    "--donor",
    "donor_ref",
    required=True,
    help="The donor_ref of contributions.csv, or the id of one of the donor's contributions or customers.",
)
@click.option("--from", "valid_from", type=DAY, required=True, help="First day of the donations that it covers.")
@click.option(
    "--until",
    "valid_until",
    type=DAY,
    help="Last day of the donations that it covers; without it, the declaration has no end.",
)
@click.option("--title")
@click.option("--first-name", required=True)
@click.option("--last-name", required=True)
@click.option("--house", required=True, help="Name or number, or the whole address outside the UK.")
@click.option("--postcode", required=True)
@with_appcontext
def declare(valid_from: datetime, valid_until: datetime | None, **given: Any) -> None:
    """Save a declaration as the donor made it, and print its id."""
    until = valid_until.date() if valid_until else None
    try:
        services = current_services()
        declaration = Declaration(valid_from=valid_from.date(), valid_until=until, **given)
        made = declare_gift_aid(services.engine, declaration, services.clock())
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    click.echo(made)
