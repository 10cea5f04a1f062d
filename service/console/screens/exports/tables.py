"""The tables of the screen Exports: prepared files, earlier runs, and batches."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from service.console.screens.exports.form import LAYOUTS
from service.console.tables import Row, Table, TableColumn
from service.console.words import counted
from service.exports.batches.batch import Batch
from service.exports.runs.store import ExportRun, RunOutcome

NO_BREAK_HYPHEN = "\N{NON-BREAKING HYPHEN}"
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


def name_of(caller: str) -> str:
    """Return the name of a caller without the id behind it, which only files show."""
    return caller.partition(" (")[0]


def file_query(name: str, parameters: Mapping[str, Any], as_of: int | None) -> dict[str, Any]:
    """Return the fields of the form that write a file again, with the same bytes if `as_of` is that of its run."""
    profile = parameters.get("profile") or "plain"
    chosen = {key: parameters.get(key) for key in ("from", "to", "layout", "granularity", "currency", "part", "batch")}
    form = "xlsx" if parameters.get("format") == "xlsx" else ("csv" if profile == "plain" else profile)
    personal = "1" if parameters.get("pii") else None
    at = None if parameters.get("batch") else as_of
    return {"name": name, **chosen, "as_of": at, "pii": personal, "format": form}


def sums_in_words(sums: Mapping[str, Any] | None) -> list[str]:
    """Return the sums of each currency in a file, such as `EUR: gross 45.00, net 43.31`. Sums of zero are left out."""
    lines = []
    for currency, found in (sums or {}).items():
        told = [
            f"{name.replace('_', ' ')} {value}"
            for name, value in sorted(found.items())
            if name != "rows" and not name.endswith("_minor") and str(value).strip("-0.")
        ]
        lines += [f"{currency}: {', '.join(told)}"] if told else []
    return lines


def runs_table(
    runs: Sequence[ExportRun], as_of: datetime, zone: ZoneInfo, link_to: Callable[[Mapping[str, Any]], str]
) -> Table:
    """Return the earlier runs of exports with their hashes. A file that was written can be written again."""
    columns = (
        TableColumn("name", "File"),
        TableColumn("filter", "Days and filter"),
        TableColumn("outcome", "Outcome"),
        TableColumn("rows", "Rows", is_number=True),
        TableColumn("as_of", "As of", is_number=True),
        TableColumn("asked_by", "Who"),
        TableColumn("asked_at", "When"),
        TableColumn("sha256", "SHA-256"),
    )
    rows = tuple(_run_row(run, link_to) for run in runs)
    return Table("export-runs", columns, rows, as_of, zone, "No file was exported yet.")


def _run_row(run: ExportRun, link_to: Callable[[Mapping[str, Any]], str]) -> Row:
    is_written = run.outcome is RunOutcome.COMPLETED and run.format != "json"
    return Row(
        {
            "name": f"{run.name}.{run.format}",
            "filter": filter_words(run.parameters),
            "outcome": run.outcome.value,
            "rows": run.row_count,
            "as_of": run.as_of,
            "asked_by": run.asked_by,
            "asked_at": run.asked_at,
            "sha256": run.sha256,
        },
        {
            "filter": filter_words(run.parameters).replace("-", NO_BREAK_HYPHEN),
            "outcome": _OUTCOMES[run.outcome.value] + (f": {run.reason}" if run.reason else ""),
            "asked_by": name_of(run.asked_by),
            "sha256": f"{run.sha256[:12]}…" if run.sha256 else "–",
        },
        {"name": link_to(file_query(run.name, run.parameters, run.as_of))} if is_written else {},
    )


def batch_lines(batches: Sequence[Batch]) -> list[tuple[int, str]]:
    """Return the number of each batch and a sentence about it."""
    return [(batch.number, _batch_sentence(batch)) for batch in batches]


def _batch_sentence(batch: Batch) -> str:
    through = f" through {batch.order.through_on}" if batch.order.through_on else ""
    made = f"made by {name_of(batch.created_by)} on {batch.created_at:%d %B %Y}"
    return f"{counted(batch.entry_count, 'entry')} for {LAYOUTS[batch.order.layout]}{through}, {made}"
