"""Makes events that were given up due again, for a person of the console."""

from collections.abc import Sequence

from service.database.transaction import committed
from service.services import Services
from service.staff.people import Person
from service.staff.record_store import write_record
from service.stripe_events.store import requeue_events


def requeue(services: Services, person: Person, event_ids: Sequence[str] | None) -> int:
    """Let the worker try these events again (None: all that were given up), and write it into the record.

    Return how many there were. An event that names no object stays as it is, because there is nothing to fetch.
    """
    now = services.clock()
    with committed(services.engine) as connection:
        requeued = requeue_events(connection, now, event_ids)
        if requeued:
            details = {"count": len(requeued), "events": list(requeued[:100])}
            write_record(connection, person, "requeue_events", f"{len(requeued)} events", details, now)
    return len(requeued)
