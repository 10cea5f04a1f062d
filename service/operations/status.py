"""The state of an installation in a few lines, for a person who only wants to know whether all is well."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import Connection

from service import __version__
from service.campaigns.snapshot.holder import SnapshotHolder
from service.contributions.mail.outbox_store import mail_counts
from service.database.transaction import committed
from service.errors import StoreUnavailableError
from service.jobs.worker_store import oldest_due_job, worker_silence
from service.ledger.invariants.check_store import checked_at, latest_checks
from service.operations.backups_store import last_backups
from service.operations.build import build_id
from service.operations.keys import are_keys_known
from service.reconciliation.pull_store import pulled_through
from service.services import Services
from service.stripe_events.backlog_store import unfinished_counts

UP = "up"


def status_lines(services: Services) -> Iterator[tuple[str, str]]:
    """Yield what there is to say, as pairs of a subject and its state."""
    yield "version", f"{__version__}, build {build_id()}"
    yield "Stripe", "live" if services.settings.is_livemode else "test"
    try:
        with committed(services.engine) as connection:
            found = [*_stored(connection, services.clock())]
            are_known = are_keys_known(connection, services.keys)
    except StoreUnavailableError as error:
        yield "database", str(error)
        return
    yield "database", UP
    yield "keys", "belong to this database" if are_known else "NOT those of this database: `doctor` says what to do"
    snapshot = services.part(SnapshotHolder).current()
    campaigns = sum(len(site.campaigns) for site in snapshot.sites.values())
    yield "campaigns", f"{campaigns} on {len(snapshot.sites)} sites{', all paused' if snapshot.is_paused else ''}"
    yield from found


def _stored(connection: Connection, now: datetime) -> Iterator[tuple[str, str]]:
    silence = worker_silence(connection)
    yield "worker", "none is running" if silence is None else f"alive {_span(silence)} ago"
    events, mail = unfinished_counts(connection), mail_counts(connection)
    yield "events", f"{events['waiting']} wait, {events['dead']} given up"
    yield "mail", f"{mail['waiting']} wait, {mail['dead']} could not be sent"
    yield "jobs", f"the oldest that is due has waited {_span(oldest_due_job(connection))}"
    yield "balance", f"pulled {_ago(pulled_through(connection), now)}"
    red = [check.name for check in latest_checks(connection) if not check.is_green]
    yield "books", f"checked {_ago(checked_at(connection), now)}{'; red: ' + ', '.join(red) if red else ''}"
    last = last_backups(connection)
    yield "backup", f"made {_ago(last.made_at, now)}, verified one made {_ago(last.verified_made_at, now)}"


def _ago(at: datetime | None, now: datetime) -> str:
    return "never" if at is None else f"{_span(now - at)} ago"


def _span(span: timedelta) -> str:
    """Return a duration in seconds, minutes, hours or days."""
    seconds = max(0.0, span.total_seconds())
    for size, unit in ((86400, "days"), (3600, "hours"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"
