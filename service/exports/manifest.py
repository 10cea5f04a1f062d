"""The manifest: what a file holds, so that whoever has it can check it and ask for the same bytes again."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from service.exports.export import SCHEMA_VERSION, ExportRequest, download_name
from service.exports.files import FILES
from service.money import major_text


@dataclass(frozen=True, slots=True)
class CurrencySums:
    """Of one currency: the rows, and (column, sum in minor units) for every column that adds up.

    `currency` None: rows without an amount, such as a payment still on its way.
    """

    currency: str | None
    row_count: int
    sums: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Manifest:
    """A finished file. `part_count` is None where the layout knows no limit."""

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
    """The request under the names callers use."""
    return {
        "from": request.from_on.isoformat() if request.from_on else None,
        "to": request.to_on.isoformat() if request.to_on else None,
        "as_of": request.as_of,
        "profile": request.profile.value,
        "granularity": request.granularity.value,
        "layout": request.layout.value,
        "currency": request.currency,
        "part": request.part,
        "pii": request.has_personal_data,
    }


def manifest_document(manifest: Manifest) -> dict[str, object]:
    """The manifest as JSON. Sums are exact text, with their integer twins in minor units."""
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
    found: dict[str, object] = {"rows": sums.row_count}
    for name, minor in sums.sums:
        found[name] = major_text(minor, currency)
        found[f"{name}_minor"] = minor
    return found
