"""`GET /v1/exports/<name>.csv` and `.xlsx` send a file for finance, `GET /v1/exports/<name>.json` its manifest."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from flask import Response, jsonify, request
from werkzeug.exceptions import HTTPException, Unauthorized

from schemas.export import QUERY_NAMES, ExportQuerySchema, export_request
from schemas.export_batch import ExportBatchesSchema, ExportBatchOrderSchema, ExportBatchSchema
from service.database.transaction import connected
from service.errors import NotFoundError
from service.exports.batches.batch import Batch, BatchOrder
from service.exports.batches.creating import create_batch
from service.exports.batches.store import list_batches
from service.exports.exporting import UNKNOWN_CALLER, Caller, Exports, new_run, open_export, record_refusal
from service.exports.manifest import manifest_document
from service.exports.request import ExportName, FileFormat
from service.exports.stream import ExportStream
from service.exports.text_cells import safe_text
from service.services import current_services
from service.tokens.api import current_token, requires_role
from service.tokens.store import Token, TokenRole
from service.web.problems import CODE_BY_STATUS
from service.web.requests import Blueprint

P = ParamSpec("P")
R = TypeVar("R")
MAX_BATCHES = 1000
RECORDED_CHARACTERS = 40  # of each parameter of a refused request
CSV_TYPE = "text/csv; charset=utf-8; header=present"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

blueprint = Blueprint("exports", __name__, url_prefix="/v1/exports", description="Files for finance")


class UnknownExportError(NotFoundError):
    """There is no export with the requested name."""

    code = "unknown_export"


def records_refusals(file_format: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Return a decorator that records requests refused before an export is opened. It goes directly under the route."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def recording(*args: P.args, **kwargs: P.kwargs) -> R:
            try:
                return view(*args, **kwargs)
            except (HTTPException, UnknownExportError) as error:
                _record_refusal(str(kwargs["name"]), file_format, error)
                raise

        return recording

    return decorate


@blueprint.get("/<name>.csv")
@records_refusals("csv")
@requires_role("finance", "auditor", "editor")
@blueprint.response(200, {"type": "string"}, content_type="text/csv")
@blueprint.arguments(ExportQuerySchema, location="query")
def export_file(query: dict[str, Any], name: str) -> Response:
    """Stream a file as CSV. Both days are local and included; `as_of` gives an earlier file again, byte for byte."""
    return _download(name, query, FileFormat.CSV)


@blueprint.get("/<name>.xlsx")
@records_refusals("xlsx")
@requires_role("finance", "auditor", "editor")
@blueprint.response(200, {"type": "string", "format": "binary"}, content_type=XLSX_TYPE)
@blueprint.arguments(ExportQuerySchema, location="query")
def export_spreadsheet(query: dict[str, Any], name: str) -> Response:
    """Send a file as a spreadsheet with the rows of the CSV file: numbers, days, instants, and text that stays text."""
    return _download(name, query, FileFormat.XLSX)


@blueprint.get("/<name>.json")
@records_refusals("json")
@requires_role("finance", "auditor", "editor")
@blueprint.response(200, {"type": "object"})
@blueprint.arguments(ExportQuerySchema, location="query")
def export_manifest(query: dict[str, Any], name: str) -> Response:
    """Describe the file of a query in `format`, CSV or XLSX: rows, sums per currency, columns, SHA-256 and `as_of`."""
    stream = _open(name, query, "json")
    try:
        response = jsonify(manifest_document(stream.manifest()))
    finally:
        stream.close()
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.post("/batches")
@requires_role("finance")
@blueprint.arguments(ExportBatchOrderSchema)
@blueprint.response(201, ExportBatchSchema)
def make_batch(order: BatchOrder) -> Batch:
    """Make a batch of the journal: every entry that no earlier batch of the layout has. It never changes."""
    return create_batch(_exports(), _caller(current_token()), order)


@blueprint.get("/batches")
@requires_role("finance", "auditor")
@blueprint.response(200, ExportBatchesSchema)
def show_batches() -> dict[str, tuple[Batch, ...]]:
    """Return the newest batches, at most 1,000."""
    with connected(current_services().engine) as connection:
        return {"batches": list_batches(connection, MAX_BATCHES)}


def _download(name: str, query: dict[str, Any], file_format: FileFormat) -> Response:
    """Return the response that streams a file."""
    stream = _open(name, {"file_format": file_format, **query}, file_format.value)
    response = Response(stream, content_type=XLSX_TYPE if file_format is FileFormat.XLSX else CSV_TYPE)
    response.headers["Content-Disposition"] = f'attachment; filename="{stream.file_name}"'
    response.headers["Keepopen-As-Of"] = str(stream.as_of)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response


def _open(name: str, query: dict[str, Any], file_format: str) -> ExportStream:
    if name not in set(ExportName):
        raise UnknownExportError("there is no export with this name")
    caller = _caller(current_token())
    return open_export(_exports(), caller, export_request(ExportName(name), query), file_format)


def _caller(token: Token) -> Caller:
    return Caller(
        name=_token_name(token),
        may_export=token.role in {TokenRole.FINANCE, TokenRole.AUDITOR, TokenRole.ADMIN},
        may_see_personal_data=token.role in {TokenRole.FINANCE, TokenRole.ADMIN},
    )


def _record_refusal(name: str, file_format: str, error: HTTPException | UnknownExportError) -> None:
    """Record a refused request: the name if it is a known one, and the first characters of each known parameter."""
    parameters = {
        key: safe_text(text[:RECORDED_CHARACTERS]) for key, text in request.args.items() if key in QUERY_NAMES
    }
    known_name = name if name in set(ExportName) else "unknown"
    reason = error.code if isinstance(error, UnknownExportError) else CODE_BY_STATUS[error.code or 500]
    asked_by = UNKNOWN_CALLER if isinstance(error, Unauthorized) else _token_name(current_token())
    exports = _exports()
    record_refusal(exports, new_run(exports, asked_by, known_name, file_format, parameters), reason)


def _token_name(token: Token) -> str:
    return f"{token.token_id} ({token.name})"


def _exports() -> Exports:
    services = current_services()
    return Exports(services.engine, services.settings, services.clock)
