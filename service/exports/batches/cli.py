"""Commands: `batches create` and `batches list`."""

from datetime import datetime

import click
from flask.cli import with_appcontext

from service.database.transaction import connected
from service.errors import DomainError
from service.exports.batches.batch import Batch, BatchOrder
from service.exports.batches.creating import create_batch
from service.exports.batches.store import list_batches
from service.exports.exporting import OPERATOR, Exports
from service.exports.request import Granularity, Layout
from service.services import current_services

SHOWN = 50


@click.group()
def batches() -> None:
    """Give each ledger entry to an accounting system once."""


@batches.command("create")
@click.option("--layout", type=click.Choice([layout.value for layout in Layout]), required=True)
@click.option(
    "--granularity", type=click.Choice([granularity.value for granularity in Granularity]), default="transaction"
)
@click.option("--currency", help="Only this currency, for layouts that hold a single currency.")
@click.option("--to", "through_on", type=click.DateTime(formats=["%Y-%m-%d"]), help="Last local day, included.")
@with_appcontext
def create(layout: str, granularity: str, currency: str | None, through_on: datetime | None) -> None:
    """Make a batch of everything that no earlier batch of LAYOUT has."""
    services = current_services()
    exports = Exports(services.engine, services.settings, services.clock)
    order = BatchOrder(Layout(layout), Granularity(granularity), currency, through_on.date() if through_on else None)
    try:
        batch = create_batch(exports, OPERATOR, order)
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{_line(batch)}\nWrite it with: flask --app wsgi export journal --batch {batch.number}")


@batches.command("list")
@with_appcontext
def show() -> None:
    """List the newest batches."""
    with connected(current_services().engine) as connection:
        for batch in list_batches(connection, SHOWN):
            click.echo(_line(batch))


def _line(batch: Batch) -> str:
    order = batch.order
    through = f" through {order.through_on}" if order.through_on else ""
    return (
        f"batch {batch.number}: {batch.entry_count} entries for {order.layout.value}, per {order.granularity.value}, "
        f"{order.currency or 'every currency'}{through}, as of {batch.as_of}, {batch.created_at:%Y-%m-%d %H:%M} UTC "
        f"by {batch.created_by}"
    )
