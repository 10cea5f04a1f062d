"""Commands: `ledger closings` and `ledger reopen`. `ledger close` is a command of reconciliation, which checks more."""

import sys
from collections.abc import Iterator
from datetime import datetime

import click
from flask.cli import with_appcontext

from service.database.transaction import connected
from service.errors import DomainError
from service.ledger.closings.reopening import approve_reopening, request_reopening
from service.ledger.closings.store import Closing, list_closings
from service.services import current_services


@click.command("closings")
@with_appcontext
def show_closings() -> None:
    """List every closing and reopening: the days, who and when, and the number that repeats the files."""
    with connected(current_services().engine) as connection:
        closings = list_closings(connection)
    for closing in closings:
        for line in closing_lines(closing):
            click.echo(line)
    if not closings:
        click.echo("No day was closed yet.")


@click.command()
@click.argument("first_day", metavar="DAY", type=click.DateTime(formats=["%Y-%m-%d"]))
@click.option("--by", required=True, help="The name of the person; saved with the request or the approval.")
@click.option("--why", help="The reason; needed to ask, saved with the request.")
@click.option("--approve", "is_approval", is_flag=True, help="Approve what another person has asked for.")
@with_appcontext
def reopen(first_day: datetime, by: str, why: str | None, is_approval: bool) -> None:
    """Reopen DAY and every later day. A person asks with a reason, and another person approves with --approve."""
    services, day = current_services(), first_day.date()
    if is_approval == bool(why):
        raise click.UsageError("Give a reason with --why to ask, or --approve to approve what another person asked.")
    try:
        if why:
            request_reopening(services.engine, day, by, why, services.clock())
            click.echo(f"Asked to reopen {day}. Another person approves: ledger reopen {day} --by NAME --approve")
        else:
            approve_reopening(services.engine, day, by, services.clock())
            click.echo(f"{day} and every later day are open again.")
    except DomainError as error:
        sys.exit(f"Nothing was reopened: {error}")


def closing_lines(closing: Closing) -> Iterator[str]:
    """Yield the lines that describe a closing or a reopening."""
    at = f"{closing.closed_at:%Y-%m-%dT%H:%M:%SZ} by {closing.closed_by}"
    if closing.request is not None:
        yield f"{closing.request.first_day} reopened  {at}, as {closing.request.requested_by} had asked"
        yield f"  because: {closing.request.why}"
        return
    number = f", as of {closing.as_of}" if closing.as_of is not None else ""
    yield f"{closing.closed_through} closed    {at}{number}"
    if closing.accepted:
        yield f"  accepted {', '.join(closing.accepted)}: {closing.why}"
