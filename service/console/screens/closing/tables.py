"""The tables of closing a month, for files: the steps, the figures, the exceptions, the closings, and the files."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from service.console.tables import Table, table_of_cells
from service.exports.files.open_exceptions_store import OpenException
from service.exports.runs.preparations_store import Preparation
from service.ledger.closings.figures_store import CurrencyFigures
from service.ledger.closings.notes_store import ClosingNote
from service.ledger.closings.store import Closing
from service.ledger.manual.entry import ManualEntry
from service.ledger.manual.open_items_store import OpenItem
from service.money import major_text
from service.reconciliation.checklist.steps import ClosingStep

STEP_KEYS = ("step", "is_done", "detail", "remedy")
FIGURE_KEYS = ("currency", "contributions", "returned", "fees", "stripe_balance")
EXCEPTION_KEYS = ("kind", "subject", "since", "amount", "currency", "ids", "note", "noted_by")
CLOSING_KEYS = ("act", "through", "at", "by", "as_of", "accepted", "why")
FILE_KEYS = ("file", "state", "rows", "sha256")
ITEM_KEYS = ("subject_id", "account", "amount", "currency", "opened_on", "category")
WAITING_KEYS = ("id", "kind", "accounting_date", "amount", "currency", "proposed_by", "why")


@dataclass(frozen=True, slots=True)
class ClosingTables:
    """Makes tables as of an instant, with times in a zone."""

    as_of: datetime
    zone: ZoneInfo

    def steps(self, steps: Iterable[ClosingStep]) -> Table:
        """Return the checklist."""
        rows = (
            {"step": step.name, "is_done": step.is_done, "detail": step.detail, "remedy": step.remedy} for step in steps
        )
        return table_of_cells("steps", STEP_KEYS, rows, self.as_of, self.zone)

    def figures(self, currencies: Iterable[CurrencyFigures]) -> Table:
        """Return the figures of a period."""
        rows = (
            {
                "currency": found.currency,
                "contributions": major_text(found.income_minor, found.currency),
                "returned": major_text(found.returned_minor, found.currency),
                "fees": major_text(found.fees_minor, found.currency),
                "stripe_balance": major_text(found.stripe_balance_minor, found.currency),
            }
            for found in currencies
        )
        return table_of_cells("figures", FIGURE_KEYS, rows, self.as_of, self.zone)

    def exceptions(self, exceptions: Iterable[OpenException], notes: Mapping[str, ClosingNote]) -> Table:
        """Return the open exceptions, with the notes that accept them."""
        rows = (
            {
                "kind": found.kind,
                "subject": found.subject,
                "since": found.since,
                "amount": None if found.amount_minor is None else major_text(found.amount_minor, found.currency or ""),
                "currency": found.currency,
                "ids": found.ids,
                "note": note.note if note else None,
                "noted_by": note.noted_by if note else None,
            }
            for found in exceptions
            for note in (notes.get(found.subject),)
        )
        return table_of_cells("exceptions", EXCEPTION_KEYS, rows, self.as_of, self.zone)

    def closings(self, closings: Iterable[Closing]) -> Table:
        """Return the closings and reopenings so far."""
        rows = (
            {
                "act": "reopened" if closing.request else "closed",
                "through": closing.closed_through,
                "at": closing.closed_at,
                "by": closing.closed_by,
                "as_of": closing.as_of,
                "accepted": " ".join(closing.accepted),
                "why": closing.request.why if closing.request else closing.why,
            }
            for closing in closings
        )
        return table_of_cells("closings", CLOSING_KEYS, rows, self.as_of, self.zone)

    def files(self, files: Mapping[str, Preparation]) -> Table:
        """Return the files of a closed period with their hashes."""
        rows = (
            {"file": name, "state": file.state.value, "rows": file.row_total, "sha256": file.sha256}
            for name, file in files.items()
        )
        return table_of_cells("files", FILE_KEYS, rows, self.as_of, self.zone)

    def items(self, items: Iterable[OpenItem]) -> Table:
        """Return the amounts that wait for a decision."""
        rows = (
            {
                "subject_id": item.subject_id,
                "account": item.account.value,
                "amount": major_text(item.amount_minor, item.currency),
                "currency": item.currency,
                "opened_on": item.opened_on,
                "category": item.category,
            }
            for item in items
        )
        return table_of_cells("open-items", ITEM_KEYS, rows, self.as_of, self.zone)

    def waiting(self, entries: Iterable[ManualEntry]) -> Table:
        """Return the entries that wait for a second person."""
        rows = (
            {
                "id": entry.id,
                "kind": entry.kind.value,
                "accounting_date": entry.accounting_date,
                "amount": major_text(entry.amount_minor, entry.currency),
                "currency": entry.currency,
                "proposed_by": entry.proposed_by,
                "why": entry.why,
            }
            for entry in entries
        )
        return table_of_cells("waiting-entries", WAITING_KEYS, rows, self.as_of, self.zone)
