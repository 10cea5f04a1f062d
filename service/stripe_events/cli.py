"""Commands for the inbox: `events list|show|requeue`."""

import click
from flask.cli import with_appcontext

from service.database.transaction import committed
from service.services import current_services
from service.stripe_events import store
from service.stripe_events.backlog_store import count_by_status
from service.stripe_events.body_store import sealed_body
from service.stripe_events.retention import open_body
from service.stripe_events.store import EventStatus, InboxEvent


@click.group()
def events() -> None:
    """The inbox: the events that Stripe sent, and the state of the work on them."""


@events.command("list")
@click.option(
    "--status", type=click.Choice([status.value for status in EventStatus]), help="List only events with this status."
)
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 1000), help="List at most so many.")
@with_appcontext
def list_events(status: str | None, limit: int) -> None:
    """List the newest events, then the number of events by status."""
    with committed(current_services().engine) as connection:
        for event in store.list_events(connection, EventStatus(status) if status else None, limit):
            click.echo(_line(event))
        for found, count in sorted(count_by_status(connection).items()):
            click.echo(f"{count} {found}")


@events.command("show")
@click.argument("event_id")
@click.option("--body", "with_body", is_flag=True, help="Print the raw body too. It holds personal data.")
@with_appcontext
def show_event(event_id: str, with_body: bool) -> None:
    """Show an event and the last error of the work on it."""
    services = current_services()
    with committed(services.engine) as connection:
        event = store.find_event(connection, event_id)
        sealed = sealed_body(connection, event_id) if with_body else None
    if event is None:
        raise click.ClickException(f"there is no event {event_id} in the inbox")
    click.echo(_line(event))
    if event.last_error:
        click.echo(f"last error: {event.last_error}")
    if with_body:
        body = open_body(services.keys, sealed) if sealed else None
        click.echo(body.decode() if body else "The body was emptied, or no key in SECRET_KEYS opens it.")


@events.command("requeue")
@click.argument("event_ids", nargs=-1)
@click.option("--all", "is_all", is_flag=True, help="Requeue every dead event.")
@with_appcontext
def requeue_events(event_ids: tuple[str, ...], is_all: bool) -> None:
    """Make dead events due again, with all their attempts. The worker then retries them."""
    if bool(event_ids) == is_all:
        raise click.UsageError("name event ids or pass --all, but not both")
    services = current_services()
    with committed(services.engine) as connection:
        requeued = store.requeue_events(connection, services.clock(), None if is_all else event_ids)
    click.echo(f"{len(requeued)} requeued.")


def _line(event: InboxEvent) -> str:
    subject = event.object_ref.id if event.object_ref else "-"
    arrived = f"{event.received_at:%Y-%m-%d %H:%M:%S}"
    return f"{arrived}  {event.status:<8}  {event.id}  {event.type}  {subject}  attempts {event.attempt_count}"
