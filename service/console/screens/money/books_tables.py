"""The tables of a contribution and of an explanation, for files: what happened, and the lines that were booked."""

from collections.abc import Iterable

from service.console.screens.money.tables import Moment
from service.console.tables import Table, table_of_cells
from service.contributions.timeline.events import TimelineEvent
from service.ledger.explain.explanation import ExplainedEntry, ExplainedEvent, ExplainedObject
from service.money import major_text

EVENT_KEYS = ("at", "what", "object_id", "is_problem")
LINE_KEYS = ("entry", "accounting_date", "what", "account", "account_name", "amount", "currency", "causes")
FIELD_KEYS = ("kind", "id", "field", "value")
REPORT_KEYS = ("event_id", "type", "received_at")


def timeline_table(events: Iterable[TimelineEvent], moment: Moment) -> Table:
    """Return what happened to a contribution."""
    rows = (
        {"at": event.at, "what": event.text, "object_id": event.object_id, "is_problem": event.is_problem}
        for event in events
    )
    return table_of_cells("timeline", EVENT_KEYS, rows, moment.as_of, moment.zone)


def lines_table(entries: Iterable[ExplainedEntry], moment: Moment) -> Table:
    """Return the lines of entries. A debit is positive, a credit negative."""
    rows = (
        {
            "entry": entry.seq,
            "accounting_date": entry.accounting_date,
            "what": entry.reason,
            "account": posting.account,
            "account_name": posting.account_name,
            "amount": major_text(posting.amount_minor, entry.currency),
            "currency": entry.currency,
            "causes": " ".join(entry.causes),
        }
        for entry in entries
        for posting in entry.postings
    )
    return table_of_cells("entries", LINE_KEYS, rows, moment.as_of, moment.zone)


def fields_table(objects: Iterable[ExplainedObject], moment: Moment) -> Table:
    """Return every field of objects in a row of its own."""
    rows = (
        {"kind": shown.kind, "id": shown.id, "field": name, "value": value}
        for shown in objects
        for name, value in shown.fields
    )
    return table_of_cells("objects", FIELD_KEYS, rows, moment.as_of, moment.zone)


def reports_table(events: Iterable[ExplainedEvent], moment: Moment) -> Table:
    """Return the events that reported something."""
    rows = ({"event_id": event.id, "type": event.type, "received_at": event.received_at} for event in events)
    return table_of_cells("events", REPORT_KEYS, rows, moment.as_of, moment.zone)
