"""Commands that work with Stripe: `worker`, `sync`, `backfill` and `refund`.

`ledger check` and `rebuild` are here too, because they cover contributions and exports besides the ledger.
"""

import sys
from datetime import UTC, datetime, time, timedelta

import click
from flask.cli import with_appcontext

from service.campaigns.snapshot.holder import SnapshotHolder
from service.database.engine import database_address
from service.database.transaction import connected
from service.errors import DomainError
from service.ids import new_id
from service.jobs.queue import work
from service.ledger.cli import ledger
from service.ledger.closings.closing import ClosingWish
from service.ledger.closings.summary import closed_lines
from service.ledger.manual.open_items_store import open_items
from service.money import major_text
from service.reconciliation import pull
from service.reconciliation.backfill import backfill as backfill_events
from service.reconciliation.backfill import earliest_listed
from service.reconciliation.checking import check_everything
from service.reconciliation.closing import close_books
from service.reconciliation.rebuild import rebuild_everything
from service.reconciliation.refresh import drain
from service.reconciliation.refunds import RefundWish, refund_charge
from service.services import Services, current_services
from service.stripe_gateway.account import StripeBalance

DAY = click.DateTime(formats=["%Y-%m-%d"])


def _start_of(day: datetime) -> datetime:
    zone = current_services().settings.accounting_zone
    return datetime.combine(day.date(), time(), zone).astimezone(UTC)


@click.command()
@click.option("--from", "since", type=DAY, help="First local day to pull. Default: since the last complete pull.")
@with_appcontext
def sync(since: datetime | None) -> None:
    """Pull all balance transactions and payouts that are new at Stripe, then work until nothing is due."""
    services = current_services()
    try:
        pulled = pull.sync(services, _start_of(since) if since else None)
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    click.echo(
        f"{pulled.transaction_count} balance transactions ({pulled.new_transaction_count} new), "
        f"{pulled.payout_count} payouts."
    )
    drain(services)


@click.command()
@click.option("--from", "since", type=DAY, help="First local day, at most 30 days ago. Default: 30 days ago.")
@click.option("--to", "until", type=DAY, help="Last local day, included. Default: today.")
@with_appcontext
def backfill(since: datetime | None, until: datetime | None) -> None:
    """Save events that Stripe lists but that never arrived here."""
    services = current_services()
    now = services.clock()
    start = _start_of(since) if since else earliest_listed(now)
    end = _start_of(until + timedelta(days=1)) if until else now + timedelta(seconds=1)
    try:
        found = backfill_events(services, start, end)
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{found.listed_count} events listed, {found.missing_count} were missing.")


@click.command()
@click.option("--drain", "is_drain", is_flag=True, help="Stop when nothing is due.")
@with_appcontext
def worker(is_drain: bool) -> None:
    """Work on jobs and events as they become due."""
    services = current_services()
    if is_drain:
        drain(services)
    else:
        services.part(SnapshotHolder).start()
        work(services, database_address(services.settings), until_idle=False)


@click.command()
@click.argument("charge_id")
@click.option("--amount", help="Amount in major units, such as 5 or 5.00. Default: all that is left.")
@click.option("--by", "requested_by", required=True, help="Who decided on the refund. Saved with it.")
@click.option("--key", help="Repeat a refund whose outcome is unknown by its key. Default: a new key.")
@with_appcontext
def refund(charge_id: str, amount: str | None, requested_by: str, key: str | None) -> None:
    """Refund a charge in full or in part."""
    wish = RefundWish(charge_id, key or new_id("rfk"), requested_by, amount)
    try:
        made = refund_charge(current_services(), wish)
    except DomainError as error:
        raise click.ClickException(f"{error} (key {wish.key})") from error
    click.echo(f"{made.id} {made.status}: {major_text(made.amount_minor, made.currency)} {made.currency}")


@ledger.command("check")
@click.option("--offline", is_flag=True, help="Do not compare with the balance at Stripe.")
@with_appcontext
def check(offline: bool) -> None:
    """Check every invariant of the books. Exit status 1 if one is red."""
    services = current_services()
    stripe_balance = None if offline else _stripe_balance(services)
    checks = check_everything(services, stripe_balance)
    for result in checks:
        colour = "green" if result.is_green else "red"
        click.echo(f"{click.style(f'{colour:5}', fg=colour)} {result.number:>2}  {result.name}: {result.detail}")
    if not all(result.is_green for result in checks):
        sys.exit(1)


@ledger.command("close")
@click.argument("day", metavar="DAY", type=DAY)
@click.option("--by", default="command line", help="Who closes the books; saved with the closing.")
@click.option("--accept", "accepted", multiple=True, help="Accept a red check by its number, or `payouts`. Repeatable.")
@click.option("--why", help="The reason for what is accepted; saved with the closing.")
@with_appcontext
def close(day: datetime, by: str, accepted: tuple[str, ...], why: str | None) -> None:
    """Close every day up to and including DAY. Facts that arrive later are dated to the first open day.

    Nothing is closed unless a complete pull began after DAY had ended and every check holds. The command says what is
    missing and which command gets it.
    """
    try:
        closing, figures = close_books(current_services(), ClosingWish(day.date(), by, accepted, why))
    except DomainError as error:
        sys.exit(f"Not closed: {error}")
    with connected(current_services().engine) as connection:
        items = open_items(connection)
    for line in closed_lines(closing, figures, items):
        click.echo(line)


@ledger.command("rebuild")
@with_appcontext
def rebuild() -> None:
    """Recompute every entry and contribution from the facts. Nothing is changed if an entry would differ."""
    try:
        report = rebuild_everything(current_services())
    except DomainError as error:
        sys.exit(f"Nothing was changed: {error}")
    click.echo(f"{report.rebuilt} entries were recomputed without a difference; {report.posted} new ones were posted.")


def _stripe_balance(services: Services) -> StripeBalance | None:
    try:
        return services.gateway.fetch_balance()
    except DomainError as error:
        click.echo(f"Stripe's own balance is not compared: {error}", err=True)
        return None
