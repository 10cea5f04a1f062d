"""The tables of the screen Exports: prepared files, earlier runs, and batches."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from service.console.screens.exports.form import LAYOUTS
from service.console.tables import Row, Table, TableColumn
from service.console.words import counted
from service.exports.batches.batch import Batch
from service.exports.runs.store import ExportRun

_OUTCOMES = {
    "started": "running, or its process ended",
    "completed": "completed",
    "refused": "refused",
    "failed": "failed",
    "abandoned": "not read to its end",
}


def filter_words(parameters: Mapping[str, Any]) -> str:
    """Return the filter of a file in words, such as `2026-10-01 to 2026-10-31, layout xero`."""
    days = " to ".join(filter(None, (parameters.get("from") or "", parameters.get("to") or "")))
    usual = {"profile": "plain", "granularity": "transaction", "layout": "generic", "format": "csv"}
    others = [
        f"{name.replace('_', ' ')} {value}"
        for name, value in parameters.items()
        if name not in {"from", "to", "pii", "current", "as_of"} and value is not None and usual.get(name) != value
    ]
    personal = ["with personal data"] if parameters.get("pii") else []
    return ", ".join(filter(None, (days or "all days", *others, *personal)))


def runs_table(runs: Sequence[ExportRun], as_of: datetime, zone: ZoneInfo) -> Table:
    """Return the earlier runs of exports with their hashes."""
    columns = (
        TableColumn("asked_at", "When"),
        TableColumn("asked_by", "Who"),
        TableColumn("name", "File"),
        TableColumn("filter", "Filter"),
        TableColumn("outcome", "Outcome"),
        TableColumn("rows", "Rows", is_number=True),
        TableColumn("as_of", "As of", is_number=True),
        TableColumn("sha256", "SHA-256"),
    )
    rows = tuple(
        Row(
            {
                "asked_at": run.asked_at,
                "asked_by": run.asked_by,
                "name": f"{run.name}.{run.format}",
                "filter": filter_words(run.parameters),
                "outcome": run.outcome.value,
                "rows": run.row_count,
                "as_of": run.as_of,
                "sha256": run.sha256,
            },
            {
                "outcome": _OUTCOMES[run.outcome.value] + (f": {run.reason}" if run.reason else ""),
                "sha256": f"{run.sha256[:16]}…" if run.sha256 else "–",
            },
        )
        for run in runs
    )
    return Table("export-runs", columns, rows, as_of, zone, "No file was exported yet.")


def batch_lines(batches: Sequence[Batch]) -> list[tuple[int, str]]:
    """Return the number of each batch and a sentence about it."""
    return [(batch.number, _batch_sentence(batch)) for batch in batches]


def _batch_sentence(batch: Batch) -> str:
    through = f" through {batch.order.through_on}" if batch.order.through_on else ""
    made = f"made by {batch.created_by} on {batch.created_at:%d %B %Y}"
    return f"{counted(batch.entry_count, 'entry')} for {LAYOUTS[batch.order.layout]}{through}, {made}"
