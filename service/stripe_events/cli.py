"""Commands for the inbox and the pull: `worker`, `sync`, `backfill`, `events list|show|requeue`."""

from datetime import UTC, datetime, time, timedelta

import click
from flask.cli import with_appcontext

from service.database.engine import database_address
from service.errors import DomainError
from service.jobs import work
from service.reconciliation import backfill as backfilling
from service.reconciliation import pull
from service.reconciliation.refresh import drain
from service.services import current_services
from service.stripe_events import store
from service.stripe_events.retention import open_body
from service.stripe_events.store import EventStatus, InboxEvent

DAY = click.DateTime(formats=["%Y-%m-%d"])


def _start_of(day: datetime) -> datetime:
    zone = current_services().settings.accounting_zone
    return datetime.combine(day.date(), time(), zone).astimezone(UTC)


@click.command()
@click.option("--from", "since", type=DAY, help="First local day to pull; without it, since the last complete pull.")
@with_appcontext
def sync(since: datetime | None) -> None:
    """Pull balance transactions and payouts until caught up, then work off what waits."""
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
@click.option("--from", "since", type=DAY, help="First local day; at most 30 days back, which is the default.")
@click.option("--to", "until", type=DAY, help="Last local day, included; default: now.")
@with_appcontext
def backfill(since: datetime | None, until: datetime | None) -> None:
    """Keep events that Stripe lists and that never arrived here."""
    services = current_services()
    now = services.clock()
    start = _start_of(since) if since else backfilling.longest_backfill(now)
    end = _start_of(until + timedelta(days=1)) if until else now + timedelta(seconds=1)
    try:
        found = backfilling.backfill(services, start, end)
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{found.listed_count} events listed, {found.missing_count} were missing.")


@click.command()
@click.option("--drain", "is_drain", is_flag=True, help="Work until nothing is due, then stop.")
@with_appcontext
def worker(is_drain: bool) -> None:
    """Work on jobs and waiting events."""
    services = current_services()
    if is_drain:
        drain(services)
    else:
        work(services, database_address(services.settings), until_idle=False)


@click.group()
def events() -> None:
    """The inbox: what Stripe sent, and how far we are with it."""


@events.command("list")
@click.option("--status", type=click.Choice([status.value for status in EventStatus]), help="Only these.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 1000))
@with_appcontext
def list_events(status: str | None, limit: int) -> None:
    """The newest events, then how many there are of each status."""
    with current_services().engine.begin() as connection:
        for event in store.list_events(connection, EventStatus(status) if status else None, limit):
            click.echo(_line(event))
        for found, count in sorted(store.count_by_status(connection).items()):
            click.echo(f"{count} {found}")


@events.command("show")
@click.argument("event_id")
@click.option("--body", "with_body", is_flag=True, help="The raw body as well. It holds personal data.")
@with_appcontext
def show_event(event_id: str, with_body: bool) -> None:
    """One event."""
    services = current_services()
    with services.engine.begin() as connection:
        event = store.find_event(connection, event_id)
        sealed = store.sealed_body(connection, event_id) if with_body else None
    if event is None:
        raise click.ClickException(f"no event {event_id}")
    click.echo(_line(event))
    if event.last_error:
        click.echo(f"last error: {event.last_error}")
    if with_body:
        body = open_body(services.passports.ring, sealed) if sealed else None
        click.echo(body.decode() if body else "The body has been emptied.")


@events.command("requeue")
@click.argument("event_ids", nargs=-1)
@click.option("--all", "is_all", is_flag=True, help="Every dead event.")
@with_appcontext
def requeue_events(event_ids: tuple[str, ...], is_all: bool) -> None:
    """Give dead events their attempts back; the worker does the rest."""
    if bool(event_ids) == is_all:
        raise click.UsageError("name event ids, or give --all")
    services = current_services()
    with services.engine.begin() as connection:
        requeued = store.requeue_events(connection, services.clock(), None if is_all else event_ids)
    click.echo(f"{len(requeued)} requeued.")


def _line(event: InboxEvent) -> str:
    subject = event.object_ref.id if event.object_ref else "-"
    arrived = f"{event.received_at:%Y-%m-%d %H:%M:%S}"
    return f"{arrived}  {event.status:<8}  {event.id}  {event.type}  {subject}  attempts {event.attempt_count}"
