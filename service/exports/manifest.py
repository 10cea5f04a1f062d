"""The manifest describes a file, so that its holder can verify the file and request the same bytes again."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from service.exports.files.by_name import FILES
from service.exports.request import SCHEMA_VERSION, ExportRequest, download_name
from service.money import major_text


@dataclass(frozen=True, slots=True)
class CurrencySums:
    """The number of rows in one currency, and (column, sum in minor units) for every summed column.

    `currency` is None for rows without an amount, such as a pending payment.
    """

    currency: str | None
    row_count: int
    sums: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Manifest:
    """The description of a complete file. `part_count` is None if the layout has no limit of lines."""

    request: ExportRequest
    zone: ZoneInfo
    as_of: int
    ledger_seq: int
    is_livemode: bool
    column_names: tuple[str, ...]
    row_count: int
    byte_count: int
    sha256: str
    currencies: tuple[CurrencySums, ...]
    part_count: int | None = None


def request_parameters(request: ExportRequest) -> dict[str, str | int | bool | None]:
    """Return the parameters of a request under the names that callers use."""
    return {
        "from": request.from_on.isoformat() if request.from_on else None,
        "to": request.to_on.isoformat() if request.to_on else None,
        "as_of": request.as_of,
        "current": request.is_current,
        "profile": request.profile.value,
        "granularity": request.granularity.value,
        "layout": request.layout.value,
        "currency": request.currency,
        "part": request.part,
        "pii": request.has_personal_data,
        "format": request.file_format.value,
        "batch": request.batch,
    }


def manifest_document(manifest: Manifest) -> dict[str, object]:
    """Return the manifest as a JSON document. Sums are exact text, each with an integer twin in minor units."""
    request = manifest.request
    definition = FILES[request.name]
    return {
        "schema": SCHEMA_VERSION,
        "name": request.name.value,
        "file_name": download_name(request, manifest.as_of),
        "filter": request_parameters(request) | {"as_of": manifest.as_of},
        "dated_by": definition.dated_by,
        "timezone": manifest.zone.key,
        "as_of": manifest.as_of,
        "as_of_seq": manifest.as_of,
        "ledger_seq": manifest.ledger_seq,
        "livemode": manifest.is_livemode,
        "columns": list(manifest.column_names),
        "signs": definition.signs,
        "rows": manifest.row_count,
        "sums": {sums.currency: _sums(sums.currency, sums) for sums in manifest.currencies if sums.currency},
        "parts": manifest.part_count,
        "bytes": manifest.byte_count,
        "sha256": manifest.sha256,
    }


def _sums(currency: str, sums: CurrencySums) -> dict[str, object]:
    document: dict[str, object] = {"rows": sums.row_count}
    for name, minor in sums.sums:
        document[name] = major_text(minor, currency)
        document[f"{name}_minor"] = minor
    return document
