"""Events that died of an outage of Stripe: their failures say nothing about them, so they come back by themselves."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, update

from service.errors import StripeUnavailableError
from service.stripe_events.store import EventStatus, stripe_events


def requeue_after_outage(
    connection: Connection, pulled_through_at: datetime | None, shortest: timedelta, now: datetime
) -> int:
    """Give dead events that Stripe could not answer for their attempts back; how many.

    Only those whose last try came more than `shortest` after the complete pull before this one: all that time Stripe
    answered no pull either. What it fails on while it answers everything else stays dead.
    """
    if pulled_through_at is None:
        return 0
    c = stripe_events.c
    statement = update(stripe_events).where(
        c.status == EventStatus.DEAD.value,
        c.object_type.is_not(None),
        c.last_error.startswith(StripeUnavailableError.__name__),
        c.next_attempt_at > pulled_through_at + shortest,
    )
    statement = statement.values(status=EventStatus.RECEIVED.value, attempt_count=0, next_attempt_at=now)
    return connection.execute(statement).rowcount
