"""How long it is remembered which events of prompts were reported: for as long as a prompt token works."""

from datetime import UTC, timedelta

from service.database.transaction import committed
from service.insights.reported_event_store import delete_reported_events
from service.services import Services

KEPT_DAYS = 2  # a token works for a day, and a process may save its counts late
BATCH_SIZE = 100_000


def forget_reported_events(services: Services) -> None:
    """Delete the events of prompts that were shown more than KEPT_DAYS days ago, a batch in each transaction."""
    first = services.clock().astimezone(UTC).date() - timedelta(days=KEPT_DAYS)
    is_more_left = True
    while is_more_left:
        with committed(services.engine) as connection:
            is_more_left = delete_reported_events(connection, first, BATCH_SIZE) == BATCH_SIZE
