"""Explain a number: find everything behind the id of an entry, a Stripe object or a contribution."""

from sqlalchemy import Connection

from service.ledger.explain.explanation import ExplainedEntry, ExplainedEvent, LedgerExplanation
from service.ledger.explain.store import (
    ids_of_entry,
    manual_with_decisions,
    objects_with_ids,
    posted_for,
    related_ids,
    transactions_of,
    transactions_with_details,
)
from service.stripe_events.store import events_of

MAX_EVENTS = 100


def explain(connection: Connection, wanted: str) -> LedgerExplanation:
    """Return what we have of `wanted` and of the objects related to it; the explanation is empty if we have nothing.

    `wanted` is the number or key of an entry, or the id of a Stripe object or contribution.
    """
    object_ids = related_ids(connection, ids_of_entry(connection, wanted) or frozenset([wanted]))
    transaction_ids = transactions_of(connection, object_ids)
    all_ids = object_ids | transaction_ids
    return LedgerExplanation(
        objects=(
            *objects_with_ids(connection, object_ids),
            *transactions_with_details(connection, transaction_ids),
            *manual_with_decisions(connection, all_ids),
        ),
        entries=posted_for(connection, all_ids),
        events=tuple(
            ExplainedEvent(event.id, event.type, event.received_at)
            for event in events_of(connection, all_ids, MAX_EVENTS)
        ),
    )


def entries_about(connection: Connection, object_id: str) -> tuple[ExplainedEntry, ...]:
    """Return the entries of an object and of the objects related to it, in order."""
    object_ids = related_ids(connection, frozenset([object_id]))
    return posted_for(connection, object_ids | transactions_of(connection, object_ids))
